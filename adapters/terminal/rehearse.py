"""`test`: play the dialogs of a bot's tests/*.test.yaml and show where one goes otherwise."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TextIO

from adapters.terminal.colours import paint
from flows.coverage import Branching, FlowCoverage, Walked, coverage, overall
from flows.model import Bot
from flows.script_nodes import Told
from flows.telling import Row
from flows.testing import Company, Outcome, play

_COLOURS = {
    "customer": "cyan",
    "world": "dim",
    "hint": "dim",
    "wrong": "red",
    "wanted": "green",
    "got": "yellow",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for: tests by words of their names, coverage and its least percentage.

    `folder` is where the bot lies, as an editor opens it.
    """

    folder: str
    words: Sequence[str] = ()
    coverage: bool = False
    least: int | None = None
    json: bool = False


def rehearse(company: Company, tests: Mapping[str, str], out: TextIO, wanted: Wanted) -> int:
    """Print how each test went; the exit status is 1 where one failed or too little was walked."""
    bot = company.bot
    walked = Walked(bot.version)
    covers = wanted.coverage or wanted.least is not None
    if covers:
        company = replace(company, watch=walked)
    outcomes = play(company, tests, words=wanted.words)
    flows = coverage(bot, walked) if covers else []
    if wanted.json:
        json.dump(_as_json(bot, outcomes, flows), out, ensure_ascii=False)
        print(file=out)
    else:
        _print(bot, outcomes, flows, wanted, out)
    failed = any(not outcome.passed for outcome in outcomes)
    too_little = wanted.least is not None and overall(flows) < wanted.least
    return 1 if failed or too_little else 0


# ---------------------------------------------------------------- for people


def _print(
    bot: Bot,
    outcomes: Sequence[Outcome],
    flows: list[FlowCoverage],
    wanted: Wanted,
    out: TextIO,
) -> None:
    for outcome in outcomes:
        _print_outcome(outcome, wanted.folder, out)
    print(f"{bot.folder}: {_summary(bot, outcomes, wanted)}", file=out)
    if flows:
        _print_coverage(bot, flows, wanted, out)


def _print_outcome(outcome: Outcome, folder: str, out: TextIO) -> None:
    if outcome.passed:
        print(paint("green", "✓", out), outcome.name, file=out)
        return
    print(paint("red", "✗", out), outcome.name, file=out)
    print(f"  {folder}/{outcome.place}", file=out)
    for row in outcome.rows:
        print(_painted(row, out), file=out)
    print(file=out)


def _painted(row: Row, out: TextIO) -> str:
    text = paint(_COLOURS.get(row.style, ""), row.text, out)
    return f"{text}   {paint('dim', row.aside, out)}" if row.aside else text


def _summary(bot: Bot, outcomes: Sequence[Outcome], wanted: Wanted) -> str:
    count = len(outcomes)
    failed = sum(not outcome.passed for outcome in outcomes)
    if not outcomes and wanted.words:
        words = " ".join(wanted.words)
        return Told(f"нет тестов со словами «{words}»", f"no test has “{words}” in its name").by(
            bot.language
        )
    if not outcomes:
        return Told(
            "тестов нет: запишите разговор командой chat --record или напишите tests/….test.yaml",
            "no tests: record a talk with chat --record or write tests/….test.yaml",
        ).by(bot.language)
    if bot.language == "en":
        tests = f"{count} test{'' if count == 1 else 's'}"
        return f"{tests}, {failed} failed" if failed else f"{tests}, all passed"
    return f"тестов {count}, не прошло {failed}" if failed else f"тестов {count}, все прошли"


def _print_coverage(bot: Bot, flows: list[FlowCoverage], wanted: Wanted, out: TextIO) -> None:
    whole, least = overall(flows), wanted.least
    word = Told("пройдено", "walked").by(bot.language)
    short = "" if least is None or whole >= least else f" < {least}%"
    print(f"{word} {paint('red' if short else 'green', f'{whole}%{short}', out)}", file=out)
    for flow in flows:
        name = flow.flow or "bot.yaml"
        print(f"  {flow.percent:3}%  {name}  ({flow.walked}/{flow.total})", file=out)
        for one in flow.missing:
            place = paint("dim", f"{wanted.folder}/{one.place}", out)
            print(f"        {_not_walked(one, bot.language)}   {place}", file=out)


def _not_walked(one: Branching, language: str) -> str:
    where = Told(f"шаг «{one.step}»", f"step “{one.step}”").by(language) if one.step else ""
    if not one.way:
        what = Told("не пройден", "not walked").by(language)
        return f"{where}: {what}"
    what = Told(f"не проверено «{one.way}»", f"“{one.way}” not tried").by(language)
    return f"{where}: {what}" if where else what


# ---------------------------------------------------------------- for programs


def _as_json(bot: Bot, outcomes: Sequence[Outcome], flows: list[FlowCoverage]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "bot": bot.folder,
        "passed": sum(outcome.passed for outcome in outcomes),
        "failed": sum(not outcome.passed for outcome in outcomes),
        "tests": [
            {
                "name": outcome.name,
                "passed": outcome.passed,
                "file": outcome.place.file,
                "line": outcome.place.line,
                "failure": outcome.failure,
            }
            for outcome in outcomes
        ],
    }
    if flows:
        told["coverage"] = {"percent": overall(flows), "flows": [_flow_json(one) for one in flows]}
    return told


def _flow_json(flow: FlowCoverage) -> dict[str, Any]:
    missing = [
        {"step": one.step, "way": one.way, "file": one.place.file, "line": one.place.line}
        for one in flow.missing
    ]
    return {"flow": flow.flow, "percent": flow.percent, "missing": missing}
