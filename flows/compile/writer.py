"""Writes a flow's operations: the main line first, then the blocks that stand aside."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flows import complaints
from flows.compile.fields import Fields
from flows.compile.reading import Reader
from flows.errors import Place
from flows.model import EndHandler, Finish, Home, Operation
from flows.vocabulary import BESIDE, TEST_PLACES, WORDS, Where, words
from flows.yaml_text import Listing, Mapped, Node, Scalar

_LEAVING = frozenset(("go", "start", "done"))
_BARE_GO = frozenset(("back", "again", "cancel"))
_TAKE_KEYS = frozenset(("say", "wait", "later", "set", "done"))
_KEYS_INSIDE: Mapping[str, Where] = {"say": "say", "wait": "wait", "later": "later"}
"""Verbs whose keys stand inside their value, not beside it."""


@dataclass(frozen=True, slots=True)
class Action:
    """One action: its verb, what stands after it, and the keys beside it."""

    verb: str
    place: Place
    value: Node | None
    fields: Fields


Verb = Callable[["Writer", Action], None]


class Writer:
    """Compiles blocks into one list of operations; `flow` is "" for the bot's own."""

    def __init__(
        self, reader: Reader, verbs: Mapping[str, Verb], flow: str = "", steps: Sequence[str] = ()
    ) -> None:
        self.reader = reader
        self.flow = flow
        self.steps = tuple(steps)
        self.step = ""
        self.loops: tuple[int, ...] = ()
        self._verbs = verbs
        self._code: list[Operation] = []
        self._lines: list[int] = []
        self._homes: list[Home] = []
        self._aside: deque[tuple[Home, Callable[[], None]]] = deque()

    @property
    def here(self) -> int:
        """The index of the next operation."""
        return len(self._code)

    @property
    def homes(self) -> tuple[Home, ...]:
        """Where each operation stands."""
        return tuple(self._homes)

    def emit(self, operation: Operation, place: Place) -> int:
        self._code.append(operation)
        self._lines.append(place.line)
        self._homes.append(Home(self.step, self.loops))
        return len(self._code) - 1

    def reserve(self, place: Place) -> int:
        """Room for an operation that needs to know what comes after it."""
        return self.emit(Finish(), place)

    def put(self, index: int, operation: Operation) -> None:
        self._code[index] = operation

    def aside(self, job: Callable[[], None]) -> None:
        """Compile something after the main line, as a part of the step we are in."""
        self._aside.append((Home(self.step, self.loops), job))

    def block(self, node: Node | None, title: str) -> None:
        """One action or a list of them, here."""
        items = self.reader.items(node)
        if isinstance(node, Scalar) and not node.text:
            items = ()
        if node is not None and not items:
            self.reader.report(complaints.TOO_FEW, node.place, where=title)
        left = ""
        for item in items:
            if left:
                self.reader.report(complaints.UNREACHABLE_ACTION, item.place, name=left)
                left = ""
            action = self._action(item)
            if action is None:
                continue
            self._verbs[action.verb](self, action)
            if action.verb in _LEAVING:
                left = action.verb

    def side_block(self, node: Node | None, title: str, ending: Operation) -> int:
        """A block with its ending; gives its entry, or -1 where the owner wrote none."""
        if node is None:
            return -1
        entry = self.here
        self.block(node, title)
        self.emit(ending, node.place)
        return entry

    def handler(self, node: Node) -> int:
        return self.side_block(node, "then", EndHandler())

    def finish(self) -> tuple[tuple[Operation, ...], tuple[int, ...]]:
        """Compile what was put aside; gives all operations with their lines."""
        while self._aside:
            home, job = self._aside.popleft()
            self.step, self.loops = home.step, home.loops
            job()
        return tuple(self._code), tuple(self._lines)

    # ------------------------------------------------------------ what an item of a block is

    def _action(self, node: Node) -> Action | None:
        if isinstance(node, Scalar):
            return self._bare(node)
        if isinstance(node, Listing) or not node.entries:
            self.reader.expected(node, "steps", "действие", "an action")
            return None
        key, value = node.entries[0]
        if not self._is_verb(key, node):
            return None
        self._check_value(key, value)
        misplaced = isinstance(value, Mapped) and key.text not in _TAKE_KEYS
        fields = self._beside(key, node.entries[1:])
        return Action(key.text, key.place, None if misplaced else value, fields)

    def _check_value(self, key: Scalar, value: Node) -> None:
        verb = key.text
        if isinstance(value, Mapped) and verb not in _TAKE_KEYS:
            self.reader.report(complaints.BESIDE, value.place, where=verb)
        elif isinstance(value, Scalar) and not value.text and value.plain and verb != "done":
            self.reader.expected(value, verb, "значение после двоеточия", "a value after the colon")

    def _beside(self, key: Scalar, others: Sequence[tuple[Scalar, Node]]) -> Fields:
        """The keys level with the verb; most verbs have their own, some have none."""
        if key.text in BESIDE:
            return self.reader.checked(others, BESIDE[key.text], key.text, key.place)
        inside = words(_KEYS_INSIDE[key.text]) if key.text in _KEYS_INSIDE else {}
        for other, _ in others:
            kind = complaints.UNKNOWN_KEY
            if other.text in inside:
                kind = complaints.BELONGS_INSIDE
            elif other.text in words("verb"):
                kind = complaints.TWO_VERBS
            self.reader.report(kind, other.place, name=other.text, where=key.text, nearest="")
        return Fields((), key.place)

    def _bare(self, node: Scalar) -> Action | None:
        verb = node.text.strip()
        if verb == "done":
            return Action(verb, node.place, None, Fields((), node.place))
        if verb in _BARE_GO:
            return Action("go", node.place, node, Fields((), node.place))
        if verb in words("verb"):
            self.reader.expected(node, verb, "значение после двоеточия", "a value after a colon")
            return None
        report = self.reader.report
        if verb in self.reader.known.flows:
            nearest = report.words(f" — сценарий вызывают так: call: {verb}", f": use call: {verb}")
        elif verb in self.steps:
            nearest = report.words(f" — к шагу переходят так: go: {verb}", f": use go: {verb}")
        else:
            nearest = self._slip(verb) or report.nearest(verb, words("verb"))
            nearest = nearest or report.words(
                " — сказать это клиенту: say: …", ": to say it, use say:"
            )
        report(complaints.UNKNOWN_VERB, node.place, name=verb, nearest=nearest)
        return None

    def _slip(self, name: str) -> str:
        """What to do about a missing space or a dash of another kind; empty for neither."""
        report = self.reader.report
        if name.startswith(("-", "—", "–")):
            return report.words(" — нужны дефис и пробел: «- »", ": a hyphen and a space, “- ”")
        if name.partition(":")[0] in words("verb"):
            return report.words(
                " — после двоеточия нужен пробел", ": a space must follow the colon"
            )
        return ""

    def _is_verb(self, key: Scalar, node: Mapped) -> bool:
        report = self.reader.report
        if key.text in words("verb"):
            return True
        if key.text == "was":
            report(complaints.FORMER_FIRST, key.place)
        elif key.text in _SUB_KEYS and (verb := _verb_among(node)) is not None:
            report(complaints.VERB_FIRST, verb.place, name=verb.text)
        elif homes := [verb for verb, where in BESIDE.items() if key.text in words(where)]:
            report(complaints.KEY_AS_ACTION, key.place, name=key.text, homes=", ".join(homes))
        else:
            nearest = self._slip(key.text) or report.nearest(key.text, words("verb"))
            report(complaints.UNKNOWN_VERB, key.place, name=key.text, nearest=nearest)
        return False


_NO_SUB_KEYS = frozenset(("verb", "bot", "defaults", "flow", *TEST_PLACES))
_SUB_KEYS = frozenset(word.name for word in WORDS if word.where not in _NO_SUB_KEYS)


def _verb_among(node: Mapped) -> Scalar | None:
    """A verb that stands among an action's later keys."""
    verbs = words("verb")
    for key, _ in node.entries[1:]:
        if key.text in verbs:
            return key
    return None
