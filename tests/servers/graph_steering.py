"""How tests steer the fake Cloud API: the script, the clock, webhooks, what customers write."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import orjson

from tests.servers import whatsapp_webhooks as webhooks
from tests.servers.graph_api import PAIR, GraphApi, Media, Phone
from tests.servers.graph_delivery import GraphDelivery, Webhook
from tests.servers.graph_errors import Refused
from tests.servers.graph_templates import Template
from tests.servers.scripted import met
from tests.servers.tiny_http import Request, Response, json_response

_LIMITS = {"pair": PAIR, "throughput": (80, 1 / 80)}


class Steering:
    def __init__(
        self,
        api: GraphApi,
        calls: list[dict[str, Any]],
        violations: list[dict[str, Any]],
        script: list[dict[str, Any]],
    ) -> None:
        self._api = api
        self._calls = calls
        self._violations = violations
        self._script = script
        self._delivery = GraphDelivery()
        self._webhooks: dict[str, Webhook] = {}
        self._automatic: Sequence[str] = ()
        self._failing: dict[str, list[Refused]] = {}
        api.accepted = self._accepted

    async def close(self) -> None:
        await self._delivery.close()

    async def handle(self, request: Request) -> Response | None:
        body = orjson.loads(request.body) if request.body else {}
        name = request.path.removeprefix("/__")
        try:
            if request.method == "GET":
                return json_response(self._asked(name, request.query))
            if name == "webhook":
                return json_response(await self._set_webhook(body))
            return json_response(self._told(name, body))
        except Refused as refused:
            return json_response(refused.body(), 400)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            return json_response({"error": f"{type(error).__name__}: {error}"}, 400)

    # ------------------------------------------------------------ GET

    def _asked(self, name: str, query: dict[str, str]) -> Any:
        if name == "calls":
            return self._calls[int(query.get("since", 0)) :]
        if name == "state":
            return self._state()
        if name == "screen":
            shown = self._phone(query.get("phone")).screens.get(query["chat"], [])
            return {"shown": shown, "names": {k: m.name for k, m in self._api.media.items()}}
        raise KeyError(f"no GET /__{name}")

    def _state(self) -> dict[str, Any]:
        return {
            "calls": len(self._calls),
            "scripted": len(self._script),
            "met": met(self._script),
            "violations": self._violations,
            "now": self._api.clock.now(),
            "phones": {phone.id: self._state_of(phone) for phone in self._api.phones.values()},
        }

    def _state_of(self, phone: Phone) -> dict[str, Any]:
        webhook = self._webhooks.get(phone.id)
        return {
            "webhook": webhook.url if webhook else None,
            "pending": sorted(webhook.pending) if webhook else [],
            "delivered": webhook.delivered if webhook else 0,
            "attempts": webhook.attempts if webhook else 0,
            "last_status": webhook.last_status if webhook else 0,
            "subscribed": phone.subscribed,
            "read": list(phone.read),
            "typing": [number for number, typing in phone.read.items() if typing],
            "open": [chat for chat in phone.heard_at if self._api.window_open(phone, chat)],
        }

    # ------------------------------------------------------------ POST

    def _told(self, name: str, body: dict[str, Any]) -> Any:
        match name:
            case "script":
                self._script.append(body)
            case "update":
                return self._take(body)
            case "file":
                return self._keep(body)
            case "clock":
                if body.get("stop"):
                    self._api.clock.stop()
                self._api.clock.forward(float(body.get("forward") or 0))
            case "limits":
                self._api.limit({which: _LIMITS[which] for which, on in body.items() if on})
            case "template":
                template = Template(**{**body["template"], "buttons": tuple(body["buttons"])})
                waba = self._phone(body.get("phone")).waba
                self._api.templates[waba, template.name, template.language] = template
            case "statuses":
                self._automatic = body["automatic"]
            case "open":
                phone = self._phone(body.get("phone"))
                phone.heard_at[self._api.chat_of(body["chat"])] = self._api.clock.now()
            case "reset":
                self._reset()
            case _:
                raise KeyError(f"no POST /__{name}")
        return {"now": self._api.clock.now()}

    def _reset(self) -> None:
        for kept in (self._calls, self._violations, self._script):
            kept.clear()
        for phone in self._api.phones.values():
            phone.screens.clear()
        self._api.limit({})
        self._failing.clear()
        self._delivery.forget(self._webhooks.values())

    def _take(self, body: dict[str, Any]) -> list[int]:
        """Post to the webhook of a phone, and take notice of what that means for its windows."""
        phone = self._phone(body.get("phone"))
        copies = int(body.get("copies") or 1)
        numbers = []
        for update in body.get("updates", ()):
            chat = ""
            for entry in update["entry"]:
                for change in entry["changes"]:
                    to = change["value"].get("metadata", {}).get("phone_number_id")
                    hearing = self._api.phones.get(to, phone)
                    chat = self._api.hear(hearing, change["value"]) or chat
            numbers.append(self._post(phone, chat, webhooks.wire(update), copies))
        return numbers

    def _post(self, phone: Phone, chat: str, raw: bytes, copies: int = 1) -> int:
        webhook = self._webhooks.get(phone.id)
        if webhook is None:
            return 0
        return self._delivery.add(webhook, chat, raw, copies)

    def _keep(self, body: dict[str, Any]) -> dict[str, Any]:
        """A file that a customer sends, as it stands in a webhook."""
        content = base64.b64decode(body["content"])
        phone = self._phone(body.get("phone"))
        media = Media(phone.id, body["mime"], content, body["name"])
        digest = base64.b64encode(media.digest).decode()
        return {"id": self._api.keep(media), "mime_type": body["mime"], "sha256": digest}

    def _phone(self, phone_id: str | None) -> Phone:
        return self._api.phones[phone_id or next(iter(self._api.phones))]

    # ------------------------------------------------------------ webhooks of Meta's own

    async def _set_webhook(self, body: dict[str, Any]) -> dict[str, Any]:
        """What is filled in on the page of the app, for one phone number or for all."""
        webhook = Webhook(body["url"], body["secret"], body["verify_token"])
        phones = [self._phone(body["phone"])] if body.get("phone") else self._api.phones.values()
        await self._direct(phones, webhook)
        return {"success": True}

    async def _direct(self, phones: Iterable[Phone], webhook: Webhook) -> None:
        """What is still on its way to an older address of these numbers goes to the new one too."""
        if not await self._delivery.verify(webhook):
            raise Refused(2200, f"{webhook.url} did not echo the challenge")
        for phone in phones:
            old = self._webhooks.setdefault(phone.id, replace(webhook, pending=set()))
            old.url, old.secret = webhook.url, webhook.secret
            old.verify_token = webhook.verify_token

    async def subscribe(self, phone: Phone, values: dict[str, Any]) -> dict[str, Any]:
        """`override_callback_uri` sends the account's webhooks elsewhere than the app's.

        https://developers.facebook.com/docs/whatsapp/embedded-signup/webhooks/override
        """
        answer = self._api.subscribe(phone, values)
        if values.get("override_callback_uri"):
            old = self._webhooks.get(phone.id)
            secret = old.secret if old else ""
            url, token = values["override_callback_uri"], values.get("verify_token", "")
            await self._direct(self._of_account(phone), Webhook(url, secret, token))
        return answer

    def unsubscribe(self, phone: Phone) -> dict[str, Any]:
        for other in self._of_account(phone):
            other.subscribed = False
        return {"success": True}

    def _of_account(self, phone: Phone) -> list[Phone]:
        return [other for other in self._api.phones.values() if other.waba == phone.waba]

    def fail_next(self, phone: Phone, refused: Refused) -> None:
        """The next message of this phone is accepted, and a status says later that it failed."""
        self._failing.setdefault(phone.id, []).append(refused)

    def _accepted(self, phone: Phone, chat: str, number: str) -> None:
        failing = self._failing.get(phone.id)
        if failing:
            errors = [failing.pop(0).of_status()]
            self._tell_status(phone, chat, number, "failed", errors)
            return
        for what in self._automatic:
            self._tell_status(phone, chat, number, what)

    def _tell_status(
        self, phone: Phone, chat: str, number: str, what: str, errors: Sequence[Any] = ()
    ) -> None:
        known = {"wa_id": chat} if chat.isdigit() else {"wa_id": None, "user_id": chat}
        person = webhooks.Person(**known)
        status = webhooks.status(
            number, what, at=self._api.clock.now(), person=person, errors=errors
        )
        value = webhooks.value(phone.id, phone.display.lstrip("+"), statuses=[status])
        update = webhooks.body(webhooks.entry(phone.waba, webhooks.change(value)))
        self._post(phone, chat, webhooks.wire(update))
