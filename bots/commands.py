"""The commands of a bot, as messengers list them for customers: what starts with a slash, and its meaning."""

import re

from flows.model import Bot, CallFlow, Flow, StartFlow, Target

MOST = 100
LONGEST_MEANING = 256

_COMMAND = re.compile(r"/([a-z0-9_]{1,32})")

_WELL_KNOWN = {
    "cancel": {"ru": "Прервать то, что начато", "en": "Stop what is under way"},
    "back": {"ru": "Вернуться на шаг назад", "en": "Go back a step"},
    "help": {"ru": "Что умеет этот бот", "en": "What this bot can do"},
    "menu": {"ru": "Меню", "en": "Menu"},
    "operator": {"ru": "Позвать человека", "en": "Call a person"},
}


def commands_of(bot: Bot) -> list[tuple[str, str]]:
    """Commands without their slash, with what the flow behind each is about, else its name.

    `/start` goes without saying, and so does a handler that leads into no flow: it has no words.
    """
    found: dict[str, str] = {}
    for scope in (bot.own.scope, bot.starts):
        for written, target in scope.exact.items():
            match = _COMMAND.fullmatch(written)
            if match and match[1] != "start" and match[1] not in found:
                meaning = _meaning(bot, target, match[1])
                if meaning:
                    found[match[1]] = meaning[:LONGEST_MEANING]
    return list(found.items())[:MOST]


def _meaning(bot: Bot, target: Target, command: str) -> str:
    flow = _flow(bot, target)
    known = _WELL_KNOWN.get(command, {})
    if flow is not None and flow.about:
        return " ".join(flow.about.split())
    name = flow.name.replace("_", " ") if flow is not None else ""
    return known.get(bot.language, known.get("en", name))


def _flow(bot: Bot, target: Target) -> Flow | None:
    """The flow that a command starts, at once or by what its handler does first."""
    if target.flow:
        return bot.flows.get(target.flow)
    first = bot.own.code[target.entry] if 0 <= target.entry < len(bot.own.code) else None
    return bot.flows.get(first.flow) if isinstance(first, StartFlow | CallFlow) else None
