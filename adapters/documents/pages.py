"""HTML to text: what a reader of the page would read, by headings."""

from collections.abc import Iterator
from html.parser import HTMLParser

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_SILENT = frozenset(("script", "style", "template", "noscript", "svg", "head", "iframe", "object"))
_BLOCK_TAGS = """
    p div br li ul ol table tr section article header footer main aside nav blockquote pre hr dd dt
    figure figcaption form fieldset
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())


def html(text: str) -> Iterator[tuple[str, str]]:
    """Each heading with the text under it; scripts, styles and the like are left out."""
    page = _Page()
    page.feed(text)
    page.close()
    return iter(page.parts)


class _Page(HTMLParser):
    """Keeps no tree: however deep a page is nested, it costs a number."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._closed: list[tuple[str, str]] = []
        self._title, self._words = "", list[str]()
        self._heading: list[str] | None = None
        self._silent = ""
        self._depth = 0

    @property
    def parts(self) -> list[tuple[str, str]]:
        """What was read so far."""
        return [*self._closed, self._part]

    @property
    def _part(self) -> tuple[str, str]:
        """A heading that nobody closed is text like any other."""
        return self._title, "".join([*self._words, *(self._heading or ())])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self._silent = ""  # a head that nobody closed ends here
        elif self._silent:
            self._depth += tag == self._silent
        elif tag in _SILENT:
            self._silent, self._depth = tag, 1
        elif tag in _HEADINGS:
            self._closed.append(self._part)
            self._title, self._words, self._heading = "", [], []
        elif tag in _BLOCKS:
            self._add("\n")
        elif tag in ("td", "th"):
            self._add(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._silent and tag in _BLOCKS:
            self._add("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._depth -= tag == self._silent
            if self._depth == 0:
                self._silent = ""
        elif tag in _HEADINGS and self._heading is not None:
            self._title, self._heading = " ".join("".join(self._heading).split()), None
        elif tag in _BLOCKS:
            self._add("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._add(data)

    def _add(self, text: str) -> None:
        (self._words if self._heading is None else self._heading).append(text)
