"""What VK's methods take, as its documentation says, for the fake VK to judge what a bot calls."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.servers.vk_contents import (
    check_answer,
    check_delete,
    check_edit,
    check_peer,
    check_send,
    check_server,
)
from tests.servers.vk_errors import Refused, Violation

PAGES = "https://dev.vk.com/ru/method/"
"""A method's page is this with its name after it."""

EVERYWHERE = frozenset({"access_token", "v", "lang", "test_mode"})
"""https://dev.vk.com/ru/api/api-requests"""

CHATS = 2_000_000_000
"""Peers from here on are chats of several people."""

EVENTS = frozenset({
    "audio_new", "board_post_delete", "board_post_edit", "board_post_new", "board_post_restore",
    "donut_money_withdraw", "donut_money_withdraw_error", "donut_subscription_cancelled",
    "donut_subscription_create", "donut_subscription_expired",
    "donut_subscription_price_changed", "donut_subscription_prolonged", "group_change_photo",
    "group_change_settings", "group_join", "group_leave", "group_officers_edit",
    "lead_forms_new", "like_add", "like_remove", "market_comment_delete", "market_comment_edit",
    "market_comment_new", "market_comment_restore", "market_order_edit", "market_order_new",
    "message_allow", "message_deny", "message_edit", "message_event", "message_new",
    "message_reaction_event", "message_read", "message_reply", "message_typing_state",
    "photo_comment_delete", "photo_comment_edit", "photo_comment_new", "photo_comment_restore",
    "photo_new", "poll_vote_new", "user_block", "user_unblock", "video_comment_delete",
    "video_comment_edit", "video_comment_new", "video_comment_restore", "video_new",
    "wall_post_new", "wall_reply_delete", "wall_reply_edit", "wall_reply_new",
    "wall_reply_restore", "wall_repost", "wall_schedule_post_delete", "wall_schedule_post_new",
})  # fmt: skip
"""https://dev.vk.com/ru/api/community-events/json-schema"""

CALLBACK_ONLY = frozenset({
    "lead_forms_new", "market_order_edit", "market_order_new", "wall_schedule_post_delete",
    "wall_schedule_post_new",
})  # fmt: skip
"""Kinds that https://dev.vk.com/ru/method/groups.setLongPollSettings does not name."""

Kind = Literal["int", "number", "bool", "string", "ints", "strings"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """`most` is the longest text, or the most elements of a list; `low` and `high` of a number."""

    kind: Kind = "string"
    required: bool = False
    most: int | None = None
    low: int | None = None
    high: int | None = None
    one_of: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """`check` sees what single parameters cannot say; `by_group`: a community's token may call it."""

    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    check: Callable[[Mapping[str, str]], None] = lambda values: None
    by_group: bool = True


def check_call(name: str, values: Mapping[str, str]) -> None:
    """Raises Violation for what the method's page forbids, and Refused 3 for an unknown method."""
    method = METHODS.get(name)
    if method is None:
        raise Refused(3)
    if not method.by_group:
        raise Violation(27, "method is unavailable with group auth")
    if not re.fullmatch(r"5\.\d+", values.get("v", "")):
        raise Violation(8, "v should be a version like 5.199")
    for key, value in values.items():
        if key in EVERYWHERE:
            continue
        if key not in method.parameters:
            raise Violation(100, f"{name} has no parameter {key}")
        _check_value(key, value, method.parameters[key])
    for key, parameter in method.parameters.items():
        if parameter.required and not values.get(key):
            raise Violation(100, f"{key} is a required parameter")
    method.check(values)


def numbers(text: str) -> list[int]:
    """The whole numbers of a list with commas."""
    return [int(part) for part in text.split(",") if part.strip()]


def _check_value(key: str, value: str, parameter: Parameter) -> None:
    kind = parameter.kind
    parts = value.split(",") if kind in ("ints", "strings") else [value]
    if kind in ("int", "ints") and not all(_is_whole(part) for part in parts):
        raise Violation(100, f"{key} should be an integer, not {value[:40]!r}")
    if kind == "number" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        raise Violation(100, f"{key} should be a number, not {value[:40]!r}")
    if kind == "bool" and value not in ("0", "1"):
        raise Violation(100, f"{key} should be 0 or 1, not {value[:40]!r}")
    if parameter.one_of is not None and value not in parameter.one_of:
        raise Violation(100, f"{key} should be one of {sorted(parameter.one_of)}")
    size = len(parts) if kind in ("ints", "strings") else len(value)
    if parameter.most is not None and size > parameter.most:
        raise Violation(100, f"{key} is too long: {size} of {parameter.most}")
    if kind == "int":
        low, high = parameter.low, parameter.high
        if (low is not None and int(value) < low) or (high is not None and int(value) > high):
            raise Violation(100, f"{key} is out of range: {value}")


def _is_whole(text: str) -> bool:
    return re.fullmatch(r"-?\d{1,19}", text.strip()) is not None


# ---------------------------------------------------------------- the table

_TEXT = Parameter()
_FLAG = Parameter("bool")
_NUMBER = Parameter("int", low=0)
_PEER = Parameter("int")
_NEEDED_PEER = Parameter("int", required=True)
_GROUP = Parameter("int", low=0)
_NEEDED_GROUP = Parameter("int", required=True, low=1)
_CONTENT = {
    "message": _TEXT,
    "lat": Parameter("number"),
    "long": Parameter("number"),
    "attachment": Parameter(most=9000),
    "keyboard": _TEXT,
    "template": _TEXT,
    "format_data": _TEXT,
    "group_id": _GROUP,
    "dont_parse_links": _FLAG,
    "disable_mentions": _FLAG,
}
_FIELDS = {"extended": _FLAG, "fields": Parameter("strings"), "group_id": _GROUP}
_SERVER = {
    "group_id": _NEEDED_GROUP,
    "url": Parameter(required=True),
    "title": Parameter(required=True, most=14),
    "secret_key": Parameter(most=50),
}
_KINDS = dict.fromkeys(EVENTS, _FLAG)
_SERVER_ID = Parameter("int", low=0)
_NEEDED_SERVER_ID = Parameter("int", required=True, low=0)

METHODS: Mapping[str, Method] = {
    "messages.send": Method(
        _CONTENT
        | {
            "user_id": _PEER,
            "peer_id": _PEER,
            "peer_ids": Parameter("ints", most=100),
            "domain": _TEXT,
            "chat_id": Parameter("int", low=0, high=100_000_000),
            "random_id": Parameter("int", required=True, low=-(2**31), high=2**31 - 1),
            "reply_to": _NUMBER,
            "forward_messages": Parameter("ints", most=100),
            "forward": _TEXT,
            "sticker_id": _NUMBER,
            "payload": Parameter(most=1000),
            "content_source": _TEXT,
            "intent": Parameter(
                one_of=frozenset({"default", "promo_newsletter", "bot_ad_invite", "bot_ad_promo"})
            ),
            "subscribe_id": Parameter("int", low=0, high=100),
        },
        check_send,
    ),
    "messages.edit": Method(
        _CONTENT
        | {
            "peer_id": _NEEDED_PEER,
            "message_id": _NUMBER,
            "cmid": _NUMBER,
            "conversation_message_id": _NUMBER,
            "keep_forward_messages": _FLAG,
            "keep_snippets": _FLAG,
        },
        check_edit,
    ),
    "messages.delete": Method(
        {
            "message_ids": Parameter("ints", most=1000),
            "cmids": Parameter("ints", most=100),
            "conversation_message_ids": Parameter("ints", most=100),
            "peer_id": _PEER,
            "spam": _FLAG,
            "reason": _NUMBER,
            "group_id": _GROUP,
            "delete_for_all": _FLAG,
        },
        check_delete,
    ),
    "messages.setActivity": Method(
        {
            "peer_id": _PEER,
            "user_id": _PEER,
            "type": Parameter(
                required=True,
                one_of=frozenset({"typing", "audiomessage", "file", "photo", "video"}),
            ),
            "group_id": _GROUP,
        },
        check_peer,
    ),
    "messages.markAsRead": Method(
        {
            "peer_id": _NEEDED_PEER,
            "message_ids": Parameter("ints"),
            "start_message_id": _NUMBER,
            "up_to_cmid": _NUMBER,
            "mark_conversation_as_read": _FLAG,
            "group_id": _GROUP,
        }
    ),
    "messages.sendMessageEventAnswer": Method(
        {
            "event_id": Parameter(required=True),
            "user_id": _NEEDED_PEER,
            "peer_id": _NEEDED_PEER,
            "event_data": Parameter(most=1000),
        },
        check_answer,
    ),
    "messages.getByConversationMessageId": Method(
        _FIELDS
        | {
            "peer_id": _NEEDED_PEER,
            "conversation_message_ids": Parameter("ints", required=True, most=100),
        }
    ),
    "messages.getConversationsById": Method(
        _FIELDS | {"peer_ids": Parameter("ints", required=True, most=100)}
    ),
    "messages.isMessagesFromGroupAllowed": Method(
        {"group_id": _NEEDED_GROUP, "user_id": Parameter("int", required=True, low=1)}
    ),
    "photos.getMessagesUploadServer": Method({"peer_id": _PEER}),
    "photos.saveMessagesPhoto": Method(
        {
            "photo": Parameter(required=True),
            "server": Parameter("int", required=True),
            "hash": Parameter(required=True),
        }
    ),
    "docs.getMessagesUploadServer": Method(
        {
            "type": Parameter(one_of=frozenset({"doc", "audio_message", "graffiti"})),
            "peer_id": _NEEDED_PEER,
        }
    ),
    "docs.save": Method(
        {
            "file": Parameter(required=True),
            "title": _TEXT,
            "tags": _TEXT,
            "return_tags": _FLAG,
        }
    ),
    "video.save": Method(by_group=False),
    "groups.getById": Method(
        {
            "group_ids": Parameter("strings", most=500),
            "group_id": _TEXT,
            "fields": Parameter("strings"),
        }
    ),
    "groups.getCallbackConfirmationCode": Method({"group_id": _NEEDED_GROUP}),
    "groups.getCallbackServers": Method(
        {"group_id": _NEEDED_GROUP, "server_ids": Parameter("ints")}
    ),
    "groups.addCallbackServer": Method(_SERVER, check_server),
    "groups.editCallbackServer": Method(_SERVER | {"server_id": _NEEDED_SERVER_ID}, check_server),
    "groups.deleteCallbackServer": Method(
        {"group_id": _NEEDED_GROUP, "server_id": _NEEDED_SERVER_ID}
    ),
    "groups.getCallbackSettings": Method({"group_id": _NEEDED_GROUP, "server_id": _SERVER_ID}),
    "groups.setCallbackSettings": Method(
        _KINDS | {"group_id": _NEEDED_GROUP, "server_id": _SERVER_ID, "api_version": _TEXT}
    ),
    "groups.getLongPollServer": Method({"group_id": _NEEDED_GROUP}),
    "groups.getLongPollSettings": Method({"group_id": _NEEDED_GROUP}),
    "groups.setLongPollSettings": Method(
        dict.fromkeys(EVENTS - CALLBACK_ONLY, _FLAG)
        | {"group_id": _NEEDED_GROUP, "enabled": _FLAG, "api_version": _TEXT}
    ),
    "users.get": Method(
        {
            "user_ids": Parameter("strings", most=1000),
            "fields": Parameter("strings"),
            "name_case": Parameter(one_of=frozenset({"nom", "gen", "dat", "acc", "ins", "abl"})),
            "from_group_id": _GROUP,
        }
    ),
    "utils.resolveScreenName": Method({"screen_name": Parameter(required=True)}),
}
