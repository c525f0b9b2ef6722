"""`fmt`: quotes in a bot's files where a text cannot do without them."""

from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from flows.load import BOT_FILE, language_of
from flows.quoting import quote
from flows.script_nodes import Told

_NEEDS = Told("нужны кавычки", "needs quotes")
_QUOTED = Told("кавычки поставлены", "quoted")
_NOTHING = Told("Кавычки нигде не нужны.", "Nothing to quote.")


def fmt(folders: Iterable[Path], out: TextIO, *, only_check: bool = False) -> int:
    """Write the files that change, or with `only_check` name them and give 1 if there are any."""
    changed = False
    language = "ru"
    for folder in folders:
        language = language_of({BOT_FILE: _text(folder / BOT_FILE)})
        done = (_NEEDS if only_check else _QUOTED).by(language)
        for path in sorted(_files(folder)):
            if _quote(path, only_check=only_check):
                changed = True
                print(f"{path}: {done}", file=out)
    if not changed:
        print(_NOTHING.by(language), file=out)
    return 1 if changed and only_check else 0


def _files(folder: Path) -> Iterable[Path]:
    """The YAML files of a bot: nothing hidden, and nothing that a link leads out to."""
    root = folder.resolve()
    for path in folder.rglob("*.y*ml"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file() and path.resolve().is_relative_to(root):
            yield path


def _quote(path: Path, *, only_check: bool) -> bool:
    """Whether a file lacks quotes, or (where it is not only checked) did."""
    before = _text(path)
    after = quote(before)
    if after != before and not only_check:
        path.write_bytes(after.encode("utf-8", "surrogateescape"))
    return after != before


def _text(path: Path) -> str:
    # Bytes, so that line ends stay as they are.
    return path.read_bytes().decode("utf-8", "surrogateescape") if path.exists() else ""
