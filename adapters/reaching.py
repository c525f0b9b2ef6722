"""Whether others answer at all: messengers, our own address from outside, Redis. For `doctor` alone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from adapters.wire import Wire
from bots.errors import ChannelDown, Rejected
from bots.model.checkup import Standing
from bots.ports import Clock

PATIENCE = 5.0
"""Seconds that anybody who is asked has for the answer."""


def answered_at(headers: Mapping[str, str]) -> datetime | None:
    """By the other's clock, to the second; None where it does not say."""
    try:
        found = parsedate_to_datetime(headers["Date"])
    except (KeyError, ValueError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


async def reached(platform: str, api_base: str, *, wire: Wire, clock: Clock) -> Standing:
    """Any answer will do, a refusal too; raises nothing."""
    found = Standing(name=platform, platform=platform, at=clock())
    try:
        answer = await wire.call("GET", api_base, most=1 << 20)
    except ChannelDown as down:
        return replace(found, trouble=str(down))
    except Rejected:
        return replace(found, reached=True)
    return replace(found, reached=True, at=clock(), date=answered_at(answer.headers))


async def leads_here(public_url: str, *, wire: Wire) -> str:
    """ "" where a server of ours answers there, else what came instead."""
    try:
        answer = await wire.call("GET", f"{public_url}/livez", most=1 << 16)
    except (ChannelDown, Rejected) as error:
        return str(error)
    if answer.status == 200 and answer.body.strip() == b'{"status":"ok"}':
        return ""
    return f"HTTP {answer.status}"


async def redis_trouble(url: str) -> str:
    """ "" where it answers, else why it does not."""
    try:
        from redis import asyncio as redis  # an optional part

        from adapters.hints.redis_troubles import TROUBLES, trouble
    except ModuleNotFoundError:
        return "the library redis is not installed: make run EXTRAS=scale"
    client = redis.from_url(
        url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, retry_on_timeout=False
    )
    try:
        await client.ping()
    except TROUBLES as error:
        return trouble(url, error)
    finally:
        await client.aclose()
    return ""
