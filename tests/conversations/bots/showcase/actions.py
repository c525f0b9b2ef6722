"""An action that takes a while."""

import asyncio

from bots.owners import action


@action("тест.долго", effect="none", about="долго искать")
async def slowly() -> str:
    """Longer than a customer waits without a sign."""
    await asyncio.sleep(1.5)
    return "три букета"
