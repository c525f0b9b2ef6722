"""Conditions that are always true or false, and cases that no answer can be."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flows import complaints
from flows.check.pieces import given_values, place_of
from flows.env import Env
from flows.errors import Place, RunError
from flows.expressions import CONSTANT_NAMES, Expression
from flows.model import Ask, Assign, Bot, Branch, Choose, Flow, Operation, Question
from flows.report import Report
from flows.text import Text
from flows.vocabulary import OUTCOMES

_MOMENT = re.compile(r"\b(now|today)\b")
_SOME_DAY = Env("ru", ZoneInfo("UTC"), datetime(2026, 1, 15, 12, tzinfo=UTC))


def check_branches(bot: Bot, report: Report) -> None:
    for flow in (bot.own, *bot.flows.values()):
        answers = _answers(flow)
        for index, operation in enumerate(flow.code):
            place = place_of(flow, index)
            for condition in _conditions(operation):
                _check_constant(condition, place, report)
                _check_compared(condition, answers, place, report)
            if isinstance(operation, Choose):
                _check_cases(operation, answers, place, report)


def _conditions(operation: Operation) -> Iterator[Expression]:
    if isinstance(operation, Branch):
        yield operation.condition
    elif isinstance(operation, Choose):
        yield operation.subject


def _check_constant(condition: Expression, place: Place, report: Report) -> None:
    if condition.names or _MOMENT.search(condition.source):
        return
    try:
        value = condition.evaluate({}, _SOME_DAY)
    except RunError:
        return
    ru, en = ("верно", "true") if value else ("неверно", "false")
    if not isinstance(value, bool) and value is not None:
        ru, en = "одно и то же", "the same"
    said = report.words(ru, en)
    report(complaints.CONSTANT_CONDITION, place, text=condition.source, said=said)


# ---------------------------------------------------------------- what a variable may be


def _answers(flow: Flow) -> dict[str, set[str]]:
    """Variables with few possible values, as the texts that cases are compared by.

    Only those that all come from buttons or from constants, and `call.outcome`; whatever else
    writes a variable makes it anything.
    """
    found: dict[str, set[str]] = {}
    unknown = set(flow.needs)
    for operation in flow.code:
        for name in given_values(operation):
            values = _values(operation, name)
            if values is None:
                unknown.add(name)
            else:
                found.setdefault(name, {"null"}).update(values)
    few = {
        name: values for name, values in found.items() if name not in unknown and "." not in name
    }
    return {**few, "call.outcome": {"null", *OUTCOMES}}


def _values(operation: Operation, name: str) -> set[str] | None:
    if isinstance(operation, Ask):
        return _offered(operation.question)
    if isinstance(operation, Assign):
        given = [_case(value) for variable, value in operation.values if variable == name]
        return None if None in given else {case for case in given if case is not None}
    return None


def _offered(question: Question) -> set[str] | None:
    if question.kind.base == "yes_no":
        return {"yes", "no"}
    if question.kind.base != "choice" or question.options is not None:
        return None
    chosen = [_case(button.value) for button in question.body.buttons if button.entry < 0]
    return None if None in chosen else {case for case in chosen if case is not None}


def _case(value: object) -> str | None:
    """The text by which a case is compared (see `Choose`); None for what only a dialog tells."""
    if isinstance(value, Text):
        return value.source if value.constant else None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "null"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else None


# ---------------------------------------------------------------- what it is compared with


def _check_cases(
    choose: Choose, answers: Mapping[str, set[str]], place: Place, report: Report
) -> None:
    possible = answers.get(choose.subject.source.strip())
    if possible is not None:
        _tell(choose.cases, possible, choose.subject.source.strip(), place, report)


def _check_compared(
    condition: Expression, answers: Mapping[str, set[str]], place: Place, report: Report
) -> None:
    if not any(name in condition.source for name in answers):
        return
    for node in ast.walk(ast.parse(condition.source.strip(), mode="eval")):
        if not isinstance(node, ast.Compare) or len(node.ops) != 1:
            continue
        name, other = node.left, node.comparators[0]
        if isinstance(name, ast.Name | ast.Attribute) and (read := ast.unparse(name)) in answers:
            _tell(_constants(node.ops[0], other), answers[read], read, place, report)


def _constants(sign: ast.cmpop, node: ast.expr) -> Iterator[str]:
    if isinstance(sign, ast.Eq | ast.NotEq):
        yield from _constant(node)
    elif isinstance(sign, ast.In | ast.NotIn) and isinstance(node, ast.List):
        for item in node.elts:
            yield from _constant(item)


def _constant(node: ast.expr) -> Iterator[str]:
    value: object = ...
    if isinstance(node, ast.Constant):
        value = node.value
    elif isinstance(node, ast.Name) and node.id in CONSTANT_NAMES:
        value = CONSTANT_NAMES[node.id]
    case = _case(value)
    if case is not None:
        yield case


def _tell(
    cases: Iterable[str], possible: set[str], name: str, place: Place, report: Report
) -> None:
    for case in cases:
        if case not in possible:
            nearest = report.nearest(case, sorted(possible - {"null"}))
            report(complaints.IMPOSSIBLE_CASE, place, case=case, name=name, nearest=nearest)
