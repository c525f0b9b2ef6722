"""The fake WhatsApp Cloud API for tests, with the customers who write to it."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from tests.servers import whatsapp_webhooks as webhooks
from tests.servers.whatsapp_calls import ACCOUNT_ID, DISPLAY, PHONE_ID, TOKEN, Call, Number
from tests.servers.whatsapp_server import SECRET, VERIFY_TOKEN, WhatsAppServer
from tests.servers.whatsapp_webhooks import Json, Person

__all__ = [
    "ACCOUNT_ID",
    "DISPLAY",
    "PHONE_ID",
    "SECRET",
    "TOKEN",
    "VERIFY_TOKEN",
    "Call",
    "Number",
    "Person",
    "WhatsApp",
]


class WhatsApp(WhatsAppServer):
    """`with WhatsApp.start() as whatsapp:` ends its process afterwards."""

    def __init__(self, numbers: Sequence[Number], *, quiet: bool, port: int) -> None:
        super().__init__(numbers, quiet=quiet, port=port)
        self._ids = itertools.count(1)

    def update(
        self, *bodies: Mapping[str, Any], phone: str | None = None, copies: int = 1
    ) -> list[int]:
        """Post whole bodies, signed; `copies` delivers each that often."""
        body = {"updates": bodies, "phone": phone, "copies": copies}
        numbers: list[int] = self._ask("POST", "/__update", body)
        return numbers

    def hears(
        self,
        person: Person | str,
        content: Json | str,
        *,
        phone: str | None = None,
        id_: str | None = None,
        at: float | None = None,
        copies: int = 1,
        **more: Any,
    ) -> str:
        """A customer writes `content`; gives the message's id. `more` stands in the message too."""
        number = self._number(phone)
        who = Person(wa_id=person) if isinstance(person, str) else person
        what = webhooks.text(content) if isinstance(content, str) else content
        id_ = id_ or f"wamid.IN{next(self._ids):08d}"
        at = self._now() if at is None else at
        message = webhooks.message(who, what, id_=id_, at=at, **more)
        people = [] if what["type"] == "system" else [who]
        value = webhooks.value(number.id, number.display, messages=[message], people=people)
        self.update(self.body(value, phone=phone), phone=phone, copies=copies)
        return id_

    def presses(self, person: Person | str, label: str, *, phone: str | None = None) -> str:
        """Press the newest button, or choose the newest row, with this label."""
        who = Person(wa_id=person) if isinstance(person, str) else person
        number = self._number(phone)
        for call in reversed(self.calls(chat_id=who.chat, phone=number.id)):
            try:
                content = call.reply(label)
            except LookupError:
                continue
            context = {"from": number.display, "id": call.message_id}
            return self.hears(who, content, phone=phone, context=context)
        raise LookupError(f"no button or row {label!r} was sent to {who.chat}")

    def status(
        self, message_id: str, what: str, *, phone: str | None = None, **more: Any
    ) -> list[int]:
        """Post one status of a message the bot sent; `more` as in `webhooks.status`."""
        number = self._number(phone)
        status = webhooks.status(message_id, what, at=self._now(), **more)
        value = webhooks.value(number.id, number.display, statuses=[status])
        return self.update(self.body(value, phone=phone), phone=phone)

    def echoes(self, person: Person | str, content: Json, *, phone: str | None = None) -> str:
        """A person of the business writes to a customer in the WhatsApp Business app."""
        number = self._number(phone)
        who = Person(wa_id=person) if isinstance(person, str) else person
        id_ = f"wamid.ECHO{next(self._ids):08d}"
        echo = webhooks.echo(number.display, who, content, id_=id_, at=self._now())
        value = webhooks.value(number.id, number.display, message_echoes=[echo])
        self.update(self.body(value, phone=phone, field="smb_message_echoes"), phone=phone)
        return id_

    def body(self, *values: Json, phone: str | None = None, field: str = "messages") -> Json:
        """The body of one POST, each value a change of its own."""
        changes = [webhooks.change(value, field) for value in values]
        return webhooks.body(webhooks.entry(self._number(phone).account, *changes))

    def _number(self, phone: str | None) -> Number:
        return next(number for number in self.numbers if phone in (None, number.id))

    def _now(self) -> float:
        return float(self._ask("GET", "/__state")["now"])
