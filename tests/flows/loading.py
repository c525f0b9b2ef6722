"""What the tests of loading share: a small bot, a catalogue, complaints as short lines."""

from textwrap import dedent

from flows.errors import Complaint, LoadError
from flows.load import Loaded, load_bot
from flows.model import ActionSpec, Bot, Flow, Input

ACTIONS = {
    "shop.order": ActionSpec(
        name="shop.order", inputs={"number": Input(), "deep": Input(required=False)}, quick=True
    ),
    "shop.pay": ActionSpec(name="shop.pay", inputs={"sum": Input()}, effect="yes"),
}

BOT = """
    bot: Тест
    start: меню
    user: {name: text, phone: phone}
    types:
      номер_заказа: {as: text, clean: digits, matches: '\\d{5,8}'}
    hours: {поддержка: пн-пт 09:00-21:00}
    queues: {поддержка: {hours: поддержка}}
    """


def load(*flows: str, bot: str = BOT, media: list[str] | None = None) -> Loaded:
    """Each text becomes a file of its own: flows/0.yaml, flows/1.yaml …"""
    files = {"bot.yaml": dedent(bot).strip() + "\n"}
    files |= {f"flows/{number}.yaml": dedent(text).strip() for number, text in enumerate(flows)}
    return load_bot("test", files, ACTIONS, media=media)


def loaded(*flows: str, bot: str = BOT) -> Bot:
    return load(*flows, bot=bot).bot


def only_flow(steps: str, *, more: str = "", bot: str = BOT) -> Flow:
    """The flow `меню` of one step with these actions."""
    return loaded(_flow(steps, more), bot=bot).flows["меню"]


def said_of(
    *flows: str, bot: str = BOT, media: list[str] | None = None, warnings: bool = True
) -> list[Complaint]:
    try:
        found = load(*flows, bot=bot, media=media).warnings
    except LoadError as error:
        found = error.complaints
    return [one for one in found if warnings or one.level == "error"]


def said(*flows: str, bot: str = BOT, media: list[str] | None = None) -> list[str]:
    """All complaints, each as `file:line: code text`."""
    return [str(complaint) for complaint in said_of(*flows, bot=bot, media=media)]


def said_of_steps(steps: str, *, more: str = "", media: list[str] | None = None) -> list[str]:
    """The complaints about one flow's actions; its first action stands in line 5."""
    return said(_flow(steps, more), media=media)


def _flow(steps: str, more: str) -> str:
    head = f"flow: меню\nwhen: [/start{more}]\nsteps:\n  шаг:\n"
    body = "\n".join(f"    {line}" for line in dedent(steps).strip().splitlines())
    return head + body
