"""`pack` and `unpack`: a bot folder as one file that can be carried elsewhere, and back."""

import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

LARGEST = 200 * 1024 * 1024
"""Bytes that a packed bot may have unpacked."""

MOST_FILES = 2_000
DEEPEST = 10
"""Folders within folders."""

_DAY_ONE = (1980, 1, 1, 0, 0, 0)
_NAME = re.compile(r"[\w-]{1,64}")
_FOLDERS = frozenset({"flows", "tests", "knowledge", "media"})
_FILES = frozenset({"bot.yaml", "calendar.yaml", "canned.yaml", "actions.py"})
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"\\|?*]')


class NotABot(Exception):
    """A file that no bot can be taken from; says what was found and what to do."""


def pack(folder: Path, files: Iterable[str], version: str, into: Path) -> Path:
    """Write `<bot>-<version>.zip`; the same files make the same bytes. Raises OSError."""
    path = into / f"{folder.name}-{version}.zip"
    with tempfile.NamedTemporaryFile(dir=into, prefix=".pack-", delete=False) as half:
        try:
            with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
                for name in sorted(files):
                    entry = zipfile.ZipInfo(f"{folder.name}/{name}", _DAY_ONE)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    entry.create_system = 3
                    entry.external_attr = (stat.S_IFREG | 0o644) << 16
                    packed.writestr(entry, (folder / name).read_bytes())
            Path(half.name).replace(path)
        except BaseException:
            Path(half.name).unlink(missing_ok=True)
            raise
    return path


def unpack(path: Path, into: Path) -> Path:
    """Make the bot's folder in `into`, whole or not at all. Raises NotABot, OSError."""
    try:
        with zipfile.ZipFile(path) as packed:
            name = _checked(packed.infolist())
            folder = into / name
            if folder.exists():
                raise NotABot(f"{folder} is there already: move it away, or unpack with --to")
            into.mkdir(parents=True, exist_ok=True)
            half = Path(tempfile.mkdtemp(dir=into, prefix=".unpack-"))
            try:
                _extract(packed, half)
                (half / name).replace(folder)
            finally:
                shutil.rmtree(half, ignore_errors=True)
    except (zipfile.BadZipFile, zlib.error, UnicodeError, EOFError) as error:
        raise NotABot(f"{path} is no zip file that can be read: {error}") from None
    return folder


def _checked(entries: list[zipfile.ZipInfo]) -> str:
    """The name of the bot; nothing may stand elsewhere than where a bot's files do."""
    if len(entries) > MOST_FILES:
        raise NotABot(f"more than {MOST_FILES} files are in it")
    if sum(entry.file_size for entry in entries) > LARGEST:
        raise NotABot(f"unpacked it is larger than {LARGEST >> 20} MiB")
    names = [entry.filename.casefold() for entry in entries]
    if len(set(names)) < len(names):
        raise NotABot("two files in it have the same name")
    tops = {_place(entry) for entry in entries}
    if len(tops) != 1 or not any(entry.filename.endswith("/bot.yaml") for entry in entries):
        raise NotABot("there must be one folder in it, with a bot.yaml")
    return tops.pop()


def _place(entry: zipfile.ZipInfo) -> str:
    """The folder an entry stands in at the top."""
    name = entry.filename
    parts = PurePosixPath(name).parts
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if entry.flag_bits & 1:
        raise NotABot(f"{name} is encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotABot(f"{name} is packed in a way that bots are not: pack it anew as a plain zip")
    if len(parts) > DEEPEST:
        raise NotABot(f"{name[:60]}… stands in more than {DEEPEST} folders")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise NotABot(f"{name} is a link or no ordinary file")
    if name.startswith("/") or ".." in parts or _FORBIDDEN.search(name):
        raise NotABot(f"{name!r} would stand outside of the bot's folder")
    if not parts or not _NAME.fullmatch(parts[0]) or any(part.startswith(".") for part in parts):
        raise NotABot(f"{name!r} is no name of a bot's file")
    inside = parts[1:]
    known = not inside or inside[0] in _FOLDERS or (len(inside) == 1 and inside[0] in _FILES)
    if not known:
        raise NotABot(f"{name}: a bot has no such file")
    return parts[0]


def _extract(packed: zipfile.ZipFile, into: Path) -> None:
    left = LARGEST
    for entry in packed.infolist():
        target = into / entry.filename
        if entry.is_dir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with packed.open(entry) as source:
            # The size that an entry claims need not be true.
            content = source.read(left + 1)
        left -= len(content)
        if left < 0:
            raise NotABot(f"unpacked it is larger than {LARGEST >> 20} MiB")
        target.write_bytes(content)
