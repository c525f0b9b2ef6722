"""`fmt`: quotes in a bot's files where a text cannot do without them."""

from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from flows.quoting import quote


def fmt(folders: Iterable[Path], out: TextIO, *, only_check: bool = False) -> int:
    """Write the files that change, or with `only_check` name them and give 1 if there are any."""
    changed = False
    for path in (path for folder in folders for path in sorted(_files(folder))):
        # Bytes, so that line ends stay as they are.
        before = path.read_bytes().decode("utf-8", "surrogateescape")
        after = quote(before)
        if after == before:
            continue
        changed = True
        print(f"{path}: {'needs quotes' if only_check else 'quoted'}", file=out)
        if not only_check:
            path.write_bytes(after.encode("utf-8", "surrogateescape"))
    if not changed:
        print("Nothing to quote.", file=out)
    return 1 if changed and only_check else 0


def _files(folder: Path) -> Iterable[Path]:
    """The YAML files of a bot: nothing hidden, and nothing that a link leads out to."""
    root = folder.resolve()
    for path in folder.rglob("*.y*ml"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file() and path.resolve().is_relative_to(root):
            yield path
