"""Everything that Meta may post to a webhook: a table of our own of the kinds and their fields.

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference/messages and the pages
beside it.
"""

from collections.abc import Mapping

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

_PHONE = Text(like=r"[1-9][0-9]{6,14}")
_USER = Text(like=r"[A-Z]{2}\.(ENT\.)?[0-9]{10,25}")
_TIME = Text(like=r"1[0-9]{9}")
_WAMID = Text(like=r"wamid\.[A-Za-z0-9+/]{10,40}={0,2}")
NUMBER = Text(like=r"[0-9]{8,17}")
_WORDS, _MAYBE = Text(), Text(least=0)
_URL = Text(like=r"https://[A-Za-z0-9./?=&%_-]{1,60}")

_ERROR = Fields(
    required={"code": Number(0, 140_000, whole=True), "title": _WORDS},
    optional={
        "message": _MAYBE,
        "error_data": Fields(optional={"details": _MAYBE}),
        "href": _URL,
        "type": _WORDS,
    },
)


def _file(mimes: tuple[str, ...], **more: Shape) -> Fields:
    return Fields(
        required={"id": NUMBER, "mime_type": Choice(mimes)},
        optional={"sha256": _WORDS, "url": _URL, **more},
    )


_REPLY = Fields(required={"id": _WORDS, "title": _WORDS})
_INTERACTIVE: Mapping[str, Fields] = {
    "button_reply": Fields(required={"button_reply": _REPLY}),
    "list_reply": Fields(
        required={
            "list_reply": Fields(
                required={"id": _WORDS, "title": _WORDS}, optional={"description": _MAYBE}
            )
        }
    ),
    "nfm_reply": Fields(
        required={
            "nfm_reply": Fields(
                required={"response_json": Text(like=r'\{("[a-z]{1,5}":"[a-z]{0,5}")?\}')},
                optional={"body": _MAYBE, "name": Choice(("flow", "address_message"))},
            )
        }
    ),
    "call_permission_reply": Fields(
        required={
            "call_permission_reply": Fields(
                required={"response": Choice(("accept", "reject"))},
                optional={
                    "expiration_timestamp": _TIME,
                    "response_source": Choice(("user_action", "automatic")),
                    "is_permanent": Flag(),
                },
            )
        }
    ),
}
_CARD = Fields(
    optional={
        "name": Fields(
            required={"formatted_name": _WORDS},
            optional=dict.fromkeys(("first_name", "last_name", "middle_name", "suffix"), _MAYBE),
        ),
        "phones": Several(
            Fields(optional={"phone": _MAYBE, "wa_id": _PHONE, "type": _WORDS, "user_id": _USER})
        ),
        "emails": Several(Fields(optional={"email": _MAYBE, "type": _WORDS})),
        "addresses": Several(Fields(optional={"street": _MAYBE, "city": _MAYBE, "type": _WORDS})),
        "org": Fields(optional={"company": _MAYBE, "title": _MAYBE}),
        "urls": Several(Fields(optional={"url": _MAYBE, "type": _WORDS})),
        "birthday": Text(like=r"19\d\d-0[1-9]-1\d"),
        "vcard": _MAYBE,
    }
)
_ITEM = Fields(
    required={"product_retailer_id": _WORDS, "quantity": Number(1, 99, whole=True)},
    optional={"item_price": Number(0, 1e6), "currency": Choice(("RUB", "USD", "UZS"))},
)
_TEXT = Fields(required={"text": Fields(required={"body": _WORDS})})
_IMAGE = Fields(required={"image": _file(("image/jpeg", "image/png"), caption=_WORDS)})

CONTENTS: Mapping[str, Fields] = {
    "text": _TEXT,
    "image": _IMAGE,
    "video": Fields(required={"video": _file(("video/mp4", "video/3gpp"), caption=_WORDS)}),
    "audio": Fields(
        required={"audio": _file(("audio/ogg; codecs=opus", "audio/mpeg"), voice=Flag())}
    ),
    "document": Fields(
        required={
            "document": _file(
                ("application/pdf", "text/plain", "application/octet-stream"),
                caption=_WORDS,
                filename=_WORDS,
            )
        }
    ),
    "sticker": Fields(required={"sticker": _file(("image/webp",), animated=Flag())}),
    "location": Fields(
        required={
            "location": Fields(
                required={"latitude": Number(-90, 90), "longitude": Number(-180, 180)},
                optional={"name": _MAYBE, "address": _MAYBE, "url": _URL},
            )
        }
    ),
    "contacts": Fields(required={"contacts": Several(_CARD, least=1)}),
    "reaction": Fields(
        required={"reaction": Fields(required={"message_id": _WAMID}, optional={"emoji": _MAYBE})}
    ),
    "button": Fields(
        required={"button": Fields(required={"text": _WORDS}, optional={"payload": _MAYBE})}
    ),
    "interactive": Fields(required={"interactive": Tagged("type", _INTERACTIVE)}),
    "order": Fields(
        required={
            "order": Fields(
                required={"catalog_id": NUMBER, "product_items": Several(_ITEM, least=1)},
                optional={"text": _MAYBE},
            )
        }
    ),
    "system": Fields(
        required={
            "system": Fields(
                required={
                    "type": Choice(
                        ("user_changed_number", "user_changed_user_id", "customer_identity_changed")
                    )
                },
                optional={
                    "body": _WORDS,
                    "wa_id": _PHONE,
                    "new_wa_id": _PHONE,
                    "user_id": _USER,
                    "identity": _WORDS,
                    "customer": _WORDS,
                },
            )
        }
    ),
    "unsupported": Fields(
        optional={
            "errors": Several(_ERROR, least=1),
            "unsupported": Fields(optional={"type": _WORDS}),
        }
    ),
    "unknown": Fields(optional={"errors": Several(_ERROR, least=1)}),
    "edit": Fields(
        required={
            "edit": Fields(
                required={
                    "original_message_id": _WAMID,
                    "message": Tagged(
                        "type",
                        {
                            kind: Fields(
                                content.required, {"context": Fields(optional={"id": _WAMID})}
                            )
                            for kind, content in (("text", _TEXT), ("image", _IMAGE))
                        },
                    ),
                }
            )
        }
    ),
    "revoke": Fields(
        required={"revoke": Fields(required={"original_message_id": _WAMID})},
    ),
    "poll_of_the_future": Fields(optional={"poll_of_the_future": Anything()}),
}
_CONTEXT = Fields(
    optional={
        "from": _PHONE,
        "id": _WAMID,
        "forwarded": Flag(),
        "frequently_forwarded": Flag(),
        "referred_product": Fields(required={"catalog_id": NUMBER, "product_retailer_id": _WORDS}),
    }
)
_REFERRAL = Fields(
    optional={
        **dict.fromkeys(("source_url", "image_url", "video_url", "thumbnail_url"), _URL),
        **dict.fromkeys(("source_id", "body", "headline", "ctwa_clid"), _MAYBE),
        "source_type": Choice(("ad", "post")),
        "media_type": Choice(("image", "video")),
        "welcome_message": Fields(optional={"text": _MAYBE}),
    }
)
_AROUND: Mapping[str, Shape] = {
    "from": _PHONE,
    "from_user_id": _USER,
    "from_parent_user_id": _USER,
    "group_id": _WORDS,
    "context": _CONTEXT,
    "referral": _REFERRAL,
    "identity": Fields(optional={"acknowledged": Flag(), "hash": _WORDS}),
    "origin": _WORDS,
}
_MESSAGE = Tagged(
    "type",
    {
        kind: Fields(
            {"id": _WAMID, "timestamp": _TIME, **content.required},
            {**_AROUND, **content.optional},
        )
        for kind, content in CONTENTS.items()
    },
)
_ECHO = Tagged(
    "type",
    {
        kind: Fields(
            {"from": _PHONE, "id": _WAMID, "timestamp": _TIME, **content.required},
            {"to": _PHONE, "to_user_id": _USER, **content.optional},
        )
        for kind, content in CONTENTS.items()
        if kind not in ("button", "system", "order")
    },
)
_CONTACT = Fields(
    optional={
        "profile": Fields(optional={"name": _MAYBE, "username": _WORDS}),
        "wa_id": _PHONE,
        "user_id": _USER,
        "parent_user_id": _USER,
        "identity_key_hash": _WORDS,
    }
)
_STATUS = Fields(
    required={
        "id": _WAMID,
        "timestamp": _TIME,
        "status": Choice(("sent", "delivered", "read", "played", "failed", "deleted", "warning")),
    },
    optional={
        "recipient_id": _PHONE,
        "recipient_user_id": _USER,
        "recipient_parent_user_id": _USER,
        "recipient_type": Choice(("individual", "group")),
        "recipient_participant_id": _PHONE,
        "type": Choice(("message", "call")),
        "conversation": Fields(
            optional={
                "id": _WORDS,
                "expiration_timestamp": _TIME,
                "origin": Fields(optional={"type": _WORDS}),
            }
        ),
        "pricing": Fields(
            optional={
                "billable": Flag(),
                "pricing_model": Choice(("CBP", "PMP")),
                "category": _WORDS,
                "type": _WORDS,
            }
        ),
        "errors": Several(_ERROR, least=1),
        "biz_opaque_callback_data": _WORDS,
    },
)
_HEAD: Mapping[str, Shape] = {
    "messaging_product": Choice(("whatsapp",)),
    "metadata": Fields(required={"display_phone_number": _PHONE, "phone_number_id": NUMBER}),
}
_PEOPLE: Mapping[str, Shape] = {"contacts": Several(_CONTACT)}
_HEARD = Fields({**_HEAD, "messages": Several(_MESSAGE, least=1)}, _PEOPLE)
_TOLD = Fields({**_HEAD, "statuses": Several(_STATUS, least=1)}, _PEOPLE)
_TROUBLED = Fields({**_HEAD, "errors": Several(_ERROR, least=1)})
_BOTH = Fields(
    {**_HEAD, "messages": Several(_MESSAGE, least=1), "statuses": Several(_STATUS, least=1)},
    _PEOPLE,
)
_ECHOED = Fields({**_HEAD, "message_echoes": Several(_ECHO, least=1)}, _PEOPLE)

FIELDS: Mapping[str, tuple[Shape, ...]] = {
    "messages": (_HEARD, _TOLD, _TROUBLED, _BOTH),
    "smb_message_echoes": (_ECHOED,),
    **dict.fromkeys(
        (
            "account_update",
            "group_lifecycle_update",
            "group_participants_update",
            "history",
            "message_template_status_update",
            "phone_number_quality_update",
            "smb_app_state_sync",
            "user_preferences",
            "field_of_the_future",
        ),
        (Anything(),),
    ),
}
BODY = Fields(
    required={
        "object": Choice(("whatsapp_business_account",)),
        "entry": Several(
            Fields(
                required={
                    "id": NUMBER,
                    "changes": Several(
                        Fields(required={"field": Choice(tuple(FIELDS)), "value": Anything()}),
                        least=1,
                    ),
                },
                optional={"time": Number(whole=True)},
            ),
            least=1,
        ),
    }
)
