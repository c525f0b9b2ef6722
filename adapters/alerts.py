"""The ways by which alerts leave the house: a signed webhook, and e-mail."""

import asyncio
import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

import orjson

from adapters.guarded_http import GuardedHttp, Request
from adapters.signing import signed
from bots.errors import AddressRefused, RemoteFailed
from bots.ports import Clock, NewId
from bots.services.alerts import Alert

PATIENCE = 10.0
"""Seconds that a server may take."""


class WebhookWay:
    """One POST of JSON; only a 2xx is taken for an answer.

    `X-Webhook-Signature` is the HMAC-SHA256 of the body in hex; the headers of Standard Webhooks
    (https://www.standardwebhooks.com) stand beside it.
    """

    def __init__(
        self, http: GuardedHttp, url: str, secret: str, *, clock: Clock, new_id: NewId
    ) -> None:
        self._http = http
        self._url = url
        self._secret = secret
        self._clock = clock
        self._new_id = new_id

    async def tell(self, alerts: Sequence[Alert], *, dropped: int) -> None:
        """Raises RemoteFailed."""
        now = self._clock()
        told = [
            {"id": one.id, "event": one.event, "at": one.at, "text": one.text, "data": one.data}
            for one in alerts
        ]
        body = orjson.dumps({"event": "alerts", "at": now, "alerts": told, "dropped": dropped})
        headers = signed(body, f"msg_{self._new_id()}", now, [self._secret])
        try:
            answer = await self._http.fetch(
                Request(method="POST", url=self._url, headers=headers, body=body, seconds=PATIENCE)
            )
        except AddressRefused as refused:
            raise RemoteFailed(str(refused)) from refused
        if not 200 <= answer.status < 300:
            raise RemoteFailed(f"the webhook answered {answer.status}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Who sends our mail on, and how we get there."""

    host: str
    port: int
    user: str
    password: str
    security: Literal["starttls", "tls", "none"]


class MailWay:
    """A plain text to one address, sent off the event loop."""

    def __init__(
        self,
        server: MailServer,
        *,
        sender: str,
        to: str,
        subject: str,
        tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self._server = server
        self._sender = sender
        self._to = to
        self._subject = subject
        self._tls = tls

    async def tell(self, alerts: Sequence[Alert], *, dropped: int) -> None:
        """Raises RemoteFailed."""
        message = EmailMessage()
        message["From"], message["To"] = self._sender, self._to
        message["Subject"] = f"{self._subject} ({len(alerts) + dropped})"
        lines = [f"{one.at:%Y-%m-%d %H:%M} UTC  {one.text}" for one in alerts]
        if dropped:
            lines.append(f"+ {dropped}")
        message.set_content("\n".join(lines))
        try:
            await asyncio.to_thread(self._send, message)
        except (OSError, UnicodeError, smtplib.SMTPException) as error:
            # A server's words may repeat what we logged in with.
            raise RemoteFailed(
                f"the mail server {self._server.host}: {type(error).__name__}"
            ) from None

    def _send(self, message: EmailMessage) -> None:
        server = self._server
        with self._connected() as connection:
            if server.security == "starttls":
                connection.starttls(context=self._tls())
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(message)

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=self._tls())
        return smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
