"""The images of a flavor, built from the Dockerfiles beside this package; again only when their inputs changed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess

from .engine import Docker
from .layout import COMMON_PACKAGES, LAB_FOLDER, STATE_ROOT, Flavor, LabError
from .mirror import Mirror, find_mirror
from .progress import lock, step

_CONTEXT = LAB_FOLDER / "images"
_INPUTS_LABEL = "twoway-lab.inputs"
_PULL_SECONDS = 60


def image_name(flavor: Flavor, kind: str) -> str:
    return f"twoway-lab:{flavor.name}-{kind}"


def ensure_image(docker: Docker, flavor: Flavor, kind: str) -> str:
    """The id of the flavor's image of that kind, built first if it is missing or out of date."""
    with lock(STATE_ROOT, "images"):
        mirror = find_mirror()
        bare_inputs = _ensure_bare(docker, flavor, mirror)
        if kind == "server":
            _ensure_server(docker, flavor, bare_inputs)
    return docker.text("image", "inspect", "--format", "{{.Id}}", image_name(flavor, kind))


def _ensure_bare(docker: Docker, flavor: Flavor, mirror: Mirror) -> str:
    arguments = {
        "SUITE": flavor.suite,
        "MIRROR": mirror.main,
        "SECURITY_MIRROR": mirror.security if flavor.has_security_archive else "",
        "APT_PROXY": mirror.proxy,
    }
    inputs = _inputs("bare", arguments, "")
    if _recorded_inputs(docker, flavor, "bare") != inputs:
        _ensure_base(docker, flavor, mirror)
        _build(docker, flavor, "bare", arguments, inputs)
    return inputs


def _ensure_server(docker: Docker, flavor: Flavor, bare_inputs: str) -> None:
    arguments = {
        "BARE": image_name(flavor, "bare"),
        "PACKAGES": " ".join((*flavor.packages, *COMMON_PACKAGES)),
    }
    inputs = _inputs("server", arguments, bare_inputs)
    if _recorded_inputs(docker, flavor, "server") != inputs:
        _build(docker, flavor, "server", arguments, inputs)


def _inputs(kind: str, arguments: dict[str, str], parent: str) -> str:
    """A hash of everything that decides what the image becomes, besides the packages' own versions."""
    digest = hashlib.sha256(repr((kind, sorted(arguments.items()), parent)).encode())
    digest.update((_CONTEXT / f"{kind}.Dockerfile").read_bytes())
    if kind == "bare":
        for path in sorted((_CONTEXT / "files").iterdir()):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _recorded_inputs(docker: Docker, flavor: Flavor, kind: str) -> str | None:
    """The hash that the existing image was built from; None when there is no image."""
    label = f'{{{{index .Config.Labels "{_INPUTS_LABEL}"}}}}'
    done = docker.run("image", "inspect", "--format", label, image_name(flavor, kind))
    return None if done.returncode else done.stdout.strip()


def _build(docker: Docker, flavor: Flavor, kind: str, arguments: dict[str, str], inputs: str) -> None:
    build_arguments = [word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")]
    with step(f"Building the image {image_name(flavor, kind)}"):
        done = docker.run(
            "build",
            "--file", str(_CONTEXT / f"{kind}.Dockerfile"),
            "--tag", image_name(flavor, kind),
            "--label", f"{_INPUTS_LABEL}={inputs}",
            *build_arguments,
            str(_CONTEXT),
        )  # fmt: skip
        if done.returncode:
            raise LabError(f"docker build failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    # The image that this one replaces goes, unless a member still runs it.
    docker.text("image", "prune", "--force", "--filter", f"label={_INPUTS_LABEL}")


def _ensure_base(docker: Docker, flavor: Flavor, mirror: Mirror) -> None:
    """Have the image debian:SUITE: the local one, else the registry's, else one made of packages."""
    name = f"debian:{flavor.suite}"
    if docker.run("image", "inspect", name).returncode == 0 or _pull(docker, name):
        return
    if not shutil.which("mmdebstrap"):
        raise LabError(
            f"No registry gives the image {name}: install mmdebstrap, which makes it from Debian's packages.", 2
        )
    with step(f"No registry answers: making the image {name} from Debian's packages"):
        _make_base(docker, flavor, mirror, name)


def _pull(docker: Docker, name: str) -> bool:
    try:
        return docker.run("pull", "--quiet", name, timeout=_PULL_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _make_base(docker: Docker, flavor: Flavor, mirror: Mirror, name: str) -> None:
    options = ['--aptopt=Acquire::Check-Valid-Until "false"', "--dpkgopt=force-unsafe-io"]
    if mirror.proxy:
        options.append(f'--aptopt=Acquire::http::Proxy "{mirror.proxy}"')
    with subprocess.Popen(
        ["mmdebstrap", "--quiet", "--variant=minbase", *options, flavor.suite, "-", mirror.main],
        stdout=subprocess.PIPE,
    ) as maker:
        importer = subprocess.run(
            docker.command("import", "-", f"{name}-partial"),
            env=docker.environment,
            stdin=maker.stdout,
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if maker.wait() or importer.returncode:
            docker.run("rmi", f"{name}-partial")
            raise LabError(f"mmdebstrap could not make {name} from {mirror.main}: see its messages above.", 2)
    docker.text("tag", f"{name}-partial", name)
    docker.text("rmi", f"{name}-partial")
