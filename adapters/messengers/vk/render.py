"""Replies as calls of VK's API: plain JSON, one message each, inside VK's limits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from adapters.messengers.vk.abilities import UNKNOWN, Abilities
from adapters.messengers.vk.cards import carousel
from adapters.messengers.vk.keyboards import HIDDEN, Shown, shown
from adapters.messengers.vk.names import number_in_talk
from adapters.messengers.vk.words import Words, parts_of, words_of
from bots.model.message import Attachment, Card, Reply
from bots.shaping import ONLY_BUTTONS, card_words, contact_words, place_words, said_anew

MAX_ATTACHMENTS = 10

Call = dict[str, Any]


def render(chat_id: str, reply: Reply, abilities: Abilities = UNKNOWN) -> list[Call]:
    """The calls that say it, in order, each with its `method` beside the parameters.

    Files stand in `files`, each with its kind and reference; they are uploaded when they are sent.
    A carousel has its pictures so in `cards`, and in `instead` the calls that say the same where VK
    does not take it.
    """
    peer = _peer(chat_id)
    keyboard = shown(reply.keyboard, abilities) if reply.keyboard is not None else Shown()
    words = _words(reply, keyboard)
    renewed = number_in_talk(reply.renews)
    if renewed and _stands_at_the_message(keyboard):
        return [_renewal(peer, renewed, words, keyboard)]
    if reply.replaces:
        rewritten = _rewritten(peer, reply, words)
        return (
            [rewritten] if rewritten is not None else render(chat_id, said_anew(reply), abilities)
        )
    calls = _spoken(words, list(_bundles(reply.attachments)), reply, keyboard, abilities)
    if reply.clear_keyboard:
        clear_keyboard(calls)
    if calls and reply.reply_to:
        calls[0] |= _answering(peer, reply.reply_to)
    return [{"method": "messages.send", "peer_id": peer, **call} for call in calls]


def pressed(chat_id: str, message_id: str, label: str) -> list[Call]:
    """The message with its buttons gone and the taken one below its words."""
    number = number_in_talk(message_id)
    if not number:
        return []
    return [{"method": "messages.edit", "peer_id": _peer(chat_id), "cmid": number, "taken": label}]


def taken_back(chat_id: str, message_ids: Sequence[str]) -> list[Call]:
    """https://dev.vk.com/ru/method/messages.delete: for everybody, within a day."""
    ids = [id for id in message_ids if id.isdecimal()]
    if not ids:
        return []
    peer = _peer(chat_id)
    listed = ",".join(ids)
    return [
        {"method": "messages.delete", "peer_id": peer, "message_ids": listed, "delete_for_all": 1}
    ]


def _rewritten(peer: int, reply: Reply, words: Words) -> Call | None:
    """New words for a message that is there; `instead` is said where it is too late for them.

    None for a message with files: VK would take them away.
    """
    said = list(parts_of(words))
    number = number_in_talk(reply.replaces)
    known = reply.replaces.isdecimal() or number
    if len(said) != 1 or reply.message_type != "text" or not known:
        return None
    which = {"cmid": number} if number else {"message_id": int(reply.replaces)}
    instead = list(parts_of(words_of(said_anew(reply).text, said_anew(reply).entities)))
    call = {"method": "messages.edit", "peer_id": peer, **which, **said[0]}
    return {**call, "keep_forward_messages": 1, "instead": instead}


def _renewal(peer: int, number: int, words: Words, keyboard: Shown) -> Call:
    """New buttons for a message that is there; `instead` is said where it cannot be changed."""
    written = _json(keyboard.keyboard)
    spoken = list(parts_of(words if words.text else Words(ONLY_BUTTONS)))
    instead: list[Call] = [{"method": "messages.send", "peer_id": peer, **one} for one in spoken]
    instead[-1]["keyboard"] = written
    return {
        "method": "messages.edit",
        "peer_id": peer,
        "cmid": number,
        "keyboard": written,
        "instead": instead,
    }


def _stands_at_the_message(keyboard: Shown) -> bool:
    return keyboard.keyboard is not None and bool(keyboard.keyboard.get("inline"))


# ---------------------------------------------------------------- words and files


def _words(reply: Reply, keyboard: Shown) -> Words:
    words = words_of(reply.text, reply.entities)
    for attachment in reply.attachments:
        if attachment.kind == "contact":
            words = words.with_line(contact_words(attachment))
        elif attachment.kind == "location" and _named(attachment):
            words = words.with_line(place_words(attachment).rpartition("\n")[0])
    return words.with_line(keyboard.lines) if keyboard.lines else words


def _spoken(
    words: Words,
    bundles: list[Call],
    reply: Reply,
    keyboard: Shown,
    abilities: Abilities,
) -> list[Call]:
    """Files first, and what can bear words bears them; then cards, and buttons below everything."""
    cards = _cards(reply.cards, words, abilities)
    if cards and "cards" in cards[0] and cards[0]["message"] == words.text:
        # The words are the carousel's own heading.
        words = Words()
    said: list[Call] = list(parts_of(words))
    bears = bool(bundles) and "sticker_id" not in bundles[-1] and not _is_voice(bundles[-1])
    if said and bears:
        last = bundles.pop()
        said[-1] |= last
    below = keyboard.keyboard is not None and bool(reply.cards or not (said or bears))
    calls = [*bundles, *said, *cards]
    if keyboard.keyboard is not None:
        if below:
            calls.append({"message": ONLY_BUTTONS})
        calls[-1]["keyboard"] = _json(keyboard.keyboard)
    return calls


def _bundles(attachments: Sequence[Attachment]) -> Iterator[Call]:
    """Up to ten files go in one message; a voice, a sticker and a place have one of their own."""
    together: list[dict[str, str]] = []
    for attachment in attachments:
        alone = _alone(attachment)
        if alone is None and not attachment.ref:
            continue
        if together and (alone is not None or len(together) == MAX_ATTACHMENTS):
            yield {"files": together}
            together = []
        if alone is not None:
            yield alone
        else:
            together.append(_file(attachment))
    if together:
        yield {"files": together}


def _alone(attachment: Attachment) -> Call | None:
    if attachment.kind == "location":
        details = attachment.details
        return {"lat": details.get("latitude", 0), "long": details.get("longitude", 0)}
    if attachment.kind == "sticker":
        number = attachment.details.get("sticker_id", attachment.ref)
        if str(number).isdecimal():
            return {"sticker_id": int(number)}
    if attachment.kind == "voice" and attachment.ref:
        return {"files": [_file(attachment)]}
    return None


def _file(attachment: Attachment) -> dict[str, str]:
    file = {"kind": attachment.kind, "ref": attachment.ref}
    return {**file, "name": attachment.name} if attachment.name else file


def _is_voice(bundle: Call) -> bool:
    return any(file["kind"] == "voice" for file in bundle.get("files", ()))


def _named(attachment: Attachment) -> bool:
    return bool(attachment.details.get("title") or attachment.details.get("address"))


# ---------------------------------------------------------------- cards


def _cards(cards: Sequence[Card], words: Words, abilities: Abilities) -> list[Call]:
    """A carousel where the customer's program shows one and the cards fit in, else a message each."""
    one_by_one = [call for card in cards for call in _card(card, abilities)]
    elements = carousel(cards, callback=abilities.callback) if abilities.carousel else None
    if elements is None:
        return one_by_one
    heading = next(parts_of(words), None)
    if heading is None or len(words.text) > len(heading["message"]):
        heading = {"message": ONLY_BUTTONS}
        return [{**heading, "cards": elements, "instead": one_by_one}]
    return [{**heading, "cards": elements, "instead": [heading, *one_by_one]}]


def _card(card: Card, abilities: Abilities) -> list[Call]:
    buttons = shown(card.keyboard, abilities) if card.keyboard is not None else Shown()
    title = card.title.strip()
    words = Words(card_words(card), (("bold", 0, len(title)),) if title else ())
    if buttons.lines:
        words = words.with_line(buttons.lines)
    calls: list[Call] = list(parts_of(words))
    if card.photo:
        calls = calls or [{}]
        calls[0]["files"] = [{"kind": "photo", "ref": card.photo}]
    if buttons.keyboard is not None:
        calls = calls or [{"message": ONLY_BUTTONS}]
        calls[-1]["keyboard"] = _json(buttons.keyboard)
    return calls


# ---------------------------------------------------------------- the rest


def stands_below(calls: Iterable[Call]) -> bool:
    """Whether a keyboard takes the place of the customer's own."""
    return any('"inline":false' in call.get("keyboard", "") for call in calls)


def clear_keyboard(calls: Iterable[Call]) -> None:
    """Take the keyboard away, with the first message that has no buttons of its own."""
    for call in calls:
        if "keyboard" not in call and "cards" not in call and "cmid" not in call:
            call["keyboard"] = _json(HIDDEN)
            return


def _answering(peer: int, message_id: str) -> Mapping[str, Any]:
    """https://dev.vk.com/ru/method/messages.send: forward with is_reply, or reply_to."""
    if message_id.isdecimal():
        return {"reply_to": int(message_id)}
    number = number_in_talk(message_id)
    if not number:
        return {}
    forward = {"peer_id": peer, "conversation_message_ids": [number], "is_reply": True}
    return {"forward": _json(forward)}


def _json(value: Any) -> str:
    """VK takes objects as texts of JSON."""
    return orjson.dumps(value).decode()


def _peer(chat_id: str) -> int:
    return int(chat_id) if chat_id.isdecimal() and len(chat_id) <= 18 else 0
