"""The pieces test files are made of, read as texts and values, and the mistakes found in them."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple, NoReturn, TypeVar

from flows.errors import Place
from flows.report import Report
from flows.values import typed_scalar
from flows.yaml_text import Listing, Mapped, Node, Scalar

_T = TypeVar("_T")
_N = TypeVar("_N")
_RUSSIAN, _ENGLISH = Report("ru"), Report("en")
_OTHERWISE = {
    "клиент": "client",
    "user": "client",
    "customer": "client",
    "бот": "bot",
    "оператор": "operator",
    "через": "after",
    "wait": "after",
    "событие": "event",
    "правка": "edit",
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


class Told(NamedTuple):
    """A sentence to an owner, in both languages."""

    ru: str
    en: str

    def by(self, language: str) -> str:
        return self.en if language == "en" else self.ru


class Mistake(NamedTuple):
    """What is wrong in a test file, and where."""

    place: Place
    told: Told


class ScriptError(Exception):
    """A test file that cannot be played, with everything that is wrong in what was read."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(f"{place}: {told.ru}" for place, told in mistakes))
        self.mistakes = tuple(mistakes)


def wrong(node: Node | Place, ru: str, en: str) -> ScriptError:
    place = node if isinstance(node, Place) else node.place
    return ScriptError([Mistake(place, Told(ru, en))])


def unknown(key: Scalar, ru: str, en: str, known: Iterable[str]) -> NoReturn:
    """Raise what is not known of a key, with the nearest right word."""
    near = nearest(key.text, known)
    raise wrong(key, f"{ru} «{key.text}»{near.ru}", f"{en} “{key.text}”{near.en}")


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
        raise wrong(
            node,
            f"здесь нужны ключи со значениями ({what})",
            f"keys with values belong here ({what})",
        )
    return node


def only_keys(node: Mapped, keys: Iterable[str]) -> None:
    """ScriptError for each key that is none of these."""
    known = tuple(keys)
    mistakes = []
    for key, _ in node.entries:
        if key.text not in known:
            near = nearest(key.text, known)
            told = Told(
                f"не знаю ключа «{key.text}»{near.ru}", f"there is no key “{key.text}”{near.en}"
            )
            mistakes.append(Mistake(key.place, told))
    if mistakes:
        raise ScriptError(mistakes)


def nearest(name: str, known: Iterable[str]) -> Told:
    """The nearest right word, or all there are, to stand at the end of a sentence."""
    names = tuple(known)
    meant = _OTHERWISE.get(name.casefold())
    if meant in names:
        return Told(f" — может, «{meant}»?", f": did you mean “{meant}”?")
    listed = ", ".join(names) or "—"
    return Told(
        _RUSSIAN.nearest(name, names) or f"; бывают: {listed}",
        _ENGLISH.nearest(name, names) or f"; there are: {listed}",
    )


def text_of(node: Node | None) -> str:
    if not isinstance(node, Scalar):
        place = node if node is not None else Place("", 1)
        raise wrong(place, "здесь нужен текст", "a text belongs here")
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
    return {key.text: value_of(value) for key, value in mapped(node, "…: …").entries}


def value_of(node: Node | None) -> Any:
    if node is None:
        return None
    if isinstance(node, Scalar):
        return typed_scalar(node.text) if node.plain else node.text
    if isinstance(node, Listing):
        return [value_of(item) for item in node.items]
    return {key.text: value_of(value) for key, value in node.entries}


def yes_or_no(node: Node) -> bool:
    value = value_of(node)
    if not isinstance(value, bool):
        raise wrong(node, "здесь пишут yes или no", "yes or no belongs here")
    return value


def count_of(node: Node) -> int:
    text = text_of(node)
    if not text.isdecimal() or len(text) > 6:
        raise wrong(node, f"«{text}» — не целое число", f"“{text}” is no whole number")
    return int(text)
