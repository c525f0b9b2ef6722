"""A DOCX is a zip archive: looked through by its directory, before anything in it is unpacked."""

import stat
import struct
import zipfile
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import IO

from adapters.documents.refusals import Unread, too_much

MOST_ENTRIES = 1_000
LARGEST_DIRECTORY = 1 << 20
LARGEST_IN_ALL = 200 << 20
LARGEST_RATIO = 100
SMALL = 1 << 20
"""Bytes that need no look at their ratio: a page of spaces packs well."""

_END = b"PK\x05\x06"
_END_FORMAT = struct.Struct("<4s4H2LH")
_FARTHEST = _END_FORMAT.size + 0xFFFF
_NESTED = frozenset((".zip", ".7z", ".rar", ".gz", ".bz2", ".xz", ".tar", ".jar", ".zst"))
_PACKED = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
_NEEDED = frozenset(("[Content_Types].xml", "_rels/.rels"))


def checked_archive(file: IO[bytes]) -> zipfile.ZipFile:
    """An archive that is harmless to unpack entry by entry. Raises Unread."""
    _check_end(file)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Unread(f"The file is no DOCX: its archive cannot be opened ({error})") from error
    entries = archive.infolist()
    for entry in entries:
        _check_name(entry)
        _check_size(entry)
    _check_all(entries, _size(file))
    return archive


def _check_end(file: IO[bytes]) -> None:
    """The directory stands right at the end and is small: else it alone could fill the memory."""
    size = _size(file)
    file.seek(max(0, size - _FARTHEST))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or at + _END_FORMAT.size > len(tail):
        raise Unread("The file is no DOCX: it is not a whole zip archive")
    _, disk, start, here, entries, length, offset, comment = _END_FORMAT.unpack_from(tail, at)
    if entries > MOST_ENTRIES:
        too_much(f"The archive has {entries} entries; at most {MOST_ENTRIES} are looked at")
    if length > LARGEST_DIRECTORY:
        too_much(f"The directory of the archive has {length} bytes; at most {LARGEST_DIRECTORY}")
    whole = size - len(tail) + at
    if disk or start or here != entries or offset + length != whole:
        raise Unread("The file is no plain DOCX: something else is packed before the archive")
    if at + _END_FORMAT.size + comment != len(tail):
        raise Unread("The file is no plain DOCX: something else stands behind the archive")


def _check_name(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
        raise Unread("The archive has an entry whose name leads out of it")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Unread("The archive has a link in it")
    if path.suffix.lower() in _NESTED:
        raise Unread(f"There is an archive in the archive ({path.name[:60]})")
    if path.name.lower() == "vbaproject.bin":
        raise Unread("The document has macros: save it as a DOCX without them")


def _check_size(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 1:
        raise Unread("The document is encrypted: save it without a password")
    if entry.compress_type not in _PACKED:
        raise Unread("The archive is packed in a way that no word processor uses")
    if entry.file_size > SMALL and entry.file_size > entry.compress_size * LARGEST_RATIO:
        too_much(f"An entry of the archive unpacks to more than {LARGEST_RATIO} times its size")


def _check_all(entries: Sequence[zipfile.ZipInfo], size: int) -> None:
    whole = sum(entry.file_size for entry in entries)
    if whole > LARGEST_IN_ALL:
        too_much(f"The archive unpacks to {whole} bytes; at most {LARGEST_IN_ALL} are taken")
    if sum(entry.compress_size for entry in entries) > size:
        too_much("Entries of the archive lie over one another, as in a bomb")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise Unread("The archive has two entries of one name")
    if not _NEEDED.issubset(names):
        raise Unread("The file is a zip archive, but no DOCX")


def _size(file: IO[bytes]) -> int:
    return file.seek(0, 2)
