"""The program that reads one file: its own process, with little memory, little time, no files.

It is given the file as its standard input, the kind and its seconds as arguments, and writes one
line of JSON: the pieces with their stems, or why there are none.
"""

import contextlib
import json
import os
import signal
import sys
from codecs import lookup
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

MEMORY = 512 << 20
SECONDS = 10
"""Of the processor's time; one that reads a real document takes a tenth of one."""
ALARM = 150
"""Seconds after which it ends by itself, should nobody be there any more to end it."""
HEAVY_STATUS = 3
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "cp437")
"""Python reads each from a file when it is first needed: of texts, of PDFs, of names in archives."""

Parts = Callable[[bytes], Iterator[tuple[str, str]]]


def main() -> None:
    """Read, and tell; MemoryError is told by the status, for words need memory."""
    _limit(int(sys.argv[2]))
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from adapters.documents.refusals import Unread

    reader = _reader(sys.argv[1])
    content = sys.stdin.buffer.read()
    open_nothing_more()
    try:
        told: dict[str, Any] = {"pieces": _pieces(reader(content))}
    except Unread as error:
        told = {"why": str(error), "heavy": error.heavy}
    except (MemoryError, RecursionError):
        os._exit(HEAVY_STATUS)
    sys.stdout.buffer.write(json.dumps(told, ensure_ascii=True).encode())
    sys.stdout.flush()
    # Without a goodbye to libraries, some of which would still look through their memory.
    os._exit(0)


def _pieces(parts: Iterator[tuple[str, str]]) -> list[list[Any]]:
    from adapters.documents.passages import passages
    from flows.stems import stems

    return [[title, text, stems(title), stems(text)] for title, text in passages(parts)]


def _reader(kind: str) -> Parts:
    """What reads a kind; all that it will import is imported now."""
    from adapters.documents import texts

    for name in ("adapters.documents.passages", "flows.stems"):
        import_module(name)
    for encoding in ENCODINGS:
        lookup(encoding)
    if kind == "pdf":
        from adapters.documents.pdf import pdf

        return pdf
    if kind == "docx":
        from adapters.documents.docx import docx

        return docx
    if kind == "html":
        from adapters.documents.pages import html

        return lambda content: html(texts.decoded(content))
    plain: Mapping[str, Callable[[str], Iterator[tuple[str, str]]]] = {
        "md": texts.markdown,
        "txt": texts.plain,
    }
    return lambda content: plain[kind](texts.decoded(content))


def _limit(seconds: int) -> None:
    with contextlib.suppress(AttributeError, OSError):  # Windows has neither
        signal.alarm(ALARM)
        os.nice(10)
    for name, most in (("RLIMIT_AS", MEMORY), ("RLIMIT_CPU", seconds), ("RLIMIT_CORE", 0)):
        _at_most(name, most)
    _at_most("RLIMIT_FSIZE", 0)


def open_nothing_more() -> None:
    """From here on no file and no connection can be opened; no process begun, but by root."""
    _at_most("RLIMIT_NOFILE", 0)
    _at_most("RLIMIT_NPROC", 0)


def _at_most(name: str, most: int) -> None:
    with contextlib.suppress(ImportError, AttributeError, ValueError, OSError):
        import resource  # Unix alone has it; elsewhere whoever waits looks at the clock

        resource.setrlimit(getattr(resource, name), (most, most))


if __name__ == "__main__":
    main()
