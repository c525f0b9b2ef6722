"""Whatever is asked of a bot has an answer, and a workspace's days are those of its own bots."""

from collections.abc import Sequence
from datetime import UTC
from zoneinfo import ZoneInfo

from bots.errors import NotFound
from bots.services.known_bots import KnownBots
from flows.load import load_bot
from flows.model import Bot

FLOW = "flow: menu\nsteps:\n  first:\n    - say: Hello\n"


def made(name: str, zone: str) -> Bot:
    about = f"bot: {name}\nlanguage: en\ntimezone: {zone}\nstart: menu\n"
    return load_bot(name, {"bot.yaml": about, "flows/menu.yaml": FLOW}, {}).bot


WHOSE = {"assistant.1": 2, "shop": 1}
BOTS = {
    "assistant.1": made("assistant.1", "Asia/Tokyo"),
    "shop": made("shop", "Europe/Moscow"),
}


class Live:
    """Two bots, a workspace each."""

    def names(self, workspace: int | None = None) -> Sequence[str]:
        return [name for name, whose in WHOSE.items() if workspace in (None, whose)]

    def current(self, bot: str) -> Bot:
        if bot not in BOTS:
            raise NotFound("bot", bot)
        return BOTS[bot]

    def workspace_of(self, bot: str) -> int:
        if bot not in WHOSE:
            raise NotFound("bot", bot)
        return WHOSE[bot]

    def answers(self, bot: str, workspace: int) -> bool:
        return WHOSE.get(bot) == workspace


known = KnownBots(Live())


def test_the_days_of_a_workspace_are_not_those_of_somebody_elses_bot() -> None:
    assert known.days(1) == ZoneInfo("Europe/Moscow")
    assert known.days(2) == ZoneInfo("Asia/Tokyo")
    assert known.days(3) == UTC


def test_a_bot_that_is_gone_is_guessed_at() -> None:
    assert (known.language("shop"), known.language("gone")) == ("en", "ru")
    assert (known.workspace("shop"), known.workspace("gone")) == (1, None)
    assert (known.zone("gone"), known.queues("gone"), known.untold("gone")) == (
        UTC,
        {},
        frozenset(),
    )
