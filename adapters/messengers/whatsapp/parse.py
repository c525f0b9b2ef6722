"""Webhooks of WhatsApp to unified messages and receipts; what we do not serve becomes nothing.

Read from the raw JSON, every entry, change, message and status of it. Only chats with one person
are served.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from adapters.foreign_json import mapping
from adapters.messengers.whatsapp.contents import Content, content_of, event, opened_advert
from adapters.messengers.whatsapp.errors import TABLE
from adapters.messengers.whatsapp.people import Person
from adapters.messengers.whatsapp.raw import (
    Json,
    identifier,
    mappings,
    moment,
    phone_digits,
    scoped_id,
    string,
    whole,
    words,
)
from bots.model.message import Address, UnifiedMessage
from bots.model.receipt import Receipt, ReceiptStatus

_STATUSES: dict[str, ReceiptStatus] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}
"""Any other tells nothing that is kept: `deleted`, the state of a payment."""


@dataclass(frozen=True, slots=True)
class Told:
    """A message, and who said it; `becomes` is who they are from now on, where that changed."""

    message: UnifiedMessage
    person: Person
    becomes: Person | None = None


@dataclass(slots=True)
class Parsed:
    """What a webhook held for one number. `others` says that it holds something for others too."""

    told: list[Told] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)
    others: bool = False


def parse(
    body: Any,
    *,
    phone_id: str,
    address_of: Callable[[str], Address],
    new_id: Callable[[], str],
    now: datetime,
) -> Parsed:
    """What is ours in a body. Takes any JSON and never raises.

    `address_of` gets a person's id; `now` is the time of what carries none of its own.
    """
    parsed = Parsed()
    reader = _Reader(parsed, address_of, new_id, now)
    for entry in mappings(body, "entry"):
        for change in mappings(entry, "changes"):
            value = mapping(change, "value")
            if mapping(value, "metadata").get("phone_number_id") != phone_id:
                parsed.others = True
            elif change.get("field") == "messages":
                reader.messages(value)
            elif change.get("field") == "smb_message_echoes":
                reader.echoes(value)
    return parsed


@dataclass(frozen=True, slots=True)
class _Reader:
    parsed: Parsed
    address_of: Callable[[str], Address]
    new_id: Callable[[], str]
    now: datetime

    def messages(self, value: Json) -> None:
        contacts = list(mappings(value, "contacts"))
        messages = list(mappings(value, "messages"))
        alone = len({(words(one.get("from")), words(one.get("from_user_id"))) for one in messages})
        for message in messages:
            contact = _contact_of(message, contacts, alone == 1)
            number = identifier(message.get("id"))
            if number is None or "group_id" in message:
                continue
            if message.get("type") == "system":
                self._system(message, number)
                continue
            person = _person(message, contact)
            if person.id:
                self._told(message, number, person, _profile(contact, person))
        for status in mappings(value, "statuses"):
            self._status(status)
        for error in mappings(value, "errors"):
            self.parsed.errors.append(_problem(error))

    def echoes(self, value: Json) -> None:
        """What a person of the business wrote in the WhatsApp Business app.

        https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference/smb_message_echoes
        """
        for echo in mappings(value, "message_echoes"):
            number = identifier(echo.get("id"))
            person = Person(phone_digits(echo.get("to")), scoped_id(echo.get("to_user_id")))
            content = content_of(echo)
            if number is None or not person.id or content is None:
                continue
            if content.happening == "message":
                content = replace(content, happening="echo", metadata={})
                self._add(echo, f"echo:{number}", number, person, content, profile={})

    # ------------------------------------------------------------ inside

    def _told(self, message: Json, number: str, person: Person, profile: Json) -> None:
        content = content_of(message)
        advert = opened_advert(mapping(message, "referral"))
        if advert:
            opened = event("ad.opened", advert)
            self._add(message, f"{number}:ad", number, person, opened, profile)
        if content is None:
            return
        context = mapping(message, "context")
        if advert:
            content.metadata["referral"] = advert
        if context.get("forwarded") is True or context.get("frequently_forwarded") is True:
            content.metadata["forwarded"] = True
        self._add(message, number, number, person, content, profile)

    def _system(self, message: Json, number: str) -> None:
        """Somebody goes by another number, and with it by another id; either may be left out.

        https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference/messages/system
        """
        system = mapping(message, "system")
        changed = words(system.get("type"))
        if not changed.endswith(("_changed_number", "_changed_user_id")):
            return
        old = Person(
            phone_digits(system.get("customer")) or phone_digits(message.get("from")),
            scoped_id(system.get("previous_user_id"))
            or scoped_id(message.get("from_user_id"))
            or scoped_id(message.get("from")),
        )
        new = Person(
            phone_digits(system.get("wa_id")) or phone_digits(system.get("new_wa_id")),
            scoped_id(system.get("user_id")),
        )
        if not old.id or not new.id or old == new:
            return
        content = event("number.changed", {"old": old.id, "new": new.id})
        self._add(message, number, number, old, content, _profile({}, new), becomes=new)

    def _add(
        self,
        message: Json,
        external_id: str,
        number: str,
        person: Person,
        content: Content,
        profile: Json,
        becomes: Person | None = None,
    ) -> None:
        pressed = content.platform_message_id
        context = mapping(message, "context")
        unified = UnifiedMessage(
            message_id=self.new_id(),
            address=self.address_of(person.id),
            platform="whatsapp",
            user_id=person.id,
            external_id=external_id,
            timestamp=moment(message.get("timestamp")) or self.now,
            happening=content.happening,
            text=content.text,
            message_type=content.message_type,
            platform_message_id=number if pressed is None else pressed,
            button=content.button,
            attachments=content.attachments,
            reply_to=(identifier(context.get("id")) or "") if pressed is None else "",
            profile=profile,
            metadata=content.metadata,
        )
        self.parsed.told.append(Told(unified, person, becomes))

    def _status(self, status: Json) -> None:
        number = identifier(status.get("id"))
        reached = _STATUSES.get(words(status.get("status")))
        if number is None or reached is None:
            return
        person = Person(
            phone_digits(status.get("recipient_id")), scoped_id(status.get("recipient_user_id"))
        )
        code, error = 0, ""
        if reached == "failed":
            code, error = _problem(next(mappings(status, "errors"), {}))
        self.parsed.receipts.append(
            Receipt(
                channel=self.address_of(person.id).channel,
                platform_message_id=number,
                status=reached,
                at=moment(status.get("timestamp")) or self.now,
                chat_id=person.id,
                code=code or None,
                error=error,
                unreachable=TABLE.get(code) == "unreachable",
            )
        )


def _contact_of(message: Json, contacts: list[Json], alone: bool) -> Json:
    """What stands beside the messages of their senders; `alone` says that there is one of them.

    The only contact of the only sender is theirs, even where the two share no id.
    """
    ids = {string(message.get(key)) for key in ("from", "from_user_id")} - {None}
    for contact in contacts:
        if {string(contact.get(key)) for key in ("wa_id", "user_id")} & ids:
            return contact
    theirs = alone and len(contacts) == 1 and not _is_another(message, contacts[0])
    return contacts[0] if theirs else {}


def _is_another(message: Json, contact: Json) -> bool:
    """Whether both have an id of one sort and not the same one: nobody gets another's chat by it."""
    said = (message.get("from"), message.get("from_user_id"))
    known = (contact.get("wa_id"), contact.get("user_id"))
    return any(
        (one := _first(reading, said)) and (other := _first(reading, known)) and one != other
        for reading in (phone_digits, scoped_id)
    )


def _person(message: Json, contact: Json) -> Person:
    """Meta writes either id into either place while the change to business-scoped ids goes on."""
    places = (
        message.get("from"),
        message.get("from_user_id"),
        contact.get("wa_id"),
        contact.get("user_id"),
    )
    return Person(_first(phone_digits, places), _first(scoped_id, places))


def _first(reading: Callable[[Any], str | None], places: tuple[Any, ...]) -> str | None:
    return next((found for place in places if (found := reading(place))), None)


def _profile(contact: Json, person: Person) -> Json:
    profile = mapping(contact, "profile")
    known = {
        "name": string(profile.get("name")),
        "username": string(profile.get("username")),
        "phone": f"+{person.phone}" if person.phone else None,
        "user_id": person.user_id,
    }
    return {key: value for key, value in known.items() if value}


def _problem(error: Json) -> tuple[int, str]:
    """A code of Meta's and what it says of it."""
    said = [
        words(error.get("title")) or words(error.get("message")),
        words(mapping(error, "error_data").get("details")),
    ]
    return whole(error.get("code")) or 0, ": ".join(dict.fromkeys(filter(None, said)))
