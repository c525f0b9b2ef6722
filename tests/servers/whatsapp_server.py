"""The process of the fake WhatsApp Cloud API, started, asked and steered from Python."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from tests.servers.fake import Fake, acknowledged, enough
from tests.servers.screen import rendered
from tests.servers.whatsapp_calls import DISPLAY, Call, Number
from tests.servers.whatsapp_screen import bubbles
from tests.servers.whatsapp_webhooks import Json

SECRET = "app-secret"
VERIFY_TOKEN = "verify-me"


class WhatsAppServer(Fake):
    """A running server: what it saw, and how it shall behave."""

    def __init__(self, numbers: Sequence[Number], *, quiet: bool, port: int) -> None:
        given = [f"--phone={number.id}:{number.account}={number.token}" for number in numbers]
        super().__init__("tests.servers.fake_whatsapp", *given, quiet=quiet, port=port)
        self.numbers = [
            Number(number.id, number.account, number.token, str(int(DISPLAY) + place))
            for place, number in enumerate(numbers)
        ]

    @classmethod
    def start(
        cls, numbers: Sequence[Number] = (Number(),), *, quiet: bool = False, port: int = 0
    ) -> Self:
        """Each number gets a `display` of its own by the server: the first is DISPLAY, and so on."""
        return cls(numbers, quiet=quiet, port=port)

    # ------------------------------------------------------------ what it saw

    def calls(
        self,
        method: str | None = "messages",
        *,
        chat_id: str | None = None,
        phone: str | None = None,
        since: int = 0,
    ) -> list[Call]:
        """Calls in order of receipt; all methods with None."""
        made = [Call(**call) for call in self._ask("GET", f"/__calls?since={since}")]
        return [
            call
            for call in made
            if method in (None, call.method)
            and chat_id in (None, call.chat_id)
            and phone in (None, call.phone)
        ]

    async def expect(
        self,
        count: int,
        method: str = "messages",
        *,
        chat_id: str | None = None,
        within: float = 60.0,
    ) -> list[Call]:
        """Wait until at least so many calls came; fails with what did come."""
        found = await enough(
            lambda: self.calls(method, chat_id=chat_id),
            count,
            within=within,
            otherwise=lambda: f"{method}; all calls: {self.calls(None)}",
        )
        return list(found)

    def said(self, chat_id: str, *, phone: str | None = None) -> list[str]:
        """What this customer sees, as lines: see tests/servers/screen.py."""
        query = f"chat={chat_id}" + (f"&phone={phone}" if phone else "")
        screen = self._ask("GET", f"/__screen?{query}")
        return rendered(bubbles(screen["shown"], screen["names"]))

    def violations(self) -> list[dict[str, Any]]:
        """Rules of the platform's documentation that calls broke: `says`, `code`, `method`…"""
        found: list[dict[str, Any]] = self._ask("GET", "/__state")["violations"]
        return found

    def state(self, phone: str | None = None) -> dict[str, Any]:
        """Of a number: `webhook`, `pending`, `delivered`, `attempts`, `read`, `typing`, `open`…"""
        phones = self._ask("GET", "/__state")["phones"]
        state: dict[str, Any] = phones[phone or self.numbers[0].id]
        return state

    async def settled(self, *, phone: str | None = None, within: float = 60.0) -> None:
        """Wait until the bot acknowledged every webhook."""
        await acknowledged(lambda: self.state(phone)["pending"], within=within)

    def reset(self) -> None:
        """Forget calls, violations, script, limits, screens and webhooks not yet acknowledged.

        Windows stay open, and the clock where it is.
        """
        self._ask("POST", "/__reset")

    # ------------------------------------------------------------ what it does

    def script(
        self,
        *,
        code: int | None = None,
        details: str = "",
        method: str | None = None,
        kind: str | None = None,
        chat_id: str | None = None,
        phone: str | None = None,
        times: int | None = 1,
        share: float | None = None,
        status: int | None = None,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
        delay: float = 0.0,
        action: Literal["answer", "hang", "drop", "swallow", "fail"] = "answer",
    ) -> None:
        """Answer the next `times` matching calls (None: all of them) in this way, or a
        `share` of them by chance.

        `code` is Meta's, with its own HTTP status if none is given; `body` is sent as HTML (500 if
        no `status` is given). `drop` closes the connection and does nothing, `swallow` does the
        call and closes without an answer, `hang` never answers. `fail` accepts the message and says
        by a later status that it failed with `code`, as the real one does most of the time.
        """
        self._ask(
            "POST",
            "/__script",
            {
                "code": code,
                "details": details,
                "method": method,
                "kind": kind,
                "chat_id": chat_id,
                "phone": phone,
                "times": times,
                "share": share,
                "status": status,
                "body": body,
                "headers": headers,
                "delay": delay,
                "action": action,
            },
        )

    def forward(self, seconds: float, *, stop: bool = False) -> float:
        """Push the clock of windows, limits and addresses of files; gives its time. `stop` halts it."""
        now = self._ask("POST", "/__clock", {"forward": seconds, "stop": stop})["now"]
        return float(now)

    def limit(self, *, pair: bool = False, throughput: bool = False) -> None:
        """Switch on 45 messages at once to one person, then one in 6 s; 80 a second in all."""
        self._ask("POST", "/__limits", {"pair": pair, "throughput": throughput})

    def template(
        self,
        name: str,
        body: str,
        *,
        language: str = "ru",
        header: str = "",
        buttons: Sequence[str] = (),
        status: Literal["APPROVED", "PAUSED", "DISABLED"] = "APPROVED",
        phone: str | None = None,
    ) -> None:
        """The business had this template approved; any other is refused with 132001."""
        given = {"name": name, "language": language, "body": body, "header": header}
        template = {**given, "status": status}
        message = {"phone": phone, "template": template, "buttons": list(buttons)}
        self._ask("POST", "/__template", message)

    def open_window(self, chat_id: str, *, phone: str | None = None) -> None:
        """As if this customer had just written, without any webhook."""
        self._ask("POST", "/__open", {"chat": chat_id, "phone": phone})

    def tell_statuses(self, *statuses: str) -> None:
        """Post these for each accepted message from now on: `sent`, `delivered`, `read`."""
        self._ask("POST", "/__statuses", {"automatic": statuses})

    def set_webhook(
        self,
        url: str,
        secret: str = SECRET,
        verify_token: str = VERIFY_TOKEN,
        *,
        phone: str | None = None,
    ) -> None:
        """As on the page of the app. RuntimeError if the address does not echo the challenge.

        It waits for that: from the loop in which the bot itself runs, call it in a thread.
        """
        body = {"url": url, "secret": secret, "verify_token": verify_token, "phone": phone}
        self._ask("POST", "/__webhook", body)

    def file(self, name: str, content: bytes, mime: str, *, phone: str | None = None) -> Json:
        """A file that a customer sends: `id`, `mime_type` and `sha256` for `webhooks.media`."""
        encoded = base64.b64encode(content).decode()
        body = {"name": name, "content": encoded, "mime": mime, "phone": phone}
        described: Json = self._ask("POST", "/__file", body)
        return described
