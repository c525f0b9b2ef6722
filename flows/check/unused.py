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
    read = {name for operation in flow.code for piece in pieces(operation) for name in piece.names}
    told: set[str] = set()
    for index, operation in enumerate(flow.code):
        for name in () if isinstance(operation, Ask) else given_values(operation):
            if "." not in name and name not in read and name not in told:
                told.add(name)
                report(complaints.UNUSED_VARIABLE, place_of(flow, index), name=name)
