"""Going to Telegram at a start: whether the tokens are right, and where updates are to be sent."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from adapters.messengers.telegram.channel import TelegramChannel
from bots.errors import ChannelError, ChannelUnauthorised

PATIENCE = 3.0
"""Seconds a start waits for Telegram; afterwards it is tried beside everything else."""

LONGEST_PAUSE = 60.0

Pause = Callable[[float], Awaitable[None]]

log = structlog.get_logger()


async def arrive_all(channels: Sequence[TelegramChannel], url: str | None) -> list[TelegramChannel]:
    """Gives the channels that Telegram did not answer for.

    With an `url` their webhooks are set. Raises ExceptionGroup of the refused tokens.
    """
    arrivals = await asyncio.gather(
        *(_arrived(channel, url) for channel in channels), return_exceptions=True
    )
    refused = [one for one in arrivals if isinstance(one, ChannelUnauthorised)]
    if refused:
        raise ExceptionGroup("Some tokens are refused", refused)
    for one in arrivals:
        if isinstance(one, BaseException):
            raise one
    return [channel for channel, came in zip(channels, arrivals, strict=True) if not came]


async def arrive_later(channel: TelegramChannel, url: str, *, pause: Pause = asyncio.sleep) -> None:
    """Set a webhook as soon as Telegram lets us."""
    seconds = 1.0
    while True:
        await pause(seconds)
        seconds = min(seconds * 2, LONGEST_PAUSE)
        try:
            return await _arrive(channel, url)
        except ChannelUnauthorised as error:
            log.error("A Telegram bot cannot be reached", bot=channel.bot, why=str(error))
        except ChannelError as error:
            log.debug("Telegram does not answer", bot=channel.bot, why=str(error))


async def _arrived(channel: TelegramChannel, url: str | None) -> bool:
    await channel.load()
    try:
        async with asyncio.timeout(PATIENCE):
            await _arrive(channel, url)
    except ChannelUnauthorised:
        raise
    except (ChannelError, TimeoutError) as error:
        log.warning("Telegram does not answer, trying on", bot=channel.bot, why=repr(error))
        return False
    return True


async def _arrive(channel: TelegramChannel, url: str | None) -> None:
    await channel.check()
    if url is not None:
        await channel.set_webhook(url)
    log.info("In Telegram", bot=channel.bot, username=f"@{channel.username}")
