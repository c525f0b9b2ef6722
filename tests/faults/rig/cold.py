"""Servers that begin as a person starts them, for what has to be there before Python is.

They take seconds to start, so everything else begins warm (tests/servers/warm.py).
"""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.servers.easyflow import ROOT, EasyFlow


class ColdEasyFlow(EasyFlow):
    """`before` stands before the Python on its command line, `also` are variables beside its settings."""

    def __init__(
        self,
        data: Path,
        *,
        before: Sequence[str] = (),
        also: Mapping[str, str] | None = None,
        root: Path = ROOT,
        **more: Any,
    ) -> None:
        super().__init__(data, **more)
        self._before = before
        self._root = root
        self.environ |= also or {}

    def _begin(self, files: tuple[int, int, int]) -> "subprocess.Popen[bytes]":
        stdin, stdout, stderr = files
        return subprocess.Popen(
            [*self._before, sys.executable, *self.argv],
            cwd=self._root,
            env=self.environ,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
        )
