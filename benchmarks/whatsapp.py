"""WhatsApp as seen from a bot, small and fast: the same customers over the Cloud API.

A number takes 45 messages of a chat at once and then one in six seconds, and so the bot sends: more
than eight rounds of the five turns would measure waiting.
"""

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any

import orjson

from benchmarks.platform import Person, Platform, Webhooks

PHONE_ID = "106540352242922"
APP_SECRET = "benchmark-secret"
MOST_TURNS = 40
"""For one chat, those of warming up among them."""


class CloudApi(Platform):
    """One connection from the bot's server: reads requests, answers each at once."""

    def result(self, path: bytes, body: bytes) -> Any:
        """What a call is answered with; marks of reading carry no type."""
        call = orjson.loads(body) if body else {}
        if "type" not in call:
            return {"success": True, "display_phone_number": "+1 555", "verified_name": "Bench"}
        chat = call["to"]
        self.answered(int(chat), call)
        return {
            "messaging_product": "whatsapp",
            "contacts": [{"input": chat, "wa_id": chat}],
            "messages": [{"id": f"wamid.{chat}.{time.monotonic_ns()}"}],
        }


class SignedWebhooks(Webhooks):
    """Posts messages as Meta does, signed over their bytes."""

    def request(self, number: int, update: dict[str, Any]) -> bytes:
        chat = update["from"]
        message = {
            "id": f"wamid.HBgLNzkwMDEyMzQ1NjcVAgASGBQ{number:020d}",
            "timestamp": str(int(time.time())),
            "from_user_id": f"US.{chat}",
            **update,
        }
        contact = {"profile": {"name": "Anna"}, "wa_id": chat, "user_id": f"US.{chat}"}
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550783881", "phone_number_id": PHONE_ID},
            "contacts": [contact],
            "messages": [message],
        }
        entry = {"id": "1", "changes": [{"value": value, "field": "messages"}]}
        body = orjson.dumps({"object": "whatsapp_business_account", "entry": [entry]})
        signature = hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
        return self.post_of("whatsapp", {"x-hub-signature-256": f"sha256={signature}"}, body)


class Writer(Person):
    """A customer who walks through the five steps again and again."""

    def wrote(self, text: str) -> dict[str, Any]:
        return {"from": str(self.chat), "type": "text", "text": {"body": text}}

    def pressed(self) -> dict[str, Any]:
        reply = {"type": "button_reply", "button_reply": {"id": self.button or "?", "title": "?"}}
        return {"from": str(self.chat), "type": "interactive", "interactive": reply}

    def hears(self, call: dict[str, Any]) -> None:
        """Remember the button to press."""
        action = call.get("interactive", {}).get("action", {})
        if "buttons" in action:
            self.button = action["buttons"][0]["reply"]["id"]
        elif "sections" in action:
            self.button = action["sections"][0]["rows"][0]["id"]


def settings(api: str) -> Mapping[str, str]:
    """What tells the server where WhatsApp is."""
    return {
        "EASYFLOW_WHATSAPP__TOKEN": "EAA-benchmark",
        "EASYFLOW_WHATSAPP__PHONE_ID": PHONE_ID,
        "EASYFLOW_WHATSAPP__APP_SECRET": APP_SECRET,
        "EASYFLOW_WHATSAPP__VERIFY_TOKEN": "verify",
        "EASYFLOW_WHATSAPP__API_BASE": f"{api}/v23.0",
    }
