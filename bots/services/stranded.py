"""Chats in versions that cannot go on, because actions they call are gone."""

from collections.abc import Sequence

from bots.model.message import Address
from bots.ports import Audience, Versions
from bots.publishing import Compile
from bots.services.publishing import chats_by_version
from flows.errors import Complaint, LoadError

ACTION_GONE = frozenset({"E017", "E024", "E025"})
"""What is complained of where an action is gone or takes other arguments than it did."""

MOST_CHATS_NAMED = 20


async def stranded(
    versions: Versions, audience: Audience, workspace: int, bot: str, compile: Compile
) -> list[str]:
    """What the versions of a bot lack by the actions there are now, each with the chats inside."""
    lines: list[str] = []
    chats = await chats_by_version(audience, workspace, bot)
    for version in reversed(await versions.all(workspace, bot)):
        if version.hash not in chats:
            continue
        files = await versions.files(workspace, bot, version.hash)
        try:
            compile(bot, files or {})
        except LoadError as error:
            if wrong := [one for one in error.complaints if one.code in ACTION_GONE]:
                lines += _told(bot, version.number, chats[version.hash], wrong)
    return lines


def _told(bot: str, number: int, chats: Sequence[Address], wrong: Sequence[Complaint]) -> list[str]:
    few = ", ".join(f"{one.channel} {one.chat_id}" for one in chats[:MOST_CHATS_NAMED])
    more = f" and {len(chats) - MOST_CHATS_NAMED} more" if len(chats) > MOST_CHATS_NAMED else ""
    return [*(f"{bot}, version {number}: {one}" for one in wrong), f"  chats: {few}{more}"]
