"""The pieces test files are made of, read as texts and values, and the mistakes found in them."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

from flows.errors import Place
from flows.report import Report
from flows.values import typed_scalar
from flows.yaml_text import Listing, Mapped, Node, Scalar

_T = TypeVar("_T")
_N = TypeVar("_N")
_RUSSIAN = Report("ru")
_OTHERWISE = {
    "клиент": "client",
    "user": "client",
    "customer": "client",
    "бот": "bot",
    "оператор": "operator",
    "через": "after",
    "wait": "after",
    "тест": "test",
    "name": "test",
    "дано": "given",
    "чат": "chat",
    "dialog": "chat",
    "ждём": "expect",
    "expected": "expect",
    "нажать": "press",
    "click": "press",
    "button": "press",
    "document": "file",
    "image": "photo",
    "returns": "give",
    "fails": "fail",
}


class Mistake(NamedTuple):
    """What is wrong in a test file, and where."""

    place: Place
    text: str


class ScriptError(Exception):
    """A test file that cannot be played, with everything that is wrong in what was read."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(f"{place}: {text}" for place, text in mistakes))
        self.mistakes = tuple(mistakes)


def wrong(node: Node | Place, text: str) -> ScriptError:
    return ScriptError([Mistake(node if isinstance(node, Place) else node.place, text)])


class Gathered:
    """Mistakes of several parts, so that one does not hide the others."""

    def __init__(self) -> None:
        self._mistakes: list[Mistake] = []

    def read(self, make: Callable[[], _T], instead: _T) -> _T:
        """What a part makes; `instead` where it is wrong."""
        try:
            return make()
        except ScriptError as error:
            self._mistakes.extend(error.mistakes)
            return instead

    def tell(self) -> None:
        if self._mistakes:
            raise ScriptError(sorted(self._mistakes))


def each_of(nodes: Iterable[_N], make: Callable[[_N], _T]) -> list[_T]:
    """What every node makes; ScriptError with the mistakes of all of them."""
    gathered = Gathered()
    made: list[_T] = []
    for node in nodes:
        gathered.read(partial(_add, made, make, node), None)
    gathered.tell()
    return made


def _add(made: list[_T], make: Callable[[_N], _T], node: _N) -> None:
    made.append(make(node))


def mapped(node: Node, what: str) -> Mapped:
    if not isinstance(node, Mapped):
        raise wrong(node, f"здесь нужны ключи со значениями ({what})")
    return node


def only_keys(node: Mapped, keys: Iterable[str]) -> None:
    """ScriptError for each key that is none of these."""
    known = tuple(keys)
    mistakes = [
        Mistake(key.place, f"не знаю ключа «{key.text}»{hint(key.text, known)}")
        for key, _ in node.entries
        if key.text not in known
    ]
    if mistakes:
        raise ScriptError(mistakes)


def hint(name: str, known: Iterable[str]) -> str:
    """The nearest right word, or all there are."""
    names = tuple(known)
    meant = _OTHERWISE.get(name.casefold())
    if meant in names:
        return f" — может, «{meant}»?"
    return _RUSSIAN.nearest(name, names) or f"; бывают: {', '.join(names)}"


def text_of(node: Node | None) -> str:
    if not isinstance(node, Scalar):
        raise wrong(node if node is not None else Place("", 1), "здесь нужен текст")
    return node.text


def texts_of(node: Node | None) -> tuple[str, ...] | None:
    if node is None:
        return None
    if isinstance(node, Listing):
        return tuple(text_of(item) for item in node.items)
    return (text_of(node),)


def values_of(node: Node | None) -> dict[str, Any]:
    if node is None:
        return {}
    return {key.text: value_of(value) for key, value in mapped(node, "значения").entries}


def value_of(node: Node | None) -> Any:
    if node is None:
        return None
    if isinstance(node, Scalar):
        return typed_scalar(node.text) if node.plain else node.text
    if isinstance(node, Listing):
        return [value_of(item) for item in node.items]
    return {key.text: value_of(value) for key, value in node.entries}


def counts_of(node: Node | None) -> dict[str, int]:
    """How many times, by name."""
    if node is None:
        return {}
    return dict(each_of(mapped(node, "called").entries, lambda pair: _count(*pair)))


def _count(key: Scalar, value: Node) -> tuple[str, int]:
    text = text_of(value)
    if not text.isdecimal() or len(text) > 6:
        raise wrong(value, f"сколько раз вызвали «{key.text}»? Нужно целое число")
    return key.text, int(text)
