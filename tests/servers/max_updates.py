"""Any update that MAX may post, from a table of the kinds of our own.

https://dev.max.ru/docs-api/objects/Update. `update_bodies()` are whole updates;
`mutilated(update_bodies())` are spoilt ones.
"""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.servers.max_calls import UPDATES
from tests.servers.mutilation import mutilated, torn
from tests.servers.shape_strategies import strategy_of
from tests.servers.shapes import (
    Anything,
    Choice,
    Fields,
    Flag,
    Maybe,
    Number,
    Several,
    Shape,
    Tagged,
    Text,
)

__all__ = ["KINDS", "UPDATES", "mutilated", "torn", "update_bodies"]

_ID = Number(1, 2**53, whole=True)
_CHAT = Number(-(2**53), 2**53, whole=True)
_TIME = Number(1_600_000_000_000, 2_100_000_000_000, whole=True)
_SIZE = Number(0, 10_000, whole=True)
_WORDS, _MAYBE = Text(), Text(least=0)
_URL = Text(like=r"https://[a-z0-9.-]{1,20}\.ru/[A-Za-z0-9./?=&_-]{0,40}")
_LOCALE = Choice(("ru", "ru-RU", "en", "uz"))

_PERSON = Fields(
    required={
        "user_id": _ID,
        "first_name": _MAYBE,
        "last_name": Maybe(_MAYBE),
        "username": Maybe(_WORDS),
        "is_bot": Flag(),
        "last_activity_time": _TIME,
    },
    optional={"name": _MAYBE},
)
_MEDIA = Fields(required={"url": _URL, "token": _WORDS})
_BUTTON = Tagged(
    "type",
    {
        "callback": Fields(
            required={"text": _WORDS, "payload": _MAYBE},
            optional={"intent": Choice(("positive", "negative", "default"))},
        ),
        "link": Fields(required={"text": _WORDS, "url": _URL}),
        "request_contact": Fields(required={"text": _WORDS}),
        "request_geo_location": Fields(required={"text": _WORDS}, optional={"quick": Flag()}),
        "message": Fields(required={"text": _WORDS}),
        "clipboard": Fields(required={"text": _WORDS, "payload": _MAYBE}),
        "open_app": Fields(required={"text": _WORDS, "web_app": _WORDS}),
    },
)
ATTACHMENTS: Mapping[str, Fields] = {
    "image": Fields(
        required={
            "payload": Fields(required={"photo_id": _ID, "token": _WORDS, "url": _URL}),
        }
    ),
    "video": Fields(
        required={"payload": _MEDIA},
        optional={
            "thumbnail": Maybe(Fields(required={"url": _URL})),
            "width": Maybe(_SIZE),
            "height": Maybe(_SIZE),
            "duration": Maybe(_SIZE),
        },
    ),
    "audio": Fields(required={"payload": _MEDIA}, optional={"transcription": Maybe(_MAYBE)}),
    "file": Fields(required={"payload": _MEDIA, "filename": _MAYBE, "size": _SIZE}),
    "sticker": Fields(
        required={
            "payload": Fields(required={"url": _URL, "code": _WORDS}),
            "width": _SIZE,
            "height": _SIZE,
        }
    ),
    "contact": Fields(
        required={
            "payload": Fields(
                optional={
                    "vcf_info": Maybe(
                        Text(
                            like=r"BEGIN:VCARD\r\n(VERSION:3\.0\r\n)?(FN:[А-Яа-яA-Z ]{0,20}\r\n)?"
                            r"(TEL;?[A-Za-z=]{0,9}:[0-9]{3,11}\r\n)?END:VCARD(\r\n)?"
                        )
                    ),
                    "max_info": Maybe(_PERSON),
                }
            )
        }
    ),
    "inline_keyboard": Fields(
        required={"payload": Fields(required={"buttons": Several(Several(_BUTTON))})},
        optional={"callback_id": _WORDS},
    ),
    "share": Fields(
        required={"payload": Fields(optional={"url": Maybe(_URL), "token": Maybe(_WORDS)})},
        optional={
            "title": Maybe(_MAYBE),
            "description": Maybe(_MAYBE),
            "image_url": Maybe(_URL),
        },
    ),
    "location": Fields(required={"latitude": Number(-90, 90), "longitude": Number(-180, 180)}),
}
_PLACED = {"from": Number(0, 40, whole=True), "length": Number(0, 40, whole=True)}
_MARK = Tagged(
    "type",
    {
        **{
            kind: Fields(required=_PLACED)
            for kind in (
                "strong",
                "emphasized",
                "monospaced",
                "strikethrough",
                "underline",
                "heading",
                "highlighted",
                "quote",
            )
        },
        "link": Fields(required={**_PLACED, "url": _URL}),
        "user_mention": Fields(
            required=_PLACED, optional={"user_link": Maybe(_WORDS), "user_id": Maybe(_ID)}
        ),
    },
)
_BODY = Fields(
    required={
        "mid": _WORDS,
        "seq": _ID,
        "text": Maybe(_MAYBE),
        "attachments": Maybe(Several(Tagged("type", ATTACHMENTS))),
    },
    optional={"markup": Maybe(Several(_MARK))},
)
_LINK = Fields(
    required={"type": Choice(("forward", "reply")), "message": _BODY},
    optional={"sender": _PERSON, "chat_id": _CHAT},
)


def _message(chat_type: Shape) -> Fields:
    recipient = Fields(
        required={"chat_id": Maybe(_CHAT), "chat_type": chat_type, "user_id": Maybe(_ID)}
    )
    return Fields(
        required={"recipient": recipient, "body": _BODY, "timestamp": _TIME},
        optional={"sender": _PERSON, "link": Maybe(_LINK), "url": Maybe(_URL)},
    )


_MESSAGE = _message(Choice(("dialog", "dialog", "chat", "channel")))
_CALLBACK = Fields(
    required={"timestamp": _TIME, "callback_id": _WORDS, "user": _PERSON},
    optional={"payload": _MAYBE},
)
_SOMEBODY: Mapping[str, Shape] = {"chat_id": _CHAT, "user": _PERSON}
_IN_CHAT: Mapping[str, Shape] = {**_SOMEBODY, "is_channel": Flag()}
_SPOKEN: Mapping[str, Shape] = {"user_locale": _LOCALE}
_WRITTEN: Mapping[str, Shape] = {"user_locale": Maybe(_LOCALE)}


def _kind(required: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Fields:
    return Fields(required={"timestamp": _TIME, **required}, optional=optional or {})


KINDS: Mapping[str, Fields] = {
    "message_created": _kind({"message": _MESSAGE}, _WRITTEN),
    "message_callback": _kind({"callback": _CALLBACK, "message": Maybe(_MESSAGE)}, _WRITTEN),
    "message_edited": _kind({"message": _MESSAGE}),
    "message_removed": _kind({"message_id": _WORDS, "chat_id": _CHAT, "user_id": _ID}),
    "bot_added": _kind(_IN_CHAT),
    "bot_removed": _kind(_IN_CHAT),
    "user_added": _kind(_IN_CHAT, {"inviter_id": Maybe(_ID)}),
    "user_removed": _kind(_IN_CHAT, {"admin_id": _ID}),
    "bot_started": _kind(
        _SOMEBODY, {"payload": Maybe(Text(least=0, most=512)), "user_locale": _LOCALE}
    ),
    "bot_stopped": _kind(_SOMEBODY, _SPOKEN),
    "dialog_cleared": _kind(_SOMEBODY, _SPOKEN),
    "dialog_removed": _kind(_SOMEBODY, _SPOKEN),
    "dialog_muted": _kind({**_SOMEBODY, "muted_until": _TIME}, _SPOKEN),
    "dialog_unmuted": _kind(_SOMEBODY, _SPOKEN),
    "chat_title_changed": _kind({**_SOMEBODY, "title": _MAYBE}),
    "message_chat_created": _kind(
        {"message_id": _WORDS, "chat": Anything()}, {"start_payload": Maybe(_MAYBE)}
    ),
}


def update_bodies(
    *, kind: str | None = None, strange: bool = True
) -> st.SearchStrategy[dict[str, Any]]:
    """Whole updates, of one kind or of any; with `strange` also ones with keys of the future."""
    kinds = {kind: KINDS[kind]} if kind else KINDS
    bodies = strategy_of(Tagged("update_type", kinds), strange=strange)
    if kind or not strange:
        return bodies
    future = st.fixed_dictionaries(
        {"update_type": st.just("update_of_the_future"), "timestamp": st.integers()}
    )
    return bodies | future


def dialogs() -> st.SearchStrategy[dict[str, Any]]:
    """What a customer writes in a dialog."""
    created = _kind({"message": _message(Choice(("dialog",)))}, _WRITTEN)
    return strategy_of(Tagged("update_type", {"message_created": created}))
