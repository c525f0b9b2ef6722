"""Holds a call against the table of what may be sent, and gives the error that Meta has for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.servers.graph_calls import AROUND, GROUP, KINDS, MESSAGING, READ
from tests.servers.graph_errors import Refused
from tests.servers.shapes import Fields, Problem, Shape, problems


def check_message(body: Any) -> None:
    """Raises Refused for the first rule that `POST /{phone}/messages` breaks."""
    if isinstance(body, dict) and "status" in body:
        check(READ, body)
        return
    kind = body.get("type", "text") if isinstance(body, dict) else "text"
    if kind == "contacts" and "contacts" in body:
        body = body | {"contacts": without_nulls(body["contacts"])}
    around = GROUP if isinstance(body, dict) and body.get("recipient_type") == "group" else AROUND
    content = KINDS.get(kind) if isinstance(kind, str) else None
    required: Mapping[str, Shape] = {
        **MESSAGING,
        **({kind: content} if content is not None else {}),
    }
    check(Fields(required=required, optional=around), body)
    if not {"to", "recipient"} & set(body):
        raise Refused(100, message="(#100) The parameter to is required.", wrong=True)
    if kind == "interactive":
        _check_choices(body["interactive"])
    if kind == "contacts":
        _check_names(body["contacts"])


def without_nulls(value: Any) -> Any:
    """Contacts have so many keys that clients write null for those they leave out."""
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


def check(shape: Fields, body: Any) -> None:
    for problem in problems(shape, body):
        raise _refused(problem)


def _refused(problem: Problem) -> Refused:
    """The error that Meta has for it: of the request's form 100, of what a bubble may show 131009."""
    says = f"{problem.path or 'body'} {problem.says}"
    if problem.kind == "missing":
        if "." not in problem.path:
            return Refused(
                100, message=f"(#100) The parameter {problem.path} is required.", wrong=True
            )
        return Refused(131008, says, wrong=True)
    if problem.kind == "unexpected":
        parent, _, key = problem.path.rpartition(".")
        return Refused(
            100, message=f'(#100) Unexpected key "{key}" on param "{parent}".', wrong=True
        )
    if problem.path.startswith(("interactive", "template")) and problem.kind != "type":
        return Refused(131009, says, wrong=True)
    return Refused(100, says, message=f"(#100) Param {says}.", wrong=True)


def _check_choices(interactive: dict[str, Any]) -> None:
    action = interactive["action"]
    if interactive["type"] == "button":
        replies = [button["reply"] for button in action["buttons"]]
        _check_unique("Button id", [reply["id"] for reply in replies])
        _check_unique("Button title", [reply["title"] for reply in replies])
    if interactive["type"] == "list":
        sections = action["sections"]
        rows = [row for section in sections for row in section["rows"]]
        if len(rows) > 10:
            raise Refused(131009, f"Total row count exceeds 10: {len(rows)}", wrong=True)
        if len(sections) > 1 and not all(section.get("title") for section in sections):
            raise Refused(131009, "Section title is required if there are several", wrong=True)
        _check_unique("Row id", [row["id"] for row in rows])


def _check_unique(what: str, values: Sequence[str]) -> None:
    repeated = {value for value in values if values.count(value) > 1}
    if repeated:
        raise Refused(131009, f"{what} is duplicated: {sorted(repeated)}", wrong=True)


def _check_names(contacts: Sequence[dict[str, Any]]) -> None:
    for number, contact in enumerate(contacts):
        if not [key for key, value in contact["name"].items() if key != "formatted_name" and value]:
            says = f"contacts[{number}].name needs another part of the name beside formatted_name"
            raise Refused(131009, says, wrong=True)
