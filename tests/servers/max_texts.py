"""HTML in messages to MAX, read as MAX reads it: a text with marks, and what is wrong with it.

https://dev.max.ru/docs-api: these tags are known, all others are stripped.
"""

from html.parser import HTMLParser
from typing import Any

TAGS = {
    "i": "emphasized",
    "em": "emphasized",
    "b": "strong",
    "strong": "strong",
    "del": "strikethrough",
    "s": "strikethrough",
    "ins": "underline",
    "u": "underline",
    "pre": "monospaced",
    "code": "monospaced",
    "mark": "highlighted",
    "blockquote": "quote",
    "h1": "heading",
    "a": "link",
}
_USER = "max://user/"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.marks: list[dict[str, Any]] = []
        self.wrong: list[str] = []
        self._open: list[tuple[str, dict[str, Any]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.wrong.append(f"<{tag}> is no tag of MAX")
            return
        mark: dict[str, Any] = {"type": TAGS[tag], "from": _units(self.text), "length": 0}
        given = dict(attrs)
        if tag == "a":
            url = given.pop("href", None) or ""
            if url.startswith(_USER):
                mark |= {"type": "user_mention", "user_id": int(url.removeprefix(_USER))}
            elif not 0 < len(url) <= 2048:
                self.wrong.append("a link without an address")
            else:
                mark["url"] = url
        if given:
            self.wrong.append(f"<{tag}> has {', '.join(given)}")
        self._open.append((tag, mark))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            self.wrong.append(f"</{tag}> closes nothing")
            return
        _, mark = self._open.pop()
        mark["length"] = _units(self.text) - mark["from"]
        self.marks.append(mark)

    def handle_data(self, data: str) -> None:
        self.text += data

    def close(self) -> None:
        super().close()
        self.wrong += [f"<{tag}> is not closed" for tag, _ in self._open]


def read_html(text: str) -> tuple[str, list[dict[str, Any]], list[str]]:
    """The text, its marks in the order they begin, and what is wrong."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    marks = sorted(reader.marks, key=lambda mark: (mark["from"], -mark["length"]))
    return reader.text, marks, reader.wrong


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2
