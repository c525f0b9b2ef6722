"""Personal data that outlives its task without being a field of the person."""

import re
from collections.abc import Iterator

from flows import complaints
from flows.check.pieces import place_of
from flows.expressions import Expression
from flows.model import Ask, Assign, Bot, Flow, Later, Operation
from flows.report import Report
from flows.text import Text

_TYPES = frozenset(("phone", "email", "location"))
_NAMED = re.compile(
    r"(?:имя|фио|инн|адрес|(?:first_|last_|full_|sur)?name|address)(?:_(?:клиента|customer))?"
    r"|(?:\w+_)?(?:фамили|отчеств|телефон|почта|паспорт|снилс|рожден|phone|e_?mail|passport|birth)\w*"
)


def check_privacy(bot: Bot, report: Report) -> None:
    """`user.*` can be shown and erased with one command; what lies elsewhere would stay behind."""
    for flow in (bot.own, *bot.flows.values()):
        personal = _personal(flow)
        for index, operation in enumerate(flow.code):
            for name in _left_behind(operation, personal):
                report(complaints.PERSONAL_DATA, place_of(flow, index), name=name)


def _personal(flow: Flow) -> set[str]:
    """Variables of the flow that hold what identifies a person."""
    asked = [operation.question for operation in flow.code if isinstance(operation, Ask)]
    return {one.save for one in asked if one.save and (one.kind.base in _TYPES or _named(one.save))}


def _named(name: str) -> bool:
    return _NAMED.fullmatch(name.rpartition(".")[2].casefold().replace("ё", "е")) is not None


def _left_behind(operation: Operation, personal: set[str]) -> Iterator[str]:
    """Names under which personal data is kept where erasing a person does not look."""
    if isinstance(operation, Ask):
        name = operation.question.save or ""
        if name.startswith("chat.") and name in personal:
            yield name
    elif isinstance(operation, Assign):
        for name, value in operation.values:
            if name.startswith("chat.") and (_named(name) or _reads(value, personal)):
                yield name
    elif isinstance(operation, Later):
        for name, value in operation.arguments.items():
            if _reads(value, personal):
                yield f"with: {name}"


def _reads(value: object, personal: set[str]) -> bool:
    """Whether a value is made of personal data; `user.name` is read where it is kept."""
    if not isinstance(value, Text | Expression):
        return False
    return any(
        path in personal or path.startswith("user.") and _named(path) for path in value.paths
    )
