"""How a bot stands at Telegram: asked once, from beside the server."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson

from adapters.reaching import answered_at
from adapters.wire import Wire
from bots.errors import ChannelDown
from bots.model.checkup import Standing
from bots.ports import Clock


async def standing(token: str, api_base: str, *, wire: Wire, clock: Clock) -> Standing:
    """See https://core.telegram.org/bots/api#getwebhookinfo; raises nothing."""
    name = f"telegram:{token.partition(':')[0]}"
    found = Standing(name=name, platform="telegram", at=clock())
    url = f"{api_base.rstrip('/')}/bot{token}/getWebhookInfo"
    try:
        status, headers, body = await wire.call("GET", url, most=1 << 20, token=token)
    except ChannelDown as down:
        return replace(found, trouble=str(down))
    found = replace(found, reached=True, at=clock(), date=answered_at(headers))
    try:
        answer = orjson.loads(body)
        if status == 200 and answer["ok"]:
            return replace(found, **_told(answer["result"]))
        trouble = str(answer["description"])
    except (ValueError, KeyError, TypeError):
        trouble = f"HTTP {status}"
    return replace(found, trouble=trouble, refused=status in (401, 404))


def _told(info: dict[str, Any]) -> dict[str, Any]:
    failed = info.get("last_error_date")
    return {
        "url": str(info.get("url", "")),
        "pending": int(info.get("pending_update_count", 0)),
        "error": str(info.get("last_error_message", "")),
        "error_at": datetime.fromtimestamp(failed, UTC) if failed else None,
    }
