# A bare member with the distribution's database server and client already installed, as the distribution configures them.
ARG BARE
FROM ${BARE}
ARG PACKAGES

# The server must not run here: what it writes at its first start (its uuid, its certificates) would be the same on
# every member. The data directory itself is made by the package; what identifies one server is taken out of it.
RUN set -eu; \
    export DEBIAN_FRONTEND=noninteractive; \
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d; \
    chmod 0755 /usr/sbin/policy-rc.d; \
    apt-get update; \
    apt-get install -y --no-install-recommends ${PACKAGES}; \
    apt-get clean; \
    rm -f /usr/sbin/policy-rc.d /var/lib/mysql/auto.cnf /var/lib/mysql/*.pem
