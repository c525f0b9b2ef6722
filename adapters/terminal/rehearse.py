"""`test`: play the dialogs of a bot's tests/*.test.yaml and show where one goes otherwise."""

from collections.abc import Mapping, Sequence
from typing import TextIO

from flows.model import Bot
from flows.rehearsal import Means
from flows.testing import Fresh, Outcome, play


def rehearse(
    bot: Bot, tests: Mapping[str, str], out: TextIO, *, fresh: Fresh, means: Means | None = None
) -> int:
    """Print how each test went; the exit status is 1 where one failed."""
    outcomes = play(bot, tests, _no_actions, fresh=fresh, means=means)
    for outcome in outcomes:
        print(_line(bot, outcome), file=out)
    failed = sum(not outcome.passed for outcome in outcomes)
    print(f"{bot.folder}: {_summary(outcomes, failed)}", file=out)
    return 1 if failed else 0


def _line(bot: Bot, outcome: Outcome) -> str:
    if outcome.passed:
        return f"✓ {outcome.name}"
    return f"✗ {outcome.name}\n  {bot.folder}/{outcome.place}\n{outcome.failure}\n"


def _summary(outcomes: Sequence[Outcome], failed: int) -> str:
    if not outcomes:
        return "no tests: write dialogs into tests/*.test.yaml"
    tests = f"{len(outcomes)} test" + ("" if len(outcomes) == 1 else "s")
    return f"{tests}, {failed} failed" if failed else f"{tests}, all passed"


def _no_actions(action: str, arguments: object) -> object:
    raise AssertionError(f"{action} is made anew for each test")
