"""What a server asked of the system, in order, as `strace` saw it: was it on disk before the answer?"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

CALLS = "read,recvfrom,recvmsg,write,writev,sendto,sendmsg,fdatasync,fsync"
_LINE = re.compile(r"^(?P<thread>\d+)\s+(?P<rest>.*)$")
_ENDED = re.compile(r"<\.\.\. (?P<call>\w+) resumed>(?P<more>.*)")


@dataclass(frozen=True)
class Asked:
    """One call that ended: its name, and all that strace wrote of it."""

    call: str
    text: str


class Trace:
    """`before` goes before a server's command line; `calls` are what it asked for."""

    def __init__(self, file: Path) -> None:
        """Skips the test where strace is missing."""
        program = shutil.which("strace")
        if program is None:
            pytest.skip("nobody can look at system calls: install the package strace")
        self._file = file
        # -D: it is the server that is our child, so that signals reach it.
        how = ("-D", "-f", "--seccomp-bpf", "-y", "-s", "4096", "-e", f"trace={CALLS}")
        self.before = (program, *how, "-o", str(file))

    def calls(self) -> list[Asked]:
        """In the order in which they ended: a sync counts when it is done."""
        begun: dict[str, str] = {}
        ended = []
        for line in self._file.read_text(errors="replace").splitlines():
            found = _LINE.match(line)
            if found is None:
                continue
            thread, rest = found["thread"], found["rest"]
            if rest.endswith("<unfinished ...>"):
                begun[thread] = rest.removesuffix("<unfinished ...>")
                continue
            resumed = _ENDED.match(rest)
            if resumed is not None:
                rest = begun.pop(thread, f"{resumed['call']}(") + resumed["more"]
            if "(" in rest:
                ended.append(Asked(rest.partition("(")[0], rest))
        return ended
