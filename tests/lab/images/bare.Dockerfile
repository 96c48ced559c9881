# A member without a database server: what a freshly installed Debian host has, plus systemd as the first process.
ARG SUITE
FROM debian:${SUITE}
ARG SUITE
# A mirror of the main archive, and of the security archive (empty for a suite that has none).
ARG MIRROR
ARG SECURITY_MIRROR
# A proxy for apt, or empty.
ARG APT_PROXY

COPY files/apt.conf /etc/apt/apt.conf.d/90lab
COPY files/dpkg.cfg /etc/dpkg/dpkg.cfg.d/90lab

# Sources: the same for a pulled base image and for a base image made by mmdebstrap.
# policy-rc.d: the official images forbid package scripts to start services; a member is a host and must not.
RUN set -eu; \
    rm -f /etc/apt/sources.list /etc/apt/sources.list.d/* /usr/sbin/policy-rc.d; \
    echo "deb ${MIRROR} ${SUITE} main" > /etc/apt/sources.list; \
    if [ -n "${SECURITY_MIRROR}" ]; then \
        echo "deb ${SECURITY_MIRROR} ${SUITE}-security main" >> /etc/apt/sources.list; \
    fi; \
    if [ -n "${APT_PROXY}" ]; then \
        printf 'Acquire::http::Proxy "%s";\nAcquire::https::Proxy "%s";\n' "${APT_PROXY}" "${APT_PROXY}" \
            > /etc/apt/apt.conf.d/91lab-proxy; \
    fi

# The certificates that an https mirror needs are among the packages: packages are signed, so this one step may do without.
# The package lists stay: a member can install at once, and `apt-get update` has little to fetch.
RUN set -eu; \
    export DEBIAN_FRONTEND=noninteractive; \
    apt-get -o Acquire::https::Verify-Peer=false update; \
    apt-get -o Acquire::https::Verify-Peer=false install -y --no-install-recommends \
        ca-certificates dbus iproute2 openssh-server procps python3 python3-apt systemd systemd-sysv; \
    apt-get clean

# The host key is made at the first boot, so that no two members share one. The journal is kept over a power cut.
# The timers of apt would take dpkg's lock at a time of their own.
COPY files/sshd.conf /etc/ssh/sshd_config.d/lab.conf
COPY files/boot /usr/local/sbin/lab-boot
RUN set -eu; \
    chmod 0755 /usr/local/sbin/lab-boot; \
    rm -f /etc/ssh/ssh_host_*; \
    : > /etc/machine-id; \
    mkdir -p /var/log/journal; \
    systemctl mask apt-daily.timer apt-daily-upgrade.timer console-getty.service systemd-logind.service; \
    systemctl enable ssh.service

ENV container=docker
STOPSIGNAL SIGRTMIN+3
CMD ["/usr/local/sbin/lab-boot"]
