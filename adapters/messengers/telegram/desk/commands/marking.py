"""What operators put down about a chat: notes, tags, priority, fields, a rest, a rating."""

from datetime import timedelta

from adapters.messengers.telegram.desk.answers import Answer
from adapters.messengers.telegram.desk.buttons import button
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.order import Command, Order
from adapters.messengers.telegram.desk.words import Words
from bots.errors import Invalid
from bots.model.episode import Priority
from flows.hours import parse_duration

WORDS = Words(
    {
        "how_note": (
            "Начните сообщение с // или с /note — оно останется внутри, клиент его не увидит.",
            "Begin a message with // or /note: it stays inside, the customer never sees it.",
        ),
        "noted": ("📝 В заметках.", "📝 Noted."),
        "how_tag": (
            "Метки: /tag +возврат -спам. Сейчас: {tags}",
            "Tags: /tag +refund -spam. Now: {tags}",
        ),
        "tags": ("Метки: {tags}", "Tags: {tags}"),
        "how_prio": (
            "Срочность: /prio не срочно, обычная, срочно или очень срочно. Сейчас: {now}",
            "Priority: /prio low, normal, high or urgent. Now: {now}",
        ),
        "prio": ("Срочность: {now}", "Priority: {now}"),
        "how_set": (
            "Поле для бота: /set заказ=123. Убрать: /set заказ=. Сейчас: {form}",
            "A field for the bot: /set order=123. To drop it: /set order=. Now: {form}",
        ),
        "form": ("Поля: {form}", "Fields: {form}"),
        "how_snooze": (
            "На сколько отложить: /snooze 30m, /snooze 2ч ждём склад. Разбудить раньше: /snooze off",
            "For how long: /snooze 30m, /snooze 2h waiting for the store. To wake it up: /snooze off",
        ),
        "snoozed": (
            "Отложено до {until}. Напишет клиент — чат проснётся раньше.",
            "Rests until {until}. It wakes up earlier if the customer writes.",
        ),
        "woken": ("Чат снова в работе.", "The chat is at work again."),
        "rated": ("Клиент оценил: {rating} из 5.", "The customer's rating: {rating} of 5."),
        "asked": (
            "Оценку уже спросили, ответа ещё нет.",
            "The rating was asked for, no answer yet.",
        ),
        "unrated": (
            "Оценку ещё не спрашивали: спросим после /close, если это включено для очереди (csat).",
            "No rating was asked for yet: it is after /close, where the queue has csat on.",
        ),
        "sure": (
            "Заблокировать этого человека как спам? Бот и операторы перестанут его слышать.",
            "Block this person as spam? The bot and operators will hear them no more.",
        ),
        "yes_spam": ("Да, это спам", "Yes, it is spam"),
        "blocked": (
            "⛔ Заблокировано. Вернуть: /unblock",
            "⛔ Blocked. To undo it: /unblock",
        ),
        "unblocked": ("Разблокировано.", "Unblocked."),
    }
)
PRIORITIES: dict[str, Priority] = {
    "low": "low",
    "низкая": "low",
    "не срочно": "low",
    "normal": "normal",
    "обычная": "normal",
    "high": "high",
    "высокая": "high",
    "срочно": "high",
    "urgent": "urgent",
    "очень срочно": "urgent",
}
NAMES: dict[str, tuple[str, str]] = {
    "low": ("не срочно (low)", "low"),
    "normal": ("обычная (normal)", "normal"),
    "high": ("срочно (high)", "high"),
    "urgent": ("очень срочно (urgent)", "urgent"),
}
"""As the card calls them, and as they are written."""


async def note(order: Order, kit: Kit) -> str | None:
    """Keep words inside. Said nothing of: the reaction of the house is the note on the card."""
    if not order.rest.strip():
        return WORDS.say(order.language, "how_note")
    await kit.noted(order.about, order.who, order.rest, order.relay())
    return None


async def how_to_note(order: Order, kit: Kit) -> Answer:
    """The button of a card."""
    return Answer(text=WORDS.say(order.language, "how_note"), alert=True)


async def tag(order: Order, kit: Kit) -> str:
    """`+a -b c`."""
    words = order.rest.replace(",", " ").split()
    add = [word.removeprefix("+") for word in words if not word.startswith(("-", "−"))]
    drop = [word[1:] for word in words if word.startswith(("-", "−"))]
    chat = order.about
    if words:
        chat = await kit.parts.handoff.tag(chat.address, order.who, add=add, drop=drop)
    tags = ", ".join(chat.episode.tags if chat.episode is not None else ()) or "—"
    return WORDS.say(order.language, "tags" if words else "how_tag", tags=tags)


async def prio(order: Order, kit: Kit) -> str:
    """How urgent it is."""
    word, chat = order.rest.strip().casefold(), order.about
    if word:
        # A word that is none is refused there, with those that are.
        wanted = PRIORITIES.get(word, word)
        chat = await kit.parts.handoff.prioritise(chat.address, order.who, wanted)  # type: ignore[arg-type]
    now = "—"
    if chat.episode is not None:
        now = NAMES[chat.episode.priority][order.language != "ru"]
    return WORDS.say(order.language, "prio" if word else "how_prio", now=now)


async def set_field(order: Order, kit: Kit) -> str:
    """`name=value`, for the flow to read."""
    name, equals, value = order.rest.partition("=")
    chat = order.about
    if equals:
        chat = await kit.parts.handoff.set_field(
            chat.address, order.who, name.strip(), value.strip()
        )
    form = chat.episode.form if chat.episode is not None else {}
    told = ", ".join(f"{key}={one}" for key, one in form.items()) or "—"
    return WORDS.say(order.language, "form" if equals else "how_set", form=told)


async def snooze(order: Order, kit: Kit) -> str:
    """Rest for a while, or until the customer writes."""
    rest, chat = order.rest.strip(), order.about
    if rest.casefold() in ("off", "стоп"):
        await kit.parts.handoff.wake_up(chat.address, order.who)
        return WORDS.say(order.language, "woken")
    span, why = spell_of(rest)
    if span is None:
        return WORDS.say(order.language, "how_snooze")
    until = kit.parts.clock() + span
    await kit.parts.handoff.snooze(chat.address, order.who, until, why)
    local = until.astimezone(kit.parts.zone(chat.address.bot))
    return WORDS.say(order.language, "snoozed", until=f"{local:%d.%m %H:%M}")


async def rating(order: Order, kit: Kit) -> str:
    """What the customer thought of it."""
    episode = order.about.episode
    if episode is not None and episode.rating is not None:
        return WORDS.say(order.language, "rated", rating=episode.rating)
    asked = episode is not None and episode.rated_from is not None
    return WORDS.say(order.language, "asked" if asked else "unrated")


async def block(order: Order, kit: Kit) -> str:
    """Hear this person no more."""
    await kit.parts.handoff.block(order.about.address, order.who)
    return WORDS.say(order.language, "blocked")


async def spam(order: Order, kit: Kit) -> Answer | str:
    """The same; a button asks first."""
    if order.pressed and order.rest != "yes":
        chat = order.about
        version = chat.episode.version if chat.episode is not None else 0
        sure = button(WORDS.say(order.language, "yes_spam"), chat.id, "spam.yes", version)
        return Answer(text=WORDS.say(order.language, "sure"), buttons=[[sure]])
    await kit.parts.handoff.spam(order.about.address, order.who)
    return WORDS.say(order.language, "blocked")


async def unblock(order: Order, kit: Kit) -> str:
    """Hear them again."""
    await kit.parts.handoff.unblock(order.about.address, order.who)
    return WORDS.say(order.language, "unblocked")


def spell_of(text: str) -> tuple[timedelta | None, str]:
    """The stretch of time that a text begins with (`2h`, `1ч 30м`), and the words behind it."""
    words = text.split()
    for count in range(len(words), 0, -1):
        try:
            return parse_duration(" ".join(words[:count])), " ".join(words[count:])
        except ValueError:
            continue
    if words:
        raise Invalid("for", f"{words[0]}: 30m, 2h, 1d")
    return None, ""


COMMANDS = (
    Command(
        name="note",
        also=("заметка",),
        takes=("текст", "text"),
        means=("Заметка, клиент её не увидит (или //текст)", "A note inside (or //text)"),
        run=note,
    ),
    Command(
        name="tag",
        also=("метка", "метки"),
        takes=("+а -б", "+a -b"),
        means=("Поставить и снять метки", "Put on and take off tags"),
        run=tag,
    ),
    Command(
        name="prio",
        also=("срочность",),
        takes=("low|normal|high|urgent", "low|normal|high|urgent"),
        means=("Срочность чата", "The chat's priority"),
        run=prio,
    ),
    Command(
        name="set",
        also=("поле",),
        takes=("имя=значение", "name=value"),
        means=("Записать поле для бота", "Note a field for the bot"),
        run=set_field,
    ),
    Command(
        name="snooze",
        also=("отложить",),
        takes=("2h [зачем]", "2h [why]"),
        means=("Отложить чат", "Let the chat rest"),
        run=snooze,
    ),
    Command(
        name="csat",
        also=("оценка",),
        means=("Как клиент оценил разговор", "How the customer rated the chat"),
        run=rating,
        role="viewer",
    ),
    Command(
        name="block",
        also=("блок", "заблокировать"),
        means=("Заблокировать клиента", "Block the customer"),
        run=block,
    ),
    Command(
        name="unblock",
        also=("разблокировать",),
        means=("Разблокировать клиента", "Unblock the customer"),
        run=unblock,
    ),
    Command(
        name="spam",
        also=("спам",),
        means=("Заблокировать как спам", "Block as spam"),
        run=spam,
    ),
)
