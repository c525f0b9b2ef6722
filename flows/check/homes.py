"""Which channels a bot may live on."""

from flows.model import Bot


def lives_on(bot: Bot, channel: str) -> bool:
    """A bot that does not say where it lives may live on any channel."""
    return not bot.channels or channel in bot.channels
