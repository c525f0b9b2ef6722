"""`backup` and `restore`: everything that was kept, in one file, and back from it."""

import hashlib
import json
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import IO, Any, TextIO

from adapters.terminal.folders import shown_path

MANIFEST = "easyflow-backup.json"
DATABASE = "easyflow.db"
ELSEWHERE = "postgresql.db"
"""What was in a database elsewhere, among what a restore moved aside."""
FORM = 1
MOST_FILES = 1_000_000
ASIDE = "before-restore-"
"""Begins the names of what a restore moved aside; no backup holds it."""
PIECE = 1 << 20

_LEFT = re.compile(r".*\.(lock|tmp)|\..*|.*-(wal|shm|journal)")
"""What is of a running process, or half written."""
_SKIPPED = (".", "__pycache__", ASIDE)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f"*:<>?\\|]')


class NotRestored(Exception):
    """Nothing was changed; says what was found and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """Writes one file.

    `copy` copies the database while it is in use; `count` counts what is in a copy. `key` names the
    file in the data folder that opens what is sealed.
    """

    data: Path
    bots: Path
    database: Path
    key: str
    version: str
    copy: Callable[[Path, Path], None]
    count: Callable[[Path], Mapping[str, int]]
    out: TextIO

    def write(self, path: Path, now: datetime, *, with_key: bool = True) -> None:
        """Whole or not at all; readable by its owner alone. Raises OSError."""
        if path.exists():
            raise FileExistsError(17, f"{path} is there already: name another file")
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, half = tempfile.mkstemp(dir=path.parent, prefix=".backup-")
        try:
            with (
                os.fdopen(handle, "wb") as file,
                tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder,
            ):
                told = self._fill(file, Path(folder), now, with_key)
                file.flush()
                os.fsync(file.fileno())
            Path(half).replace(path)
        except BaseException:
            Path(half).unlink(missing_ok=True)
            raise
        self._tell(path, told, with_key)

    def _fill(self, file: IO[bytes], folder: Path, now: datetime, with_key: bool) -> dict[str, Any]:
        # The database first: what it speaks of is there when the files are copied after it.
        copy = folder / DATABASE
        self.copy(self.database, copy)
        hashes: dict[str, str] = {}
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
            hashes[DATABASE] = _add(packed, DATABASE, copy)
            for root, top in ((self.data, "data"), (self.bots, "bots")):
                for found in _files(root):
                    name = found.relative_to(root).as_posix()
                    if found == self.database or (name == self.key and not with_key):
                        continue
                    try:
                        hashes[f"{top}/{name}"] = _add(packed, f"{top}/{name}", found)
                    except FileNotFoundError:
                        continue  # a file that somebody deleted meanwhile
            told = {
                "form": FORM,
                "version": self.version,
                "made_at": now.isoformat(),
                "counts": dict(self.count(copy)),
                "files": hashes,
            }
            packed.writestr(MANIFEST, json.dumps(told, ensure_ascii=False, indent=1))
        return told

    def _tell(self, path: Path, told: Mapping[str, Any], with_key: bool) -> None:
        counts = ", ".join(f"{count} {name}" for name, count in told["counts"].items())
        size = path.stat().st_size / 1_000_000
        print(f"{shown_path(path)}: {size:.1f} MB; {counts}", file=self.out)
        if f"data/{self.key}" in told["files"]:
            print(
                "The key of what is sealed is in it: whoever has this file has every token and"
                " password of yours. Leave it out with --without-key, and keep"
                f" {shown_path(self.data / self.key)} elsewhere.",
                file=self.out,
            )
        elif not with_key:
            print(
                "The key of what is sealed is not in it: without EASYFLOW_KEYS (or"
                f" {self.key}) nobody can open the tokens that are kept in it.",
                file=self.out,
            )
        print("Settings (.env, EASYFLOW_…) are not in it.", file=self.out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A database that is no file of the data folder, as `shown` to people.

    `holds` says whether there is anything in it, `keep` copies it into a file, `put` puts a file in
    place of all of it.
    """

    shown: str
    holds: Callable[[], bool]
    keep: Callable[[Path], None]
    put: Callable[[Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """Puts a backup in place of what is there, which is moved aside.

    `check` gives the revision of a database, and raises with the reason where none can be started
    from it; `hold_back` keeps one from answering and sending what was under way, and says how many
    messages and calls that were; `running` says whether a server uses the data folder.
    """

    data: Path
    bots: Path
    database: Path
    check: Callable[[Path], str]
    hold_back: Callable[[Path, datetime], tuple[int, int]]
    running: Callable[[], bool]
    elsewhere: Elsewhere | None = None
    out: TextIO

    def read(
        self, path: Path, now: datetime, *, force: bool, with_bots: bool, resend: bool = False
    ) -> None:
        """Raises NotRestored, OSError; then everything is as it was.

        What was under way at the time of the backup is done again only with `resend`.
        """
        if not path.is_file():
            raise NotRestored(f"there is no file {path}")
        if self.running():
            what = self.elsewhere.shown if self.elsewhere else "this data folder"
            raise NotRestored(f"Easy Flow runs on {what}: stop it first")
        there = self._there()
        if there and not force:
            raise NotRestored(
                f"{there} is there already: with --force it is moved aside,"
                " and nothing of it is lost"
            )
        self.data.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(dir=self.data, prefix=".restore-"))
        try:
            told = _unpacked(path, half)
            self.check(half / DATABASE)
            held = (0, 0) if resend else self.hold_back(half / DATABASE, now)
            self._put(half, now, with_bots)
        finally:
            shutil.rmtree(half, ignore_errors=True)
        counts = ", ".join(f"{count} {name}" for name, count in told["counts"].items())
        print(f"Restored from {_moment(told['made_at'])}: {counts}", file=self.out)
        if any(held):
            print(
                f"Held back: {held[0]} messages of customers that were not answered yet and"
                f" {held[1]} of ours that were not sent yet. Since the backup that was most likely"
                " done; where it was not, restore once more with --force --resend.",
                file=self.out,
            )

    def _there(self) -> str:
        """What a backup would take the place of; "" for nothing."""
        if self.elsewhere is not None:
            return self.elsewhere.shown if self.elsewhere.holds() else ""
        return shown_path(self.database) if self.database.exists() else ""

    def _put_elsewhere(self, place: Elsewhere, half: Path, aside: Path) -> None:
        # All or nothing, before any file is touched.
        holds = place.holds()
        if holds:
            aside.mkdir(mode=0o700)
        try:
            if holds:
                place.keep(aside / ELSEWHERE)
            place.put(half / DATABASE)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise

    def _free_name(self, name: str) -> str:
        """What another restore of this second moved aside is not to be mixed with ours."""
        names = chain([name], (f"{name}-{number}" for number in count(2)))
        return next(one for one in names if not (self.data / one).exists())

    def _put(self, half: Path, now: datetime, with_bots: bool) -> None:
        # What is in the folder is moved, not the folder: it may be where a disk is mounted.
        aside = self._free_name(f"{ASIDE}{now:%Y%m%d-%H%M%S}")
        if self.elsewhere is not None:
            self._put_elsewhere(self.elsewhere, half, self.data / aside)
        fresh = half / "data"
        fresh.mkdir(exist_ok=True)
        inside = self.database.resolve().parent == self.data.resolve()
        old = [one for one in self.data.iterdir() if not one.name.startswith((ASIDE, ".restore-"))]
        logs = [Path(f"{self.database}{log}") for log in ("", "-wal", "-shm")]
        old += [] if inside else [one for one in logs if one.exists()]
        if old or (self.data / aside).exists():
            (self.data / aside).mkdir(mode=0o700, exist_ok=True)
            for one in old:
                shutil.move(one, self.data / aside / one.name)
            print(f"What was there is in {shown_path(self.data / aside)}", file=self.out)
        for one in fresh.iterdir():
            one.replace(self.data / one.name)
        if self.elsewhere is None:
            self.database.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(half / DATABASE, self.database)
        packed = half / "bots"
        if not packed.is_dir():
            return
        if self.bots.exists() and not with_bots:
            print(
                f"The bots in {shown_path(self.bots)} were left alone; --bots puts those of the"
                " backup in their place",
                file=self.out,
            )
            return
        if self.bots.exists():
            before = self.bots.with_name(f"{self.bots.name}.{aside}")
            self.bots.replace(before)
            print(f"The bots that were there are in {shown_path(before)}", file=self.out)
        self.bots.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(packed, self.bots)


def _files(root: Path) -> Iterator[Path]:
    """Ordinary files, in order; links lead elsewhere and are none of ours."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith(_SKIPPED))
        for name in sorted(files):
            path = Path(folder) / name
            if not _LEFT.fullmatch(name) and path.is_file() and not path.is_symlink():
                yield path


def _add(packed: zipfile.ZipFile, name: str, path: Path) -> str:
    """The SHA-256 of what was written."""
    digest = hashlib.sha256()
    entry = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with path.open("rb") as source, packed.open(entry, "w", force_zip64=True) as target:
        while piece := source.read(PIECE):
            digest.update(piece)
            target.write(piece)
    return digest.hexdigest()


def _unpacked(path: Path, into: Path) -> dict[str, Any]:
    """What the backup says of itself; its files are in `into`, as they were when it was made."""
    try:
        with zipfile.ZipFile(path) as packed:
            told: dict[str, Any] = json.loads(packed.read(MANIFEST))
            if told.get("form") != FORM:
                raise NotRestored(f"{path} was made by a later version of Easy Flow")
            files: dict[str, str] = told["files"]
            datetime.fromisoformat(told["made_at"])
            if len(files) > MOST_FILES or DATABASE not in files:
                raise NotRestored(f"{path} is no backup of Easy Flow")
            for name, digest in files.items():
                if _extracted(packed, name, _place(into, name)) != digest:
                    raise NotRestored(f"{path} is damaged: {name} is not as it was written")
    except KeyError:
        raise NotRestored(f"{path} is no whole backup of Easy Flow: take another one") from None
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, AttributeError):
        raise NotRestored(
            f"{path} is damaged, was cut short or is no backup: copy it once more or take another one"
        ) from None
    return told


def _moment(made_at: str) -> str:
    return f"{datetime.fromisoformat(made_at):%Y-%m-%d %H:%M %Z}"


def _place(into: Path, name: str) -> Path:
    parts = PurePosixPath(name).parts
    known = name == DATABASE or (len(parts) > 1 and parts[0] in ("data", "bots"))
    if not known or ".." in parts or name.startswith("/") or _FORBIDDEN.search(name):
        raise NotRestored(f"{name!r} is no name of a file of a backup")
    return into / name


def _extracted(packed: zipfile.ZipFile, name: str, target: Path) -> str:
    digest = hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    with packed.open(name) as source, target.open("xb") as file:
        while piece := source.read(PIECE):
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    target.chmod(0o600 if name.startswith("data/") or name == DATABASE else 0o644)
    return digest.hexdigest()
