"""Reads a Dockerfile and a .dockerignore: their instructions, and which files a build may see."""

import json
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

WORDS = frozenset(
    [
        "FROM",
        "ARG",
        "ENV",
        "WORKDIR",
        "COPY",
        "RUN",
        "USER",
        "VOLUME",
        "EXPOSE",
        "STOPSIGNAL",
        "HEALTHCHECK",
        "CMD",
    ]
)
"""What our Dockerfile may hold; anything else wants a player in tests/deploy/image.py first."""


class Instruction(NamedTuple):
    """One instruction: its word in capitals, its options (`--from=x`), the rest as it stands."""

    word: str
    options: dict[str, str]
    rest: str

    @property
    def words(self) -> list[str]:
        """The rest as words, in its JSON form or plain."""
        return json.loads(self.rest) if self.rest.startswith("[") else self.rest.split()


def instructions(text: str) -> list[Instruction]:
    """All of a file, lines that end in a backslash joined. Raises ValueError for an unknown word."""
    plain = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    found = []
    for line in re.sub(r"\\\n", " ", plain).splitlines():
        if line.strip():
            word, rest = line.strip().split(None, 1)
            if word not in WORDS:
                raise ValueError(f"nobody here knows what {word} does: {line}")
            options = {}
            while match := re.match(r"--([\w-]+)=(\S+)\s+", rest):
                options[match[1]] = match[2]
                rest = rest[match.end() :]
            found.append(Instruction(word, options, rest.strip()))
    return found


class Ignored:
    """A .dockerignore: the last line that fits a path, or a folder above it, decides."""

    def __init__(self, text: str) -> None:
        lines = [line.strip() for line in text.splitlines()]
        self._lines = [line for line in lines if line and not line.startswith("#")]

    def __call__(self, path: str) -> bool:
        ignored = False
        parts = path.split("/")
        above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        for line in self._lines:
            pattern = line.removeprefix("!").strip("/")
            if any(_fits(one, pattern) for one in above):
                ignored = not line.startswith("!")
        return ignored


def _fits(path: str, pattern: str) -> bool:
    """As Docker compares them: `*` stays within a folder, `**/` is any folders or none."""
    if pattern.startswith("**/"):
        parts = path.split("/")
        return any(_fits("/".join(parts[at:]), pattern[3:]) for at in range(len(parts)))
    ours, theirs = path.split("/"), pattern.split("/")
    return len(ours) == len(theirs) and all(map(fnmatchcase, ours, theirs))


def context(folder: Path, files: Sequence[str], ignored: Ignored) -> Iterator[str]:
    """Those of the files in a folder that a build may see."""
    return (file for file in files if not ignored(file) and (folder / file).is_file())
