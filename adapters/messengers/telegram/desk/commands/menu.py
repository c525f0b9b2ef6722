"""The menu of commands that Telegram shows in an operators' group."""

import hashlib
from typing import Any

import orjson
import structlog

from adapters.messengers.telegram.desk.commands.catalogue import ALL
from adapters.messengers.telegram.desk.kit import Kit
from bots.errors import ChannelError
from bots.model.desk import DeskGroup

SHELF = "desk menus"

log = structlog.get_logger()


def menu(language: str) -> list[dict[str, str]]:
    """Every command with what it means."""
    return [
        {"command": one.name, "description": one.means[0 if language == "ru" else 1]} for one in ALL
    ]


async def announce(kit: Kit, group: DeskGroup) -> None:
    """Tell Telegram, once; whoever's app speaks another language reads the group's own."""
    account = kit.parts.account(group.channel)
    if account is None:
        return
    menus = {code: menu(code or kit.language(group)) for code in ("", "ru", "en")}
    stamp = hashlib.sha256(orjson.dumps(menus)).hexdigest()[:16]
    key, workspace = f"{group.channel}/{group.chat_id}", kit.parts.workspace
    if await kit.parts.shelf.get(workspace, SHELF, key) == stamp:
        return
    scope = {"type": "chat", "chat_id": int(group.chat_id)}
    try:
        for code, listed in menus.items():
            parameters: dict[str, Any] = {"commands": listed, "scope": scope}
            if code:
                parameters["language_code"] = code
            await account.client.call("setMyCommands", parameters)
    except ChannelError as error:
        log.warning("The menu of a group was not set", chat=group.chat_id, why=str(error))
    else:
        await kit.parts.shelf.put(workspace, SHELF, key, stamp)
