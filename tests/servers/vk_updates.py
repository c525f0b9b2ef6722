"""Any event that VK may post to a callback address, from a table of the kinds of our own.

https://dev.vk.com/ru/api/community-events/json-schema and the pages of the objects it links.
`event_bodies()` are whole events; `mutilated(event_bodies())` are spoilt ones.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.servers.mutilation import mutilated, torn
from tests.servers.shape_strategies import strategy_of
from tests.servers.shapes import (
    Anything,
    Choice,
    Fields,
    Flag,
    Number,
    Several,
    Shape,
    Tagged,
    Text,
)
from tests.servers.vk_calls import CHATS

__all__ = ["ATTACHMENTS", "KINDS", "envelope", "event_bodies", "mutilated", "torn"]

_TIME = Number(1_500_000_000, 2_100_000_000, whole=True)
_ID = Number(1, 2_000_000_000, whole=True)
_COUNT = Number(0, 2_000_000_000, whole=True)
_PERSON = Number(1, 1_999_999_999, whole=True)
_OWNER = Number(-300_000_000, 1_999_999_999, whole=True)
_PEER = Number(1, CHATS + 100_000, whole=True)
_BIT = Number(0, 1, whole=True)
_SIZE = Number(1, 2560, whole=True)
_WORDS, _MAYBE = Text(), Text(least=0)
_URL = Text(like=r"https://[a-z0-9.-]{1,20}\.(ru|com)/[A-Za-z0-9./?=&_-]{0,40}")
_KEY = Text(like=r"[0-9a-f]{18}")
_PAYLOAD = Text(like=r'\{("[a-z]{1,6}":("[a-z]{0,6}"|[0-9]{1,3}))?\}|"[a-z]{0,9}"|[0-9]{1,3}|\[\]')

_IMAGE = Fields(
    required={"url": _URL, "width": _SIZE, "height": _SIZE}, optional={"with_padding": _BIT}
)
_PICTURE_SIZE = Fields(
    required={
        "type": Choice(("s", "m", "x", "o", "p", "q", "r", "y", "z", "w")),
        "width": _COUNT,
        "height": _COUNT,
        "url": _URL,
    }
)
_PHOTO = Fields(
    required={"album_id": _OWNER, "date": _TIME, "id": _ID, "owner_id": _OWNER, "has_tags": Flag()},
    optional={
        "access_key": _KEY,
        "sizes": Several(_PICTURE_SIZE),
        "text": _MAYBE,
        "user_id": _PERSON,
        "orig_photo": _PICTURE_SIZE,
        "web_view_token": _WORDS,
    },
)
_PLACE = Fields(
    optional={
        "type": Choice(("point",)),
        "coordinates": Fields(
            required={"latitude": Number(-90, 90), "longitude": Number(-180, 180)}
        ),
        "place": Fields(
            optional={"id": _COUNT, "title": _MAYBE, "country": _MAYBE, "city": _MAYBE}
        ),
        "showmap": _BIT,
    }
)


def _of(kind: str, required: Mapping[str, Shape], optional: Mapping[str, Shape]) -> Fields:
    """An attachment holds its object under the name of its kind."""
    return Fields(required={kind: Fields(required, optional)})


ATTACHMENTS: Mapping[str, Fields] = {
    "photo": Fields(required={"photo": _PHOTO}),
    "video": _of(
        "video",
        {"id": _ID, "owner_id": _OWNER},
        {
            "title": _MAYBE,
            "duration": _COUNT,
            "image": Several(_IMAGE),
            "access_key": _KEY,
            "description": _MAYBE,
            "is_private": _BIT,
            "type": Choice(("video", "short_video", "live")),
        },
    ),
    "audio": _of(
        "audio",
        {"id": _ID, "owner_id": _OWNER, "artist": _MAYBE, "title": _MAYBE, "duration": _COUNT},
        {"url": _MAYBE, "date": _TIME, "genre_id": _COUNT, "is_explicit": Flag()},
    ),
    "audio_message": _of(
        "audio_message",
        {
            "id": _ID,
            "owner_id": _OWNER,
            "duration": _COUNT,
            "link_mp3": _URL,
            "link_ogg": _URL,
            "waveform": Several(_COUNT),
        },
        {
            "access_key": _KEY,
            "transcript": _MAYBE,
            "transcript_state": Choice(("done", "in_progress")),
        },
    ),
    "doc": _of(
        "doc",
        {
            "id": _ID,
            "owner_id": _OWNER,
            "title": _MAYBE,
            "size": _COUNT,
            "ext": _MAYBE,
            "date": _TIME,
            "type": Number(1, 8, whole=True),
        },
        {"url": _URL, "access_key": _KEY, "is_unsafe": _BIT},
    ),
    "sticker": _of(
        "sticker",
        {"inner_type": Choice(("base_sticker_new",))},
        {
            "sticker_id": _ID,
            "product_id": _ID,
            "images": Several(_IMAGE),
            "images_with_background": Several(_IMAGE),
            "animation_url": _URL,
            "is_allowed": Flag(),
        },
    ),
    "link": _of(
        "link",
        {"url": _URL},
        {"title": _MAYBE, "caption": _MAYBE, "description": _MAYBE, "photo": _PHOTO},
    ),
    "wall": _of(
        "wall",
        {"id": _ID, "from_id": _OWNER, "date": _TIME},
        {"to_id": _OWNER, "owner_id": _OWNER, "text": _MAYBE, "attachments": Several(Anything())},
    ),
    "wall_reply": Fields(
        required={"wall_reply": Fields({"id": _ID, "from_id": _OWNER}, {"text": _MAYBE})}
    ),
    "market": _of(
        "market",
        {"id": _ID, "owner_id": _OWNER, "title": _WORDS},
        {
            "description": _MAYBE,
            "price": Fields(
                required={"amount": Text(like=r"[0-9]{1,9}"), "text": _WORDS},
                optional={"currency": Fields(optional={"id": _COUNT, "name": _WORDS})},
            ),
            "thumb_photo": _URL,
        },
    ),
    "gift": Fields(required={"gift": Fields(optional={"id": _ID, "thumb_256": _URL})}),
    "graffiti": _of(
        "graffiti",
        {"id": _ID, "owner_id": _OWNER, "url": _URL, "width": _SIZE, "height": _SIZE},
        {"access_key": _KEY},
    ),
    "call": Fields(optional={"call": Anything()}),
    "story": Fields(optional={"story": Anything()}),
    "poll": Fields(optional={"poll": Anything()}),
    "attachment_of_the_future": Fields(optional={"attachment_of_the_future": Anything()}),
}
_ATTACHED = Several(Tagged("type", ATTACHMENTS))
_FOREIGN_FIELDS: Mapping[str, Shape] = {
    "date": _TIME,
    "from_id": _OWNER,
    "text": _MAYBE,
    "conversation_message_id": _COUNT,
}
_INNER = Fields(_FOREIGN_FIELDS, {"peer_id": _PEER, "id": _COUNT, "attachments": _ATTACHED})
_FOREIGN = Fields(
    _FOREIGN_FIELDS,
    {
        "peer_id": _PEER,
        "id": _COUNT,
        "attachments": _ATTACHED,
        "geo": _PLACE,
        "payload": _PAYLOAD,
        "is_cropped": Flag(),
        "update_time": _TIME,
        "reply_message": _INNER,
        "fwd_messages": Several(_INNER),
    },
)
_ACTION = Tagged(
    "type",
    {
        kind: Fields(optional={"member_id": _OWNER, "text": _MAYBE, "message": _MAYBE})
        for kind in ("chat_invite_user", "chat_kick_user", "chat_title_update", "chat_pin_message")
    },
)
_MESSAGE: Mapping[str, Shape] = {
    **_FOREIGN_FIELDS,
    "id": _COUNT,
    "peer_id": _PEER,
    "out": _BIT,
    "version": _COUNT,
}
_AROUND: Mapping[str, Shape] = {
    "attachments": _ATTACHED,
    "fwd_messages": Several(_FOREIGN),
    "reply_message": _FOREIGN,
    "geo": _PLACE,
    "payload": _PAYLOAD,
    "ref": _MAYBE,
    "ref_source": _MAYBE,
    "action": _ACTION,
    "random_id": _COUNT,
    "important": Flag(),
    "is_hidden": Flag(),
    "is_cropped": Flag(),
    "is_silent": Flag(),
    "members_count": _COUNT,
    "update_time": _TIME,
}
_SENT = Fields(
    _MESSAGE,
    {
        **_AROUND,
        "admin_author_id": _PERSON,
        "keyboard": Fields(
            required={
                "one_time": Flag(),
                "buttons": Several(
                    Several(
                        Fields(
                            required={
                                "action": Fields(
                                    {"type": Choice(("text",)), "label": _WORDS},
                                    {"payload": _PAYLOAD},
                                )
                            },
                            optional={"color": Choice(("primary", "positive", "negative"))},
                        )
                    )
                ),
            },
            optional={"inline": Flag(), "author_id": _OWNER},
        ),
    },
)
_CLIENT = Fields(
    optional={
        "button_actions": Several(Choice(("text", "open_link", "callback", "location"))),
        "keyboard": Flag(),
        "inline_keyboard": Flag(),
        "carousel": Flag(),
        "lang_id": _COUNT,
    }
)
_OF_PERSON = Fields(required={"user_id": _PERSON})

KINDS: Mapping[str, Shape] = {
    "message_new": Fields(
        required={"message": Fields(_MESSAGE, _AROUND)}, optional={"client_info": _CLIENT}
    ),
    "message_reply": _SENT,
    "message_edit": _SENT,
    "message_event": Fields(
        required={
            "user_id": _PERSON,
            "peer_id": _PEER,
            "event_id": Text(like=r"[0-9a-f]{12}"),
            "payload": Anything(),
        },
        optional={"conversation_message_id": _ID},
    ),
    "message_allow": Fields(required={"user_id": _PERSON, "key": _MAYBE}),
    "message_deny": _OF_PERSON,
    "message_read": Fields(
        required={
            "from_id": _PERSON,
            "peer_id": _PEER,
            "read_message_id": _ID,
            "conversation_message_id": _ID,
        }
    ),
    "message_typing_state": Fields(
        required={"from_id": _PERSON, "to_id": _OWNER, "state": Choice(("0", "1", "2"))}
    ),
    "message_reaction_event": Fields(
        required={"reacted_id": _OWNER, "peer_id": _PEER, "cmid": _ID},
        optional={"reaction_id": Number(1, 64, whole=True)},
    ),
    "user_block": Fields(
        required={"admin_id": _PERSON, "user_id": _PERSON, "unblock_date": _COUNT, "reason": _BIT},
        optional={"comment": _MAYBE},
    ),
    "group_join": Fields(
        required={"user_id": _PERSON, "join_type": Choice(("join", "approved", "request"))}
    ),
    "group_leave": Fields(optional={"user_id": _PERSON, "self": _BIT}),
    "event_of_the_future": Anything(),
}
"""What stands in `object`, by the kind of the event."""


def envelope(shape: Shape) -> Fields:
    """What is around an object."""
    return Fields(
        required={
            "object": shape,
            "group_id": _ID,
            "event_id": Text(like=r"[0-9a-f]{40}"),
            "v": Choice(("5.131", "5.199")),
        },
        optional={"secret": Text(like=r"[A-Za-z0-9_]{1,50}")},
    )


def event_bodies(
    *,
    kind: str | None = None,
    group_id: int | None = None,
    secret: str | None = None,
    private: bool | None = None,
    strange: bool = True,
) -> st.SearchStrategy[dict[str, Any]]:
    """Events of one kind or of any; with `strange`, objects have keys now and then that nobody knows.

    `private` ones are of talks with one person: the peer is the one who writes. Most are, unless
    told otherwise.
    """
    given: dict[str, Any] = {"group_id": group_id, "secret": secret}
    fixed = {name: value for name, value in given.items() if value is not None}

    def whole(event: dict[str, Any], private: bool) -> dict[str, Any]:
        if private:
            _make_private(event["object"])
        return {**event, **fixed}

    alone = st.sampled_from((True, True, False)) if private is None else st.just(private)
    return st.builds(whole, _bodies(kind, strange), alone)


@cache
def _bodies(kind: str | None, strange: bool) -> st.SearchStrategy[dict[str, Any]]:
    kinds = {kind: KINDS[kind]} if kind is not None else KINDS
    whole = {name: envelope(shape) for name, shape in kinds.items()}
    return st.one_of(
        *(strategy_of(Tagged("type", {name: of}), strange=strange) for name, of in whole.items())
    )


def _make_private(body: Any) -> None:
    of = body.get("message", body) if isinstance(body, dict) else {}
    if not isinstance(of, dict) or "peer_id" not in of:
        return
    for writer in ("from_id", "user_id", "reacted_id"):
        if writer in of:
            of[writer] = abs(int(of[writer])) or 1
            of["peer_id"] = of[writer]
