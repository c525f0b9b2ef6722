"""A PostgreSQL of the rig's own, for a server that others use must not crash."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from tests.servers.easyflow import free_port

PLACES = "/usr/lib/postgresql"
SETTINGS = "-c fsync=on -c synchronous_commit=on -c max_connections=200 -c restart_after_crash=on"


def programs() -> Path | None:
    """Where `initdb` and `postgres` are, the newest of them."""
    versions = sorted(Path(PLACES).glob("*/bin/initdb"), key=lambda one: float(one.parts[-3]))
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found is not None else None


class Cluster:
    """`with Cluster(folder) as cluster:` serves the database `cluster.url`; `crash()` is a real one."""

    def __init__(self, folder: Path, *, password: str = "") -> None:
        """Skips the test where the programs are missing. Without a password it trusts everybody."""
        bin_ = programs()
        if bin_ is None:
            pytest.skip("no PostgreSQL can be started: install the package postgresql")
        self._bin = bin_
        self._folder = folder
        self.port = free_port()
        self._password = password
        self.url = self.url_of(password)
        self._process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to be run by root.
        self._user = "postgres" if os.geteuid() == 0 else None

    def url_of(self, password: str) -> str:
        """As somebody has it who takes this for the password."""
        who = f"postgres:{password}" if password else "postgres"
        return f"postgresql+asyncpg://{who}@127.0.0.1:{self.port}/postgres"

    def __enter__(self) -> Self:
        self.make()
        self.serve()
        return self

    def make(self) -> None:
        """What it serves, once it does."""
        self._folder.mkdir(parents=True)
        if self._user is not None:
            owner = pwd.getpwnam(self._user)
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
            for parent in self._folder.parents:
                if parent == Path(tempfile.gettempdir()):
                    break
                parent.chmod(parent.stat().st_mode | 0o011)
        initdb = [str(self._bin / "initdb"), "-D", str(self._folder), "-U", "postgres"]
        initdb += ["-A", "trust", "-N"]
        if self._password:
            told = self._folder.with_suffix(".password")
            told.write_text(self._password)
            told.chmod(0o644)
            initdb += ["-A", "scram-sha-256", f"--pwfile={told}"]
        subprocess.run(initdb, check=True, user=self._user, stdout=subprocess.DEVNULL, cwd="/")

    def serve(self) -> None:
        """From here on it answers."""
        settings = [*SETTINGS.split(), "-c", f"unix_socket_directories={self._folder}"]
        self._process = subprocess.Popen(
            [str(self._bin / "postgres"), "-D", str(self._folder), "-p", str(self.port), *settings],
            user=self._user,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(30)
        self._process.kill()
        self._process.wait()

    def crash(self) -> None:
        """Kill -9 one of its processes: all others are thrown out, and it recovers from its log.

        Waits until there is one: it may be at recovering from the time before.
        """
        deadline = time.monotonic() + 60
        while not (backends := list(self._backends())):
            assert time.monotonic() < deadline, "nobody is connected"
            time.sleep(0.1)
        os.kill(backends[-1], signal.SIGKILL)

    def _backends(self) -> Iterator[int]:
        assert self._process is not None
        for folder in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if not folder.name.isdigit():
                    continue
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                said = (folder / "cmdline").read_bytes()
                if int(fields[1]) == self._process.pid and b"127.0.0.1" in said:
                    yield int(folder.name)

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        ready = [str(self._bin / "pg_isready"), "-h", "127.0.0.1", "-p", str(self.port), "-q"]
        while subprocess.run(ready, check=False).returncode != 0:
            assert time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.1)
