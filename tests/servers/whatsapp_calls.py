"""A number of a business on the fake Cloud API, and the calls that the server got for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.servers import whatsapp_webhooks as webhooks
from tests.servers.whatsapp_webhooks import Json

PHONE_ID = "106540352242922"
ACCOUNT_ID = "102290129340398"
TOKEN = "EAATEST-TOKEN"
DISPLAY = "15550783881"


@dataclass(frozen=True, slots=True)
class Number:
    """A business's phone number: its id, the id of the WhatsApp Business account, the token."""

    id: str = PHONE_ID
    account: str = ACCOUNT_ID
    token: str = TOKEN
    display: str = DISPLAY


@dataclass(frozen=True, slots=True)
class Call:
    """A call the server got. `at` is CLOCK_MONOTONIC, the same in every process of a machine.

    `method` is `messages`, `read`, `media`, `media_info`, `media_delete`, `download`, `phone`,
    `subscribed_apps` or `debug_token`. `status` is what it answered (0: nothing). With `quiet` only
    `at`, `method` and `chat_id` are kept.
    """

    at: float
    method: str
    chat_id: str
    phone: str = ""
    verb: str = "POST"
    path: str = ""
    status: int = 200
    message_id: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return str(self.parameters.get("type") or "")

    @property
    def text(self) -> str:
        inner = self.parameters.get(self.kind) or {}
        if self.kind == "interactive":
            return str(inner["body"]["text"])
        return str(inner.get("body") or inner.get("caption") or "") if self.kind else ""

    def reply(self, label: str) -> Json:
        """The content of a webhook that pressing the button or the row with this label makes."""
        for content in _replies(self.parameters):
            interactive = content["interactive"]
            if interactive[interactive["type"]]["title"] == label:
                return content
        raise LookupError(f"no button or row {label!r} in {self.parameters}")


def _replies(sent: Mapping[str, Any]) -> list[Json]:
    if sent.get("type") != "interactive":
        return []
    action = sent["interactive"]["action"]
    buttons = [button["reply"] for button in action.get("buttons", ())]
    rows = [row for section in action.get("sections", ()) for row in section["rows"]]
    return [
        *(webhooks.button_reply(button["id"], button["title"]) for button in buttons),
        *(webhooks.list_reply(row["id"], row["title"], row.get("description")) for row in rows),
    ]
