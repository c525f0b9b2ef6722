"""Events of VK to unified messages and receipts; what we do not serve becomes nothing.

Events come the same by the Callback API and by the Bots Long Poll:
https://dev.vk.com/ru/api/community-events/json-schema. Only talks with one person are served.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from adapters.foreign_json import mapping, moment, string, whole
from adapters.messengers.vk import acts
from adapters.messengers.vk.around import Around, Found
from adapters.messengers.vk.contents import TYPES, attachments_of, forwarded, lines_of
from adapters.messengers.vk.fields import person, written
from adapters.messengers.vk.names import BUTTON, IN_TALK, OURS
from bots.model.message import UnifiedMessage
from bots.model.receipt import Receipt

EVENTS = (
    "message_new",
    "message_reply",
    "message_edit",
    "message_event",
    "message_allow",
    "message_deny",
    "message_read",
    "message_reaction_event",
)
"""What we ask VK to tell."""

POSTED_ONLY = ("market_order_new",)
"""What it tells by the Callback API alone."""

_LONGEST_EVENT_ID = 200
_LANGUAGES = {0: "ru", 1: "uk", 2: "be", 3: "en", 4: "es", 5: "fi", 6: "de", 7: "it"}


class Read(NamedTuple):
    """What was in an event."""

    messages: tuple[UnifiedMessage, ...] = ()
    receipts: tuple[Receipt, ...] = ()


NOTHING = Read()


def parse_event(event: Any, around: Around) -> Read:
    """What an event holds. Takes any JSON and never raises."""
    if not isinstance(event, dict):
        return NOTHING
    body = event.get("object")
    read = _KINDS.get(string(event.get("type")))
    if read is None or not isinstance(body, dict):
        return NOTHING
    if event["type"] == "message_read":
        return Read(receipts=acts.receipts(body, around))
    found = read(body, around)
    if found is None:
        return NOTHING
    peer, number, fields = found
    chat_id = str(peer)
    profile = {**around.profile(chat_id), **fields.pop("profile", {})}
    return Read(
        messages=(
            UnifiedMessage(
                message_id=around.new_id(),
                address=around.address_of(chat_id),
                platform="vk",
                user_id=chat_id,
                external_id=_external_id(event, peer, number),
                timestamp=moment(fields.pop("date", None)) or around.now,
                profile=profile,
                **fields,
            ),
        )
    )


def _external_id(event: dict[str, Any], peer: int, number: int) -> str:
    """What VK repeats when it tells again."""
    told = string(event.get("event_id"))
    return told[:_LONGEST_EVENT_ID] or f"{event['type']}:{peer}:{number}"


# ---------------------------------------------------------------- messages


def _new(body: dict[str, Any], around: Around) -> Found | None:
    message = mapping(body, "message") or body
    found = _message(message)
    if found is None:
        return None
    peer, _, fields = found
    if whole(message.get("from_id")) != peer or message.get("out") in (1, True):
        return None
    language = _LANGUAGES.get(whole(mapping(body, "client_info").get("lang_id")))
    if language and "lang_id" in mapping(body, "client_info"):
        fields["profile"] = {"language": language}
    _take_payload(message, fields)
    _take_reference(message, fields)
    return found if _says_something(fields) else None


def _reply(body: dict[str, Any], around: Around) -> Found | None:
    """What was sent in the community's name. What the API sent, ours or another's, has no author."""
    if around.ours(whole(body.get("random_id")), whole(body.get("id"))):
        return None
    author = whole(body.get("admin_author_id"))
    payload = written(string(body.get("payload")))
    if isinstance(payload, dict) and OURS in payload:
        return None
    found = _message(body)
    if found is None or author <= 0 or whole(body.get("from_id")) >= 0:
        return None
    fields = found[2]
    fields["happening"] = "echo"
    fields["metadata"]["author"] = str(author)
    return found if _says_something(fields) else None


def _edited(body: dict[str, Any], around: Around) -> Found | None:
    found = _message(mapping(body, "message") or body)
    if found is None:
        return None
    message = mapping(body, "message") or body
    peer, number, fields = found
    if whole(message.get("from_id")) != peer or message.get("out") in (1, True):
        return None
    changed = whole(message.get("update_time"))
    fields["happening"] = "edited"
    fields["date"] = changed or message.get("date")
    return (peer, changed or number, fields) if _says_something(fields) else None


def _message(message: dict[str, Any]) -> Found | None:
    """What all messages have in common."""
    peer = person(message.get("peer_id"))
    if not peer:
        return None
    number = whole(message.get("id"))
    fields: dict[str, Any] = {
        "date": message.get("date"),
        "platform_message_id": _message_id(message),
        "metadata": {},
    }
    passed_on = list(forwarded(message))
    attachments = [found for one in (message, *passed_on) for found in attachments_of(one)]
    fields["attachments"] = tuple(attachments)
    fields["message_type"] = TYPES.get(attachments[0].kind, "text") if attachments else "text"
    parts = [string(message.get("text")).strip(), *lines_of(message)]
    for one in passed_on:
        parts += [string(one.get("text")).strip() if isinstance(one, dict) else "", *lines_of(one)]
    text = "\n".join(filter(None, parts))
    fields["text"] = text or None
    if passed_on:
        fields["metadata"]["forwarded"] = True
    answered = mapping(message, "reply_message")
    if answered:
        fields["reply_to"] = _message_id(answered)
        if quote := string(answered.get("text")):
            fields["metadata"]["quote"] = quote
    return peer, number or whole(message.get("conversation_message_id")), fields


def _message_id(message: dict[str, Any]) -> str:
    if (number := whole(message.get("id"))) > 0:
        return str(number)
    number = whole(message.get("conversation_message_id"))
    return f"{IN_TALK}{number}" if number > 0 else ""


def _says_something(fields: dict[str, Any]) -> bool:
    return fields["text"] is not None or bool(fields["attachments"]) or "button" in fields


def _take_payload(message: dict[str, Any], fields: dict[str, Any]) -> None:
    """A button that writes its label carries its meaning beside it; «Начать» is a command."""
    payload = written(string(message.get("payload")))
    if not isinstance(payload, dict) or fields["attachments"]:
        return
    if (pressed := string(payload.get(BUTTON))) != "":
        fields["happening"] = "button"
        fields["button"] = pressed
    elif payload.get("command") == "start":
        fields["text"] = "/start"


def _take_reference(message: dict[str, Any], fields: dict[str, Any]) -> None:
    """https://dev.vk.com/ru/api/community-messages/getting-started: links `vk.me/name?ref=…`."""
    if reference := string(message.get("ref")):
        fields["metadata"]["start"] = reference
    if source := string(message.get("ref_source")):
        fields["metadata"]["start_source"] = source


_KINDS: Mapping[str, Callable[[dict[str, Any], Around], Found | None]] = {
    "message_new": _new,
    "message_reply": _reply,
    "message_edit": _edited,
    "message_event": acts.pressed,
    "message_allow": acts.allowed,
    "message_deny": acts.denied,
    "message_reaction_event": acts.reacted,
    "market_order_new": acts.ordered,
    "message_read": lambda body, around: None,
}
