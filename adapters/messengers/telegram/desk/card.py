"""The card of a chat in its topic: who the customer is, why they are here, what is known so far."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from adapters.messengers.telegram.desk.buttons import button
from adapters.messengers.telegram.desk.card_words import code_of, say
from adapters.messengers.telegram.desk.collected import collected
from adapters.messengers.telegram.desk.sheet import Sheet
from adapters.messengers.telegram.desk.titles import LONG, cleaned, name_of
from adapters.messengers.telegram.desk.transcript import transcript
from bots.model.conversation import Conversation
from bots.model.desk import Note
from bots.model.episode import Episode
from bots.model.turn import MessageRecord
from bots.shaping import shortened
from flows.inside import standing

LONGEST_LINE = 300
LONGEST_WORD = 64
EARLIER = 5
"""So many chats of before are told of."""
NOTES = 8
TAGS = 10
FORM = 10
ROOM_FOR_HISTORY = 400
"""Units below which a transcript is not worth beginning."""
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that a card is made of.

    `people` are operators' names by their ids. `position` is the place in the queue, `window` how long
    the messenger still takes free text (None: nothing limits it). `history` are the messages that came
    before those that the topic shows. `header` stands above where chats share a place. `untold` are variables
    that hold nothing a customer told. Where it is `internal`, operators' words stay inside unless marked.
    `elsewhere` are other chats of a customer who cannot be reached: number, messenger, address.
    `orders` are a line each, None where they could not be had.
    """

    chat: Conversation
    episode: Episode
    language: str
    zone: tzinfo
    now: datetime
    people: Mapping[int, str]
    earlier: Sequence[Episode] = ()
    notes: Sequence[Note] = ()
    history: Sequence[MessageRecord] = ()
    position: int | None = None
    window: timedelta | None = None
    header: str = ""
    untold: frozenset[str] = frozenset()
    internal: bool = False
    orders: Sequence[str] | None = ()
    elsewhere: Sequence[tuple[int, str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is sent. `stamp` is another one where it has to be edited."""

    message: Mapping[str, Any]
    stamp: str


def card(known: Known) -> Card:
    """What changes by itself, such as a place in the queue, is worth no edit: the stamp leaves it out."""
    drawn = _drawn(known)
    steady = replace(known, position=None, now=_ANY_TIME, window=_coarse(known.window))
    content = json.dumps(_drawn(steady), ensure_ascii=False, sort_keys=True).encode()
    return Card(message=drawn, stamp=hashlib.sha256(content).hexdigest()[:16])


def keyboard(chat: Conversation, episode: Episode, language: str) -> dict[str, Any]:
    """What can be done with a chat as it is."""
    rows: Sequence[Sequence[str]]
    if episode.state == "requested":
        rows = (("take", "assign"), ("release", "spam"))
    elif episode.state == "active":
        rows = (("canned", "note", "transfer"), ("release", "close"))
    else:
        rows = (("reopen", "transcript"),)
    names = {"release": "answer" if episode.state == "requested" else "release"}
    return {
        "inline_keyboard": [
            [
                button(
                    say(language, f"button {names.get(verb, verb)}"), chat.id, verb, episode.version
                )
                for verb in row
            ]
            for row in rows
        ]
    }


def _drawn(known: Known) -> dict[str, Any]:
    sheet = Sheet()
    if known.header:
        sheet.line(known.header)
    _state(sheet, known)
    _who(sheet, known)
    _why(sheet, known)
    _what(sheet, known)
    _orders(sheet, known)
    _before(sheet, known)
    _notes(sheet, known)
    _history(sheet, known)
    markup = keyboard(known.chat, known.episode, known.language)
    markup["inline_keyboard"] += [
        [
            button(
                say(
                    known.language, "button elsewhere", platform=LONG.get(platform, platform), id=id
                ),
                id,
                "take",
                0,
            )
        ]
        for id, platform, _ in known.elsewhere
    ]
    return {**sheet.message(), "reply_markup": markup}


def _state(sheet: Sheet, known: Known) -> None:
    episode, language = known.episode, known.language
    if episode.state == "requested":
        sheet.line(say(language, "waiting"))
        if known.position is not None:
            sheet.add(say(language, "position", position=known.position))
        if episode.snoozed_until is not None:
            until = episode.snoozed_until.astimezone(known.zone)
            sheet.line(text=say(language, "snoozed", until=f"{until:%d.%m %H:%M}"))
    elif episode.state == "active":
        who = known.people.get(episode.assignee or 0) or LONG.get(episode.native, episode.native)
        sheet.line(say(language, "active", who=who or say(language, "nobody")))
        if known.internal:
            sheet.line(text=say(language, "internal"))
    else:
        sheet.line(ended(episode, known.people, language))
    if episode.missed:
        clocks = ", ".join(say(language, f"missed {one}") for one in episode.missed)
        sheet.line(text=say(language, "missed", clocks=clocks))


def ended(episode: Episode, people: Mapping[int, str], language: str) -> str:
    """How a hand-off ended, and by whom, in a few words."""
    who = people.get(episode.assignee or 0) or LONG.get(episode.native, episode.native)
    words = say(language, f"ended {episode.outcome or 'released'}")
    code = f" ({code_of(episode.code, language)})" if episode.code else ""
    return f"{words}{code}: {who}" if who else f"{words}{code}"


def _who(sheet: Sheet, known: Known) -> None:
    chat = known.chat
    sheet.line()
    link = link_to(chat)
    name = shortened(name_of(chat), 128)
    sheet.add(name, "text_link", url=link) if link else sheet.add(name, "bold")
    parts = [
        LONG.get(chat.platform, chat.platform),
        address_of(chat),
        _word(chat.profile.get("language") or ""),
        f"#{chat.id}",
    ]
    sheet.line(text=" · ".join(filter(None, parts)))
    if chat.unreachable:
        sheet.line(text=say(known.language, "unreachable"))
        for id, platform, address in known.elsewhere:
            names = (LONG.get(platform, platform), address, f"#{id}")
            where = " · ".join(filter(None, names))
            sheet.line(text=say(known.language, "elsewhere", where=where))
    if getattr(chat, "blocked", False):
        sheet.line(text=say(known.language, "blocked"))
    if known.window is not None and known.episode.open:
        sheet.line(text=_window(known, known.window))


def link_to(chat: Conversation) -> str:
    """Where the customer's own page is; "" where the messenger has none that we know."""
    if chat.platform == "telegram":
        if nick := _nick(chat):
            return f"https://t.me/{nick}"
        return f"tg://user?id={chat.user_id}" if chat.user_id.isdecimal() else ""
    if chat.platform == "vk" and chat.user_id.isdecimal():
        return f"https://vk.com/id{chat.user_id}"
    if chat.platform == "whatsapp" and chat.user_id.lstrip("+").isdecimal():
        return f"https://wa.me/{chat.user_id.lstrip('+')}"
    return ""


def address_of(chat: Conversation) -> str:
    """By what people find the customer there: a nick, a page, a number; "" where there is nothing.

    `@nick` is for Telegram alone: it makes a link of it, to whoever is called so in Telegram.
    """
    nick = _nick(chat)
    if chat.platform == "telegram":
        return f"@{nick}" if nick else ""
    if chat.platform == "vk" and chat.user_id.isdecimal():
        return f"vk.com/{nick or f'id{chat.user_id}'}"
    if chat.platform == "whatsapp" and chat.user_id.lstrip("+").isdecimal():
        return f"+{chat.user_id.lstrip('+')}"
    return nick


def _nick(chat: Conversation) -> str:
    """Their name in addresses, if it can be one."""
    nick = chat.profile.get("username")
    if isinstance(nick, str) and len(nick) <= LONGEST_WORD and nick.isascii():
        return nick if nick.replace("_", "").replace(".", "").isalnum() else ""
    return ""


def _window(known: Known, left: timedelta) -> str:
    """By the clock: a card is not edited for every minute that passes."""
    if left <= timedelta(0):
        return say(known.language, "window closed")
    until = (known.now + left).astimezone(known.zone)
    return say(known.language, "window", until=f"{until:%d.%m %H:%M}")


def _coarse(left: timedelta | None) -> timedelta | None:
    """Open or closed: the rest is told by the icon."""
    return None if left is None else timedelta(hours=int(left > timedelta(0)))


def _why(sheet: Sheet, known: Known) -> None:
    episode, language = known.episode, known.language
    reason = _line(episode.reason) or say(language, f"source {episode.source}")
    sheet.line(say(language, "reason"), reason)
    parts = []
    if episode.queue:
        parts.append(say(language, "queue", queue=_word(episode.queue)))
    if episode.priority != "normal":
        parts.append(say(language, f"priority {episode.priority}"))
    if episode.tags:
        tags = (_word(tag).replace(" ", "_") for tag in episode.tags[:TAGS])
        parts.append(" ".join(f"#{tag}" for tag in tags))
    if parts:
        sheet.line(text=" · ".join(parts))
    if episode.note:
        sheet.line(say(language, "note"), _line(episode.note))


def _what(sheet: Sheet, known: Known) -> None:
    places = [
        " / ".join(filter(None, (one.flow, one.step)))
        for one in standing(known.chat.position)
        if one.flow
    ]
    if places:
        sheet.line(say(known.language, "stands"), _line(" › ".join(places)))
    for label, value in collected(known.chat, known.language, known.untold):
        sheet.line(text="• ").add(f"{_word(label)}: ").add(_line(value))
    for label, value in list(known.episode.form.items())[:FORM]:
        sheet.line(text="✎ ").add(f"{_word(label)}: ").add(_line(value))


def _orders(sheet: Sheet, known: Known) -> None:
    if known.orders is None:
        sheet.line(text=say(known.language, "no orders"))
    for order in known.orders or ():
        sheet.line(text="🛒 ").add(_line(order))


def _before(sheet: Sheet, known: Known) -> None:
    language = known.language
    told = list(_episodes(known))
    if known.episode.rating is not None:
        comment = f" · {_line(known.episode.comment)}" if known.episode.comment else ""
        sheet.line(say(language, "rating"), stars(known.episode.rating) + comment)
    if told:
        sheet.line(say(language, "earlier"), "; ".join(told))


def _episodes(known: Known) -> Iterator[str]:
    for one in known.earlier[:EARLIER]:
        if one.released_at is not None:
            when = one.released_at.astimezone(known.zone)
            rated = f" {stars(one.rating)}" if one.rating is not None else ""
            ending = ended(one, known.people, known.language)
            yield f"{when:%d.%m.%y} {ending[:1].lower()}{ending[1:]}{rated}"


def stars(rating: int) -> str:
    """A rating that is seen at a glance."""
    kept = min(max(rating, 0), 5)
    return "★" * kept + "☆" * (5 - kept)


def _notes(sheet: Sheet, known: Known) -> None:
    for note in known.notes[-NOTES:]:
        who = known.people.get(note.operator or 0, "")
        sheet.line(text="📝 ").add(f"{who}: " if who else "").add(_line(note.text))


def _history(sheet: Sheet, known: Known) -> None:
    if not known.history or sheet.left < ROOM_FOR_HISTORY:
        return
    sheet.line(say(known.language, "history"))
    room = sheet.left - 1
    sheet.quote(
        transcript(known.history, known.chat, known.language, known.zone, room, known.people),
        folded=True,
    )


def _word(value: Any) -> str:
    return shortened(cleaned(str(value)), LONGEST_WORD)


def _line(value: Any) -> str:
    return shortened(cleaned(str(value)), LONGEST_LINE)
