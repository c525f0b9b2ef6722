"""An action that answers when it is too late for anybody."""

import asyncio

from bots.owners import action


@action("rig.hang", effect="none", about="take a minute")
async def hang() -> dict[str, str]:
    await asyncio.sleep(60)
    return {}
