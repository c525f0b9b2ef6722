"""Builds an image without an engine: carries out a Dockerfile, with folders in place of file systems.

Absolute paths of the image (`/app`, `/venv`, `/data`) are those of a folder here. Where it runs as
root, the image's user is a real one of that number, and the files of the image are not his.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.deploy.dockerfile import Ignored, Instruction, context, instructions

BASE = re.compile(r"python:(3\.\d+)-slim-\w+")
"""The base images that are known here: this machine's Python of that version stands in for them."""

TOPS = ("app", "build", "data", "venv")
"""Folders of the image; what else it says with a slash in front is this machine's own."""

_PATH = re.compile(rf"(?<![\w.\-/])/(?=(?:{'|'.join(TOPS)})(?:[/\s\"':,]|$))")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


class Image:
    """What has come of a stage so far, and what is said of how it runs."""

    def __init__(self, root: Path, python: Path) -> None:
        self.root = root
        root.mkdir(parents=True)
        # Whoever runs in it must be able to come to it.
        root.chmod(0o755)
        (root / "bin").mkdir()
        (root / "bin" / "python").symlink_to(python)
        self.environ = {"PATH": f"{root / 'bin'}:/usr/bin:/bin"}
        self.workdir = "/"
        self.user = "0:0"
        self.command: list[str] = []
        self.health: list[str] = []
        self.healthy_within: dict[str, str] = {}
        self.signal = ""
        self.volumes: list[str] = []
        self.ports: list[int] = []
        self.arguments: dict[str, str] = {}
        self.carried_out: list[str] = []

    def here(self, text: str) -> str:
        """A text with the image's absolute paths as they are on this machine."""
        return _PATH.sub(f"{self.root}/", text)

    def at(self, path: str) -> Path:
        """A path of the image, from its working folder on, as it is on this machine."""
        return self.root / os.path.normpath(os.path.join(self.workdir, path)).lstrip("/")

    def variables(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of its processes, with paths as they are here."""
        return {name: self.here(value) for name, value in {**self.environ, **(more or {})}.items()}


def rights(user: str) -> list[str]:
    """What a command begins with to have a user's rights and no way to more; root alone can say so."""
    if os.getuid() != 0:
        return []
    number, group = user.split(":")
    return [
        *("setpriv", f"--reuid={number}", f"--regid={group}", "--clear-groups"),
        *("--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"),
    ]


def python_of(version: str) -> Path | None:
    """A Python that the image's user can run too, with what makes virtual environments."""
    candidates = [Path(f"/usr/local/bin/python{version}"), Path(f"/usr/bin/python{version}")]
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        candidates.append(Path(sys.base_prefix) / "bin" / f"python{version}")
    for one in candidates:
        told = [*rights("10001:10001"), str(one), "-c", "import ensurepip, venv"]
        if one.exists() and subprocess.run(told, check=False, capture_output=True).returncode == 0:
            return one
    return None


def built(
    folder: Path, into: Path, *, files: list[str], python: Path, libraries: Path | None
) -> Image:
    """The last stage of a folder's Dockerfile, all stages carried out.

    `files` are those of the folder, `python` stands in for the base image's. `libraries` are
    installed packages, without which all of them are. Raises CalledProcessError.
    """
    ignored = Ignored((folder / ".dockerignore").read_text(encoding="utf-8"))
    seen = list(context(folder, files, ignored))
    stages: dict[str, Image] = {}
    image: Image | None = None
    for one in instructions((folder / "Dockerfile").read_text(encoding="utf-8")):
        if one.word == "FROM":
            base, *named = one.rest.split()
            name = named[1] if named else "last"
            assert BASE.fullmatch(base), f"nobody here knows what is in {base}"
            image = stages[name] = Image(into / name, python)
        else:
            assert image is not None, "an instruction stands before FROM"
            _carry_out(image, one, folder, seen, stages, libraries)
    assert image is not None, "the Dockerfile is empty"
    return image


def _carry_out(
    image: Image,
    one: Instruction,
    folder: Path,
    seen: list[str],
    stages: Mapping[str, Image],
    libraries: Path | None,
) -> None:
    match one.word:
        case "ARG":
            name, _, value = one.rest.partition("=")
            image.arguments[name] = value.strip('"')
        case "ENV":
            for name, value in re.findall(r"(\w+)=(\"[^\"]*\"|\S+)", one.rest):
                image.environ[name] = _filled(value.strip('"'), image.environ)
        case "WORKDIR":
            image.workdir = one.rest
            image.at(".").mkdir(parents=True, exist_ok=True)
        case "COPY":
            *sources, target = one.words
            if "from" in one.options:
                _copy_from(stages[one.options["from"]], sources, image, target)
            else:
                _copy(folder, seen, sources, image, target)
        case "RUN":
            _run(image, one.rest, libraries)
        case "USER":
            image.user = one.rest
        case "CMD":
            image.command = one.words
        case "HEALTHCHECK":
            word, command = one.rest.split(None, 1)
            assert word == "CMD"
            image.health = Instruction(word, {}, command).words
            image.healthy_within = one.options
        case "STOPSIGNAL":
            image.signal = one.rest
        case "VOLUME":
            image.volumes += one.words
        case "EXPOSE":
            image.ports += map(int, one.words)


def _filled(text: str, known: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: known[found[1] or found[2]], text)


def _copy(folder: Path, seen: list[str], sources: list[str], image: Image, target: str) -> None:
    into = image.at(target)
    for source in sources:
        wanted = [one for one in seen if source == "." or Path(one).match(source)]
        wanted += [one for one in seen if one.startswith(source.rstrip("/") + "/")]
        assert wanted, f"there is nothing to copy: {source}"
        for file in wanted:
            copied = into / file
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / file, copied)
            # An engine keeps the modes of a checkout: let this one be of somebody who lets nobody else in.
            copied.chmod(copied.stat().st_mode & 0o700)
            for parent in list(Path(file).parents)[:-1]:
                (into / parent).chmod(0o700)


def _copy_from(stage: Image, sources: list[str], image: Image, target: str) -> None:
    for source in sources:
        shutil.copytree(stage.at(source), image.at(target), symlinks=True)


def _run(image: Image, script: str, libraries: Path | None) -> None:
    if libraries is not None and " -m pip install " in script:
        # Then the installer finds nearly all of it there, and brings what is not or of another version.
        brought = f"cp -al {libraries}/. /venv/lib/python*/site-packages/"
        script = script.replace("python -m venv /venv", f"python -m venv /venv && {brought}")
    if os.getuid() != 0:
        # Only root makes somebody else the owner; here both are whoever runs this.
        owner = image.user if image.user != "0:0" else f"{os.getuid()}:{os.getgid()}"
        script = re.sub(r"-o \d+ -g \d+", "-o {} -g {}".format(*owner.split(":")), script)
    subprocess.run(
        ["sh", "-ec", image.here(script)],
        cwd=image.at("."),
        env={**_through(), **image.variables(), **image.arguments},
        check=True,
    )
    image.carried_out.append(script)


def _through() -> dict[str, str]:
    """What an installer needs to know of the machine's way to the index of packages."""
    wanted = ("PIP_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT", "REQUESTS_CA")
    return {name: value for name, value in os.environ.items() if name.upper().startswith(wanted)}
