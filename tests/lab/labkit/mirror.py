"""Where Debian packages come from: the mirror and proxy of this machine where it is a Debian, else the public one."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

from .engine import os_release
from .progress import say

_PUBLIC = "http://deb.debian.org/debian"
_PUBLIC_SECURITY = "http://deb.debian.org/debian-security"


@dataclass(frozen=True)
class Mirror:
    """Addresses of the archives, and the proxy that leads to them (empty: none)."""

    main: str
    security: str
    proxy: str


def find_mirror() -> Mirror:
    """The mirror that this machine uses itself."""
    release = os_release()
    if release.get("ID") != "debian":
        return Mirror(_PUBLIC, _PUBLIC_SECURITY, "")
    suite = release.get("VERSION_CODENAME", "")
    repositories = _configured_repositories()
    return Mirror(
        repositories.get(suite, _PUBLIC),
        repositories.get(f"{suite}-security", _PUBLIC_SECURITY),
        _proxy(),
    )


def _configured_repositories() -> dict[str, str]:
    """Address per suite of Debian's own repositories in this machine's sources; others may use the same suite names."""
    fields = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)"
    listing = _output("apt-get", "indextargets", "--format", fields, "Created-By: Packages")
    repositories: dict[str, str] = {}
    for line in listing.splitlines():
        address, suite, component, origin = line.split("|")
        # The origin is known only once the package lists were fetched; the path is the next best witness.
        is_debian = origin == "Debian" or (not origin and re.search(r"/debian(-security)?/$", address))
        if is_debian and component == "main" and re.match("https?://", address):
            repositories.setdefault(suite, address.rstrip("/"))
    return repositories


def _proxy() -> str:
    """The proxy of this machine's apt, if a container can use it too."""
    shell = _output("apt-config", "shell", "PROXY", "Acquire::http::Proxy")
    found = re.search(r"PROXY='(.*)'", shell)
    proxy = found.group(1) if found else ""
    if re.search(r"//(127\.|localhost|\[::1\])", proxy):
        say("The apt proxy of this machine listens on its loopback interface, where no container reaches it: not used.")
        return ""
    return "" if proxy == "DIRECT" else proxy


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
