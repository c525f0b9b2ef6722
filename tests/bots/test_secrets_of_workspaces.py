"""Secrets of the server's owner are given to bots of their workspace, and to no other's."""

from collections.abc import Mapping
from typing import Any

from bots.actions import Performer
from bots.model.message import Address
from flows.hidden import marked
from flows.turn import Run
from tests.bots.clockwork import NoMeter
from tests.bots.rig import NobodyUnderstands

OWNERS, OTHERS = 1, 2


class Shop:
    """An action that keeps what it was given."""

    def __init__(self) -> None:
        self.given: list[Mapping[str, Any]] = []

    async def run(
        self, action: str, arguments: Mapping[str, Any], *, address: Address, key: str
    ) -> Any:
        self.given.append(arguments)
        return "done"


async def test_a_bot_of_another_workspace_is_not_given_the_owners_secrets() -> None:
    shop = Shop()
    performer = Performer(
        shop, NobodyUnderstands(), NoMeter(), {"shop": "s3cret-of-the-owner"}.get, of=OWNERS
    )
    arguments = marked(lambda secrets: {"token": secrets["shop"]}, ("shop",))
    run = Run(wait="1", action="shop.ask", arguments=arguments)
    ours = await performer.run(run, address=Address(OWNERS, "shop", "web", "1"), key="1")
    theirs = await performer.run(run, address=Address(OTHERS, "assistant.7", "web", "1"), key="2")
    assert (ours.failed, shop.given) == (None, [{"token": "s3cret-of-the-owner"}])
    assert theirs.failed is not None
    assert "s3cret" not in theirs.failed
