"""The Docker engine: find a client that it answers to; install and start the engine where that is possible."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from .layout import LabError
from .progress import say, step, wait_until

DAEMON_LOG = Path("/var/log/twoway-lab-dockerd.log")
NO_ENGINE = 2

#: What the lab runs on this machine, and the package that brings it.
_PACKAGE_OF = {"dockerd": "docker.io", "iptables": "iptables", "mmdebstrap": "mmdebstrap", "ssh": "openssh-client"}

_PID_FILES = {
    Path("/var/run/docker.pid"): "dockerd",
    Path("/var/run/docker/containerd/containerd.pid"): "containerd",
}


class Docker:
    """A docker client, with the environment in which the engine answers it."""

    def __init__(self, program: str, environment: Mapping[str, str]) -> None:
        self.program = program
        self.environment = dict(environment)

    def command(self, *arguments: str) -> list[str]:
        return [self.program, *arguments]

    def run(
        self, *arguments: str, stdin: str | None = None, timeout: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The finished command with its output as text, whatever its exit code."""
        return subprocess.run(
            self.command(*arguments),
            env=self.environment,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=timeout,
            check=False,
        )

    def text(self, *arguments: str, stdin: str | None = None) -> str:
        """What the command prints, without the last line's end. :raises LabError: when it fails."""
        done = self.run(*arguments, stdin=stdin)
        if done.returncode:
            raise LabError(f"docker {' '.join(arguments[:2])} failed: {done.stderr.strip()}")
        return done.stdout.rstrip("\n")


def connect() -> Docker:
    """The client to use. :raises LabError: when no engine answers."""
    docker = find_engine()
    if docker is None:
        raise LabError(f"No Docker engine answers ({_refusal()}). Run `tests/lab/lab engine` to start one.", NO_ENGINE)
    return docker


def ensure_engine() -> Docker:
    """The client of an engine that answers, installed and started by us if need be.

    :raises LabError: with exit code 2 and what to install, where we can't do it.
    """
    docker = find_engine()
    if docker is not None:
        return docker
    _refuse_what_a_start_cannot_cure()
    if not _is_daemon_alive():
        _install_packages()
        _start_daemon()
    wait_until(
        lambda: find_engine() is not None,
        60,
        f"dockerd is running but answers no client ({_refusal()}); see {DAEMON_LOG} or its own log",
    )
    return connect()


def find_engine() -> Docker | None:
    """The first docker program on PATH that the engine answers."""
    for program in _client_programs():
        docker = _try_client(program)
        if docker is not None:
            return docker
    return None


def _client_programs() -> Iterator[str]:
    """Every docker program on PATH, in order: clients of several versions may be installed."""
    seen = set()
    for folder in os.get_exec_path():
        program = shutil.which("docker", path=folder)
        if program and os.path.realpath(program) not in seen:
            seen.add(os.path.realpath(program))
            yield program


@functools.cache
def _answering_client(program: str, api_version: str | None) -> Docker:
    """The client, remembered for the rest of the process.

    :raises _NoAnswer: with the client's message; failures are not remembered.
    """
    environment = dict(os.environ)
    if api_version:
        environment["DOCKER_API_VERSION"] = api_version
    docker = Docker(program, environment)
    try:
        done = docker.run("version", "--format", "{{.Server.Version}}", timeout=20)
    except subprocess.TimeoutExpired:
        raise _NoAnswer(f"{program} got no answer within 20 s") from None
    if done.returncode:
        raise _NoAnswer(done.stderr.strip())
    return docker


class _NoAnswer(Exception):
    """Why a client can't use the engine."""


def _try_client(program: str) -> Docker | None:
    """The client if the engine answers it, if need be in the engine's older protocol."""
    try:
        return _answering_client(program, None)
    except _NoAnswer as refused:
        newest = re.search(r"[Mm]aximum supported API version is ([0-9.]+[0-9])", str(refused))
    if not newest:
        return None
    try:
        return _answering_client(program, newest.group(1))
    except _NoAnswer:
        return None


def _refusal() -> str:
    """Why no client works, in one line."""
    reasons = []
    for program in _client_programs():
        try:
            _answering_client(program, None)
        except _NoAnswer as refused:
            reasons.append(str(refused).splitlines()[-1] if str(refused) else f"{program} failed")
    return "; ".join(dict.fromkeys(reasons)) or "there is no docker program"


def _refuse_what_a_start_cannot_cure() -> None:
    refusal = _refusal()
    if os.environ.get("DOCKER_HOST"):
        raise LabError(f"The engine at DOCKER_HOST={os.environ['DOCKER_HOST']} does not answer: {refusal}", NO_ENGINE)
    if "permission denied" in refusal.lower():
        raise LabError("The Docker engine refuses this user: be root or a member of the group docker.", NO_ENGINE)
    if os.geteuid() != 0 or not _is_debian_like():
        raise LabError(
            "The lab needs a Docker engine (20.10 or later) that answers this user: install and start Docker,"
            " or run this as root on Debian or Ubuntu, where it is installed for you.",
            NO_ENGINE,
        )


def _is_debian_like() -> bool:
    release = os_release()
    return bool({"debian", "ubuntu"} & {release.get("ID", ""), *release.get("ID_LIKE", "").split()})


def os_release() -> dict[str, str]:
    """The fields of /etc/os-release; empty where there is no such file."""
    path = Path("/etc/os-release")
    if not path.exists():
        return {}
    lines = (line.partition("=") for line in path.read_text(encoding="utf-8").splitlines())
    return {name: value.strip("\"'") for name, _equals, value in lines}


def _install_packages() -> None:
    missing = [package for program, package in _PACKAGE_OF.items() if not shutil.which(program)]
    if not missing:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step(f"No Docker engine here: installing {', '.join(missing)}"):
        for command in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
            done = subprocess.run(
                ["apt-get", "-q", *command], env=environment, capture_output=True, encoding="utf-8", check=False
            )
            if done.returncode:
                raise LabError(f"apt-get {command[0]} failed:\n{done.stdout}{done.stderr}", NO_ENGINE)


def _start_daemon() -> None:
    """Start dockerd, unless the package's own script has just done it."""
    if _is_daemon_alive():
        return
    if Path("/run/systemd/system").is_dir():
        say("Starting the Docker engine: systemctl start docker")
        subprocess.run(["systemctl", "start", "docker"], check=True)
        return
    say(f"Starting the Docker engine in the background: dockerd, log in {DAEMON_LOG}")
    for path, program in _PID_FILES.items():
        if not _is_running(path, program):
            path.unlink(missing_ok=True)
    with DAEMON_LOG.open("ab") as log:
        daemon = subprocess.Popen(
            ["dockerd"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/"
        )
    wait_until(
        lambda: daemon.poll() is not None or find_engine() is not None,
        60,
        f"dockerd does not answer; see {DAEMON_LOG}",
    )
    if daemon.poll() is not None:
        raise LabError(f"dockerd stopped with exit code {daemon.returncode}; see the end of {DAEMON_LOG}", NO_ENGINE)


def _is_running(pid_file: Path, program: str) -> bool:
    """Whether the file names a process of that program; a file left by a crash names none, or another one."""
    try:
        return _program_of(pid_file.read_text(encoding="utf-8").strip()) == program
    except OSError:
        return False


def _is_daemon_alive() -> bool:
    """Whether a dockerd runs on this machine, even one that does not answer yet."""
    return any(_program_of(entry.name) == "dockerd" for entry in Path("/proc").glob("[0-9]*"))


def _program_of(pid: str) -> str:
    """The name of the process's program; empty when there is no such process."""
    try:
        return Path("/proc", pid, "comm").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
