"""Variables that are given values and never read."""

from flows import complaints
from flows.check.pieces import given_values, pieces, place_of
from flows.model import Ask, Flow
from flows.report import Report


def check_unused(flow: Flow, report: Report) -> None:
    """A task forgets its variables at its end: one that nobody reads is kept for nothing.

    What is remembered about the person or the chat may be read by others, and answers are kept in
    the history: a question may save one only to take it.
    """
    given: dict[str, int] = {}
    for index, operation in enumerate(flow.code):
        if not isinstance(operation, Ask):
            for name in given_values(operation):
                if "." not in name:
                    given.setdefault(name, index)
    read = _read(flow, set(given))
    for name, index in given.items():
        if name not in read:
            report(complaints.UNUSED_VARIABLE, place_of(flow, index), name=name)


def _read(flow: Flow, names: set[str]) -> set[str]:
    """Those of the names that some text or expression reads."""
    left = set(names)
    for part in (flow.scope, *flow.code):
        if not left:
            break
        for piece in pieces(part):
            left -= piece.names
    return names - left
