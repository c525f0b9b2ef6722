"""Any update that Telegram could send, for properties: of every kind, with and without what may be missing.

The table is written from https://core.telegram.org/bots/api#available-types. A field is `name=type`,
with `*` where it is always there; a type is one of `_PLAIN`, `:a|b` one of these words, `[…]` an array,
and anything else an object of the table. An object with `kind` needs one of several contents.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.servers.bot_api_names import ENTITIES, REACTIONS

_PHOTO = "file_id*=name file_unique_id*=name width*=size height*=size file_size=size"
_FILE = "file_id*=name file_unique_id*=name file_size=size thumbnail=PhotoSize"
_MIME = "file_name=text mime_type=mime"
_MEMBER = "chat*=Chat from*=User date*=date via_join_request=bool"
_ORDER = "shipping_option_id=name order_info=OrderInfo"
_MONEY = "currency*=currency total_amount*=size invoice_payload*=text"
_CHARGE = "telegram_payment_charge_id*=name provider_payment_charge_id*=name"

_OBJECTS = {
    "User": "id*=id is_bot*=bool first_name*=text last_name=text username=name language_code=lang"
    " is_premium=true added_to_attachment_menu=true",
    "Chat": "id*=chat type*=:private|group|supergroup|channel title=text username=name"
    " first_name=text last_name=text is_forum=true",
    "PhotoSize": _PHOTO,
    "Video": f"{_FILE} {_MIME} width*=size height*=size duration*=size cover=[PhotoSize]",
    "Audio": f"{_FILE} {_MIME} duration*=size performer=text title=text",
    "Voice": "file_id*=name file_unique_id*=name file_size=size duration*=size mime_type=mime",
    "VideoNote": f"{_FILE} length*=size duration*=size",
    "Animation": f"{_FILE} {_MIME} width*=size height*=size duration*=size",
    "Document": f"{_FILE} {_MIME}",
    "Sticker": f"{_FILE} type*=:regular|mask|custom_emoji width*=size height*=size"
    " is_animated*=bool is_video*=bool emoji=emoji set_name=name",
    "Location": "latitude*=latitude longitude*=longitude horizontal_accuracy=accuracy"
    " live_period=size heading=heading proximity_alert_radius=size",
    "Venue": "location*=Location title*=text address*=text foursquare_id=name",
    "Contact": "phone_number*=phone first_name*=text last_name=text user_id=id vcard=text",
    "Dice": "emoji*=emoji value*=die",
    "PollOption": "persistent_id*=name text*=text voter_count*=size",
    "Poll": "id*=name question*=text options*=[PollOption] total_voter_count*=size is_closed*=bool"
    " is_anonymous*=bool type*=:regular|quiz allows_multiple_answers*=bool"
    " allows_revoting*=bool members_only*=bool",
    "PollAnswer": "poll_id*=name user=User option_ids*=[size] option_persistent_ids*=[name]",
    "Invoice": "title*=text description*=text start_parameter*=text currency*=currency"
    " total_amount*=size",
    "Address": "country_code*=country state*=text city*=text street_line1*=text street_line2*=text"
    " post_code*=text",
    "OrderInfo": "name=text phone_number=phone email=text shipping_address=Address",
    "SuccessfulPayment": f"{_MONEY} {_CHARGE} {_ORDER} is_recurring=true",
    "RefundedPayment": "currency*=:XTR total_amount*=size invoice_payload*=text"
    " telegram_payment_charge_id*=name provider_payment_charge_id=name",
    "WebAppData": "data*=text button_text*=text",
    "WriteAccess": "from_request=bool web_app_name=text",
    "Origin": "type*=:hidden_user date*=date sender_user_name*=text",
    "External": "origin*=Origin chat=Chat message_id=id",
    "Quote": "text*=text position*=size is_manual=true",
    "Gone": "chat*=Chat message_id*=id date*=never",
    "Reaction": "type*=:emoji emoji*=reaction",
    "ReactionCount": "type*=Reaction total_count*=size",
    "MessageReaction": "chat*=Chat message_id*=id user=User actor_chat=Chat date*=date"
    " old_reaction*=[Reaction] new_reaction*=[Reaction]",
    "MessageReactions": "chat*=Chat message_id*=id date*=date reactions*=[ReactionCount]",
    "Press": "id*=name from*=User message=Under chat_instance*=name data=data",
    "InlinePress": "id*=name from*=User inline_message_id*=name chat_instance*=name data=data",
    "PreCheckout": f"id*=name from*=User {_MONEY} {_ORDER}",
    "Shipping": "id*=name from*=User invoice_payload*=text shipping_address*=Address",
    "InlineQuery": "id*=name from*=User query*=text offset*=text",
    "ChosenResult": "result_id*=name from*=User query*=text inline_message_id=name",
    "Member": "status*=:member user*=User until_date=date",
    "Left": "status*=:left user*=User",
    "Kicked": "status*=:kicked user*=User until_date*=date",
    "Joined": f"{_MEMBER} old_chat_member*=Kicked new_chat_member*=Member",
    "Blocked": f"{_MEMBER} old_chat_member*=Member new_chat_member*=Kicked",
    "Parted": f"{_MEMBER} old_chat_member*=Member new_chat_member*=Left",
    "JoinRequest": "chat*=Chat from*=User user_chat_id*=id date*=date bio=text",
    "BusinessConnection": "id*=name user*=User user_chat_id*=id date*=date is_enabled*=bool",
    "Deleted": "business_connection_id*=name chat*=Chat message_ids*=[id]",
    "Markup": "inline_keyboard*=[[InlineButton]]",
    "InlineButton": "text*=text callback_data*=data",
}

_HEAD = "message_id*=id from=User chat*=Chat date*=date"
_AROUND = (
    "message_thread_id=id sender_chat=Chat reply_to_message=Short external_reply=External"
    " quote=Quote via_bot=User edit_date=date has_protected_content=true author_signature=text"
    " forward_origin=Origin reply_markup=Markup is_from_offline=true"
)
_FILES = ("Video", "Audio", "Voice", "Animation", "Document")
_CONTENTS = {
    "text": "WORDS",
    "photo": "photo*=[PhotoSize] CAPTION media_group_id=name has_media_spoiler=true",
    **{kind.lower(): f"{kind.lower()}*={kind} CAPTION media_group_id=name" for kind in _FILES},
    "video_note": "video_note*=VideoNote",
    "sticker": "sticker*=Sticker",
    "location": "location*=Location",
    "venue": "location*=Location venue*=Venue",
    "contact": "contact*=Contact",
    "dice": "dice*=Dice",
    "poll": "poll*=Poll",
    "invoice": "invoice*=Invoice",
    "successful_payment": "successful_payment*=SuccessfulPayment",
    "refunded_payment": "refunded_payment*=RefundedPayment",
    "web_app_data": "web_app_data*=WebAppData",
    "write_access": "write_access_allowed*=WriteAccess",
    "joined": "new_chat_members*=[User]",
    "parted": "left_chat_member*=User",
    "title": "new_chat_title*=text",
    "picture": "new_chat_photo*=[PhotoSize]",
    "created": "group_chat_created*=true",
    "migrated_to": "migrate_to_chat_id*=chat",
    "migrated_from": "migrate_from_chat_id*=chat",
    "pinned": "pinned_message*=Gone",
    "website": "connected_website*=text",
    "nothing": "",
}
"""What a message may hold; `nothing` is a kind that a later Bot API adds."""

KINDS: Mapping[str, tuple[str, ...]] = {
    "message": ("Message",),
    "edited_message": ("Message",),
    "channel_post": ("Message",),
    "edited_channel_post": ("Message",),
    "business_message": ("Message",),
    "edited_business_message": ("Message",),
    "business_connection": ("BusinessConnection",),
    "deleted_business_messages": ("Deleted",),
    "callback_query": ("Press", "InlinePress"),
    "message_reaction": ("MessageReaction",),
    "message_reaction_count": ("MessageReactions",),
    "inline_query": ("InlineQuery",),
    "chosen_inline_result": ("ChosenResult",),
    "shipping_query": ("Shipping",),
    "pre_checkout_query": ("PreCheckout",),
    "poll": ("Poll",),
    "poll_answer": ("PollAnswer",),
    "my_chat_member": ("Joined", "Blocked", "Parted"),
    "chat_member": ("Joined", "Blocked", "Parted"),
    "chat_join_request": ("JoinRequest",),
}
"""The kinds of updates, each with the objects it may hold."""

_TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60
)
_IDS = st.integers(1, 2**52 - 1)
_PLAIN: Mapping[str, st.SearchStrategy[Any]] = {
    "text": _TEXTS,
    "name": st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True),
    "data": st.text(min_size=1, max_size=16, alphabet="abcя:_0123456789😀"),
    "lang": st.sampled_from(["ru", "en", "uz", "pt-br"]),
    "mime": st.sampled_from(["image/jpeg", "video/mp4", "application/pdf", "audio/ogg"]),
    "phone": st.from_regex(r"\+?[0-9]{5,15}", fullmatch=True),
    "emoji": st.sampled_from(["🎲", "👍", "🤷‍♀", "❤"]),
    "reaction": st.sampled_from(sorted(REACTIONS)),
    "currency": st.sampled_from(["RUB", "USD", "XTR", "UZS"]),
    "country": st.sampled_from(["RU", "UZ", "DE"]),
    "id": _IDS,
    "chat": _IDS.flatmap(lambda number: st.sampled_from([number, -number])),
    "date": st.integers(1_400_000_000, 2_000_000_000),
    "never": st.just(0),
    "size": st.integers(0, 2**40),
    "die": st.integers(1, 64),
    "heading": st.integers(1, 360),
    "latitude": st.floats(-90, 90),
    "longitude": st.floats(-180, 180),
    "accuracy": st.floats(0, 1500),
    "bool": st.booleans(),
    "true": st.just(True),
}
_FUTURE: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from(["future_field", "future_thing"]),
    st.sampled_from([None, True, 7, "new", {"a": [1]}, []]),
    max_size=2,
)


def updates(*kinds: str, future: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    """Any update of these kinds, or of any; `future` adds fields that no Bot API has yet."""
    bodies = [
        _object(name, future).map(lambda body, kind=kind: {kind: body})  # type: ignore[misc]
        for kind in kinds or KINDS
        for name in KINDS[kind]
    ]
    return st.builds(
        lambda number, update: {"update_id": number, **update}, _IDS, st.one_of(bodies)
    )


@cache
def _object(name: str, future: bool) -> st.SearchStrategy[dict[str, Any]]:
    if name == "Message":
        return _messages(_AROUND, future)
    if name == "Short":
        return _messages("", future)
    if name == "Under":
        return st.one_of(_object("Short", future), _object("Gone", future))
    return _fields(_OBJECTS[name], future)


def _messages(around: str, future: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Messages of every content; `around` is what may stand beside any of them."""
    return st.one_of(
        [_fields(f"{_HEAD} {around} {content}", future) for content in _CONTENTS.values()]
    )


def _fields(text: str, future: bool) -> st.SearchStrategy[dict[str, Any]]:
    always: dict[str, st.SearchStrategy[Any]] = {}
    perhaps: dict[str, st.SearchStrategy[Any]] = {}
    parts: list[st.SearchStrategy[dict[str, Any]]] = []
    for word in text.split():
        if word in ("WORDS", "CAPTION"):
            parts.append(_words() if word == "WORDS" else st.just({}) | _caption())
            continue
        name, _, kind = word.partition("=")
        into = always if name.endswith("*") else perhaps
        into[name.removesuffix("*")] = _value(kind, future)
    parts.append(st.fixed_dictionaries(always, optional=perhaps))
    if future:
        parts.append(_FUTURE)
    return st.tuples(*parts).map(lambda found: {k: v for part in found for k, v in part.items()})


def _value(kind: str, future: bool) -> st.SearchStrategy[Any]:
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind.startswith(":"):
        return st.sampled_from(kind[1:].split("|"))
    if kind.startswith("["):
        return st.lists(_value(kind[1:-1], future), min_size=1, max_size=3)
    return st.deferred(lambda: _object(kind, future))


def _words() -> st.SearchStrategy[dict[str, Any]]:
    texts = st.one_of(
        _TEXTS, st.sampled_from(["/start", "/start abc-1", "/menu@shop_bot", "Да 👍"])
    )
    return texts.flatmap(lambda text: _with_entities("text", "entities", text))


def _caption() -> st.SearchStrategy[dict[str, Any]]:
    return _TEXTS.flatmap(lambda text: _with_entities("caption", "caption_entities", text))


def _with_entities(key: str, entities_key: str, text: str) -> st.SearchStrategy[dict[str, Any]]:
    """The text, perhaps with parts of it marked: offsets are in UTF-16 units, no sign is halved."""
    bounds = [0]
    for sign in text:
        bounds.append(bounds[-1] + len(sign.encode("utf-16-le")) // 2)
    spans = st.lists(st.sampled_from(bounds), min_size=2, max_size=2, unique=True).map(sorted)
    plain = sorted(ENTITIES - {"text_link", "text_mention", "custom_emoji"})
    entities = st.builds(
        lambda kind, span: {"type": kind, "offset": span[0], "length": span[1] - span[0]},
        st.sampled_from(plain),
        spans,
    )
    return st.fixed_dictionaries(
        {key: st.just(text)}, optional={entities_key: st.lists(entities, min_size=1, max_size=3)}
    )
