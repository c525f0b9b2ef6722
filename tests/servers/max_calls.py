"""What the methods of MAX's Bot API take, for the fake MAX to judge what a bot calls.

https://dev.max.ru/docs-api and the pages of the methods it lists; the limits of keyboards are those of
https://dev.max.ru/docs-api/use-cases/sending-messages/keyboard.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.servers.shapes import (
    Choice,
    Fields,
    Flag,
    Maybe,
    Number,
    Problem,
    Several,
    Shape,
    Tagged,
    Text,
    problems,
)

UPDATES = (
    "message_created",
    "message_callback",
    "message_edited",
    "message_removed",
    "bot_added",
    "bot_removed",
    "user_added",
    "user_removed",
    "bot_started",
    "bot_stopped",
    "dialog_cleared",
    "dialog_removed",
    "dialog_muted",
    "dialog_unmuted",
    "chat_title_changed",
    "message_chat_created",
)
MAX_TEXT = 4000
MAX_ROWS, MAX_ROW, MAX_WIDE_ROW = 30, 7, 3
WIDE = frozenset({"link", "open_app", "request_geo_location", "request_contact"})
ALONE = frozenset({"audio", "file", "sticker", "contact"})
"""Each must be the only attachment of its message; a keyboard does not count."""

_LABEL = Text(most=128)
_NUMBER = r"-?\d{1,19}"
_TOKEN = Fields(required={"token": Text()})


def _button(
    required: Mapping[str, Shape] | None = None, optional: Mapping[str, Shape] | None = None
) -> Fields:
    return Fields(required={"text": _LABEL, **(required or {})}, optional=optional or {})


_BUTTONS = Tagged(
    "type",
    {
        "callback": _button(
            {"payload": Text(most=1024, least=0)},
            {"intent": Choice(("positive", "negative", "default"))},
        ),
        "link": _button({"url": Text(most=2048, like=r"(https?|max)://\S+")}),
        "request_contact": _button(),
        "request_geo_location": _button({}, {"quick": Flag()}),
        "message": _button(),
        "clipboard": _button({"payload": Text(most=1024)}),
        "open_app": _button(
            {"web_app": Text()},
            {
                "payload": Maybe(Text(least=0, most=512, like=r"[A-Za-z0-9_-]*")),
                "contact_id": Maybe(Number(whole=True)),
            },
        ),
    },
)
ATTACHMENTS: Mapping[str, Fields] = {
    "image": Fields(
        required={
            "payload": Fields(optional={"url": Text(), "token": Text()}, one_of=[("url", "token")])
        }
    ),
    "video": Fields(required={"payload": _TOKEN}),
    "audio": Fields(required={"payload": _TOKEN}),
    "file": Fields(required={"payload": _TOKEN}),
    "sticker": Fields(required={"payload": Fields(required={"code": Text()})}),
    "contact": Fields(
        required={
            "payload": Fields(
                required={"name": Maybe(Text())},
                optional={
                    "contact_id": Maybe(Number(whole=True)),
                    "vcf_info": Maybe(Text()),
                    "vcf_phone": Maybe(Text()),
                },
            )
        }
    ),
    "location": Fields(required={"latitude": Number(-90, 90), "longitude": Number(-180, 180)}),
    "share": Fields(
        required={"payload": Fields(optional={"url": Maybe(Text()), "token": Maybe(Text())})}
    ),
    "inline_keyboard": Fields(
        required={"payload": Fields(required={"buttons": Several(Several(_BUTTONS), least=1)})}
    ),
}
MESSAGE = Fields(
    required={
        "text": Maybe(Text(most=MAX_TEXT, least=0)),
        "attachments": Maybe(Several(Tagged("type", ATTACHMENTS))),
        "link": Maybe(Fields(required={"type": Choice(("reply", "forward")), "mid": Text()})),
    },
    optional={"notify": Flag(), "format": Maybe(Choice(("markdown", "html")))},
)


@dataclass(frozen=True, slots=True)
class Method:
    """What a call may hold: its query as texts, and the JSON of its body."""

    query: Fields = field(default_factory=Fields)
    body: Fields | None = None


METHODS: Mapping[str, Method] = {
    "GET /me": Method(),
    "PATCH /me": Method(
        body=Fields(
            optional={
                "first_name": Maybe(Text(most=59)),
                "description": Maybe(Text(most=16000)),
                "commands": Maybe(
                    Several(
                        Fields(
                            required={"name": Text(most=64)},
                            optional={"description": Maybe(Text(most=128))},
                        ),
                        most=32,
                    )
                ),
            }
        )
    ),
    "GET /subscriptions": Method(),
    "POST /subscriptions": Method(
        body=Fields(
            required={"url": Text(like=r"https?://.+")},
            optional={
                "secret": Text(least=5, most=256, like=r"[A-Za-z0-9_-]+"),
                "update_types": Several(Choice(UPDATES)),
                "version": Text(like=r"\d{1,3}\.\d{1,3}\.\d{1,3}"),
            },
        )
    ),
    "DELETE /subscriptions": Method(query=Fields(required={"url": Text()})),
    "GET /updates": Method(
        query=Fields(
            optional={
                "limit": Text(like=r"[1-9]\d{0,2}|1000"),
                "timeout": Text(like=r"[0-8]?\d|90"),
                "marker": Text(like=_NUMBER),
                "types": Text(like=rf"({'|'.join(UPDATES)})(,({'|'.join(UPDATES)}))*"),
            }
        )
    ),
    "POST /messages": Method(
        query=Fields(
            optional={
                "user_id": Text(like=_NUMBER),
                "chat_id": Text(like=_NUMBER),
                "disable_link_preview": Choice(("true", "false")),
            },
            one_of=[("user_id", "chat_id")],
        ),
        body=MESSAGE,
    ),
    "PUT /messages": Method(query=Fields(required={"message_id": Text()}), body=MESSAGE),
    "DELETE /messages": Method(query=Fields(required={"message_id": Text()})),
    "GET /messages/{messageId}": Method(),
    "POST /answers": Method(
        query=Fields(required={"callback_id": Text(like=r"\S+")}),
        body=Fields(optional={"message": Maybe(MESSAGE), "notification": Maybe(Text())}),
    ),
    "POST /chats/{chatId}/actions": Method(
        body=Fields(
            required={
                "action": Choice(
                    (
                        "typing_on",
                        "sending_photo",
                        "sending_video",
                        "sending_audio",
                        "sending_file",
                        "mark_seen",
                    )
                )
            }
        )
    ),
    "POST /uploads": Method(
        query=Fields(required={"type": Choice(("image", "video", "audio", "file"))})
    ),
    "GET /videos/{videoToken}": Method(),
}
_PLACES = (
    ("/messages/{messageId}", re.compile(r"/messages/([^/]+)")),
    ("/chats/{chatId}/actions", re.compile(r"/chats/(-?\d+)/actions")),
    ("/videos/{videoToken}", re.compile(r"/videos/([^/]+)")),
)


def method_of(verb: str, path: str) -> tuple[str, str]:
    """The name of a method in METHODS, and what stands in its path; "" for what is none."""
    for name, pattern in _PLACES:
        if found := pattern.fullmatch(path):
            return (f"{verb} {name}", found[1]) if f"{verb} {name}" in METHODS else ("", "")
    return (f"{verb} {path}", "") if f"{verb} {path}" in METHODS else ("", "")


def wrong_in(method: str, query: Mapping[str, str], body: Any) -> list[str]:
    """What of a call the documentation forbids, in words."""
    declared = METHODS[method]
    found = [_line(one) for one in problems(declared.query, dict(query))]
    if declared.body is None:
        return found if body is None else [*found, "takes no body"]
    found += [_line(one) for one in problems(declared.body, body)]
    message = body.get("message") if method == "POST /answers" and isinstance(body, dict) else body
    judged = declared.body is MESSAGE or method == "POST /answers"
    if not found and judged and isinstance(message, dict):
        found += _wrong_message(message, edits=method != "POST /messages")
    return found


def _line(problem: Problem) -> str:
    return f"{problem.path} {problem.says}"


def _wrong_message(body: Mapping[str, Any], *, edits: bool) -> Iterator[str]:
    attachments = body["attachments"] or []
    if not edits and not body["text"] and not attachments:
        yield "has neither a text nor attachments"
    kinds = [one["type"] for one in attachments]
    content = [kind for kind in kinds if kind != "inline_keyboard"]
    if len(content) > 1 and ALONE & set(content):
        yield f"{', '.join(sorted(ALONE & set(content)))} must be the only attachment"
    if kinds.count("inline_keyboard") > 1:
        yield "has more than one keyboard"
    for one in attachments:
        if one["type"] == "inline_keyboard":
            yield from _wrong_keyboard(one["payload"]["buttons"])


def _wrong_keyboard(rows: list[list[Mapping[str, Any]]]) -> Iterator[str]:
    if len(rows) > MAX_ROWS:
        yield f"has {len(rows)} rows of buttons, {MAX_ROWS} are taken"
    for row in rows:
        most = MAX_WIDE_ROW if any(one["type"] in WIDE for one in row) else MAX_ROW
        if not 0 < len(row) <= most:
            yield f"has a row of {len(row)} buttons, up to {most} are taken"
