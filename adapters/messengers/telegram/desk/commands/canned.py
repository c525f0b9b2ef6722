"""Answers that operators have ready: shown first, sent by a button."""

from typing import Any

from adapters.messengers.telegram.desk.answers import LONGEST_TEXT, Answer
from adapters.messengers.telegram.desk.buttons import button
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.order import Command, Order
from adapters.messengers.telegram.desk.words import Words, clipped
from adapters.messengers.telegram.entities import parse_entities
from adapters.messengers.telegram.fields import string
from bots.errors import Conflict, Invalid, NotFound
from bots.model.message import Reply
from bots.services.canned import Ready
from bots.shaping import units
from flows.canned import Unfilled

MOST = 12
LONGEST_DATA = 40
"""Bytes of a key that a button carries."""
LONGEST_COPY = 256
"""What a button can put into the clipboard. https://core.telegram.org/bots/api#copytextbutton"""

WORDS = Words(
    {
        "list": ("Готовые ответы:", "Ready answers:"),
        "found": ("Нашлось по «{words}»:", "Found by “{words}”:"),
        "none": (
            "Готовых ответов нет. Их пишут в canned.yaml бота или добавляют: /canned add ключ текст",
            (
                "There are no ready answers. They stand in the bot's canned.yaml, or are added:"
                " /canned add key text"
            ),
        ),
        "no_such": (
            "Нет готового ответа «{words}». Все: /canned",
            "There is no ready answer “{words}”. All of them: /canned",
        ),
        "unfilled": (
            "«{key}» не отправить: в этом чате неизвестно {names}. Напишите сами.",
            "“{key}” cannot be sent: {names} is not known in this chat. Write it yourself.",
        ),
        "too_long": (
            "«{key}» здесь длиннее 4096 знаков: напишите короче.",
            "“{key}” is longer than 4096 characters here: write it shorter.",
        ),
        "send": ("✅ Отправить", "✅ Send"),
        "edit": ("✏️ Скопировать и править", "✏️ Copy and edit"),
        "how_edit": (
            "Скопируйте текст, поправьте и отправьте как обычное сообщение.",
            "Copy the text, change it, and send it as a message of your own.",
        ),
        "added": (
            "Добавлено: /canned {key}",
            "Added: /canned {key}",
        ),
        "not_added": ("Не добавлено: {why}.", "Not added: {why}."),
        "removed": ("Убрано: {key}", "Removed: {key}"),
        "how_add": (
            (
                "Так: /canned add ключ текст ответа. В тексте можно {{{{ customer.name }}}},"
                " {{{{ operator.name }}}}, {{{{ number }}}}."
            ),
            (
                "Like this: /canned add key text of the answer. The text may have"
                " {{{{ customer.name }}}}, {{{{ operator.name }}}}, {{{{ number }}}}."
            ),
        ),
        "sent": ("Отправлено.", "Sent."),
        "more": ("… и ещё {n}: /canned слово", "… and {n} more: /canned word"),
    }
)
ADD = ("add", "добавить")
EVERYWHERE = ("everywhere", "везде")
"""Behind either: for every bot, by an admin."""
REMOVE = ("remove", "убрать", "удалить")


async def canned(order: Order, kit: Kit) -> Answer | str:
    """`key` shows one, words search, `add` and `remove` change them."""
    head, _, tail = order.rest.strip().partition(" ")
    bot = _bot(order, kit)
    if head.casefold() in ADD:
        return await _add(order, kit, bot, tail.strip())
    if head.casefold() in REMOVE:
        key, everywhere = _everywhere(tail)
        await kit.parts.canned.remove(bot, key, order.who, everywhere=everywhere)
        return WORDS.say(order.language, "removed", key=key)
    if not head:
        return await _listed(order, kit, await kit.parts.canned.all(bot), "")
    words = order.rest.strip()
    try:
        return _shown(order, kit, await kit.parts.canned.find(bot, words))
    except (NotFound, Conflict):
        found = await kit.parts.canned.search(bot, words)
    if not found:
        return WORDS.say(order.language, "no_such", words=clipped(words, 40))
    if len(found) == 1:
        return _shown(order, kit, found[0])
    return await _listed(order, kit, found, words)


async def pick(order: Order, kit: Kit) -> Answer | str:
    """The button of one: `cn.key`."""
    return _shown(order, kit, await kit.parts.canned.find(_bot(order, kit), order.rest))


async def send(order: Order, kit: Kit) -> Answer:
    """The button under one that is shown: its words go to the customer, once."""
    text = string(order.message.get("text")) or ""
    reply = Reply(
        message_id=kit.parts.new_id(),
        text=text,
        entities=parse_entities(order.message.get("entities"), text),
        author="operator",
    )
    await kit.parts.handoff.say(order.about.address, order.who, reply, order.said())
    kit.answers.unbutton(order.group, order.message)
    return Answer(text=WORDS.say(order.language, "sent"))


async def how_to_edit(order: Order, kit: Kit) -> Answer:
    """The button where the text is too long to be copied by one."""
    return Answer(text=WORDS.say(order.language, "how_edit"), alert=True)


async def _add(order: Order, kit: Kit, bot: str, rest: str) -> str:
    rest, everywhere = _everywhere(rest)
    key, text = (rest.split(maxsplit=1) + ["", ""])[:2]
    if not text:
        return WORDS.say(order.language, "how_add")
    try:
        ready = await kit.parts.canned.add(bot, key, text, order.who, everywhere=everywhere)
    except Invalid as wrong:
        problem = WORDS.say(order.language, "not_added", why=wrong.error)
        raise Invalid("canned", problem) from None
    return WORDS.say(order.language, "added", key=ready.key)


def _everywhere(rest: str) -> tuple[str, bool]:
    """What stands behind the word that means every bot, and whether it stood there."""
    rest = rest.strip()
    word, _, tail = rest.partition(" ")
    return (tail.strip(), True) if word.casefold() in EVERYWHERE else (rest, False)


def _bot(order: Order, kit: Kit) -> str:
    if order.chat is not None:
        return order.chat.address.bot
    account = kit.parts.account(order.group.channel)
    return order.group.bot or (account.bot if account is not None else "")


def _shown(order: Order, kit: Kit, ready: Ready) -> Answer:
    """As the customer would read it; outside of a chat as it was written."""
    if order.chat is None:
        return Answer(text=f"{ready.key}\n\n{ready.text.source}")
    try:
        text = kit.parts.canned.render(ready, order.chat, order.who)
    except Unfilled as unfilled:
        names = ", ".join(unfilled.names)
        problem = WORDS.say(order.language, "unfilled", key=ready.key, names=names)
        raise Invalid("canned", problem) from None
    if units(text) > LONGEST_TEXT:
        raise Invalid("canned", WORDS.say(order.language, "too_long", key=ready.key))
    chat = order.chat
    version = chat.episode.version if chat.episode is not None else 0
    edit: dict[str, Any]
    if len(text) <= LONGEST_COPY:
        edit = {"text": WORDS.say(order.language, "edit"), "copy_text": {"text": text}}
    else:
        edit = button(WORDS.say(order.language, "edit"), chat.id, "cnedit", version)
    sends = button(WORDS.say(order.language, "send"), chat.id, "cnsend", version)
    return Answer(text=text, buttons=[[sends], [edit]], passing=True)


async def _listed(order: Order, kit: Kit, found: list[Ready], words: str) -> Answer:
    if not found:
        return Answer(text=WORDS.say(order.language, "none"))
    lines = [WORDS.say(order.language, "found" if words else "list", words=clipped(words, 40))]
    rows = []
    for one in found[:MOST]:
        lines.append(f"{one.key} — {clipped(one.text.source, 60)}")
        # A colon parts what a button carries.
        fits = len(one.key.encode()) <= LONGEST_DATA and ":" not in one.key
        if order.chat is not None and fits:
            rows.append([button(one.key, order.chat.id, f"cn.{one.key}")])
    if len(found) > MOST:
        lines.append(WORDS.say(order.language, "more", n=len(found) - MOST))
    return Answer(text="\n".join(lines), buttons=rows)


COMMANDS = (
    Command(
        name="canned",
        also=("готовые", "шаблон", "заготовка", "заготовки", "c"),
        takes=("[ключ или слова]", "[key or words]"),
        means=("Готовые ответы", "Ready answers"),
        run=canned,
        everywhere=True,
    ),
)
