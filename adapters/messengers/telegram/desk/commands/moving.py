"""A chat changes hands: taken, given back to the bot, finished."""

from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.order import Command, Order


async def take(order: Order, kit: Kit) -> None:
    """Own the chat; `force` takes it from somebody else."""
    force = order.rest.strip().casefold() in ("force", "силой")
    await kit.parts.handoff.take(order.about.address, order.who, version=order.version, force=force)


async def release(order: Order, kit: Kit) -> None:
    """Back to the bot."""
    await kit.parts.handoff.release(order.about.address, order.who)


async def close(order: Order, kit: Kit) -> None:
    """Finish."""
    await kit.parts.handoff.close(order.about.address, order.who, code=order.rest.strip())


COMMANDS = (
    Command(
        name="take",
        also=("взять",),
        takes=("[силой]", "[force]"),
        means=("Взять чат себе", "Take the chat"),
        run=take,
    ),
    Command(
        name="release",
        also=("боту", "вернуть"),
        means=("Вернуть чат боту", "Give the chat back to the bot"),
        run=release,
    ),
    Command(
        name="close",
        also=("закрыть", "завершить"),
        takes=("[итог]", "[code]"),
        means=("Завершить разговор", "Finish the chat"),
        run=close,
    ),
)
