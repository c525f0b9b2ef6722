"""What may be sent to the Cloud API, call by call: a table made from Meta's public documentation.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages and the pages named
below. graph_checks.py holds every call against it.
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

_URL = Text(like=r"https?://\S+", most=2000)
_ID = Text(most=256)
_WORDS = Text()


def _media(**more: Text) -> Fields:
    return Fields(optional={"id": _ID, "link": _URL, **more}, one_of=[("id", "link")])


_CAPTION = Text(1024, least=0)
_IMAGE, _VIDEO = _media(caption=_CAPTION), _media(caption=_CAPTION)
_DOCUMENT = _media(caption=_CAPTION, filename=Text(240))

# https://developers.facebook.com/docs/whatsapp/cloud-api/messages/contacts-messages
_CONTACT = Fields(
    required={
        "name": Fields(
            required={"formatted_name": _WORDS},
            optional=dict.fromkeys(
                ("first_name", "last_name", "middle_name", "suffix", "prefix"), Text(least=0)
            ),
        )
    },
    optional={
        "addresses": Several(
            Fields(
                optional=dict.fromkeys(
                    ("street", "city", "state", "zip", "country", "country_code", "type"),
                    Text(least=0),
                )
            )
        ),
        "birthday": Text(like=r"\d{4}-\d\d-\d\d"),
        "emails": Several(Fields(optional={"email": _WORDS, "type": _WORDS})),
        "org": Fields(
            optional=dict.fromkeys(("company", "department", "title"), Text(least=0)),
        ),
        "phones": Several(Fields(optional={"phone": _WORDS, "wa_id": _WORDS, "type": _WORDS})),
        "urls": Several(Fields(optional={"url": _WORDS, "type": _WORDS})),
    },
)

# https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-reply-buttons-messages
# and the pages of lists, call-to-action links, requests for a location and Flows beside it. The
# page of lists alone grants a body of 4096 characters; every other description says 1024.
_BODY = Fields(required={"text": Text(1024)})
_FOOTER = {"footer": Fields(required={"text": Text(60)})}
_TEXT_HEADER = Fields(required={"text": Text(60)})
_ANY_HEADER = {
    "header": Tagged(
        "type",
        {
            "text": _TEXT_HEADER,
            "image": Fields(required={"image": _media()}),
            "video": Fields(required={"video": _media()}),
            "document": Fields(required={"document": _media(filename=Text(240))}),
        },
    )
}
_NO_SPACESAROUND = r"\S(?s:.*\S)?"
_BUTTON = Fields(
    required={
        "type": Choice(("reply",)),
        "reply": Fields(
            required={"id": Text(256, like=_NO_SPACESAROUND), "title": Text(20)},
        ),
    }
)
_ROW = Fields(
    required={"id": Text(200), "title": Text(24)}, optional={"description": Text(72, least=0)}
)
_SECTION = Fields(
    required={"rows": Several(_ROW, least=1, most=10)}, optional={"title": Text(24, least=0)}
)
_FLOW = Fields(
    required={"flow_message_version": Choice(("3",)), "flow_cta": Text(30)},
    optional={
        "flow_id": _ID,
        "flow_name": _WORDS,
        "flow_token": _WORDS,
        "mode": Choice(("draft", "published")),
        "flow_action": Choice(("navigate", "data_exchange")),
        "flow_action_payload": Fields(required={"screen": _WORDS}, optional={"data": Anything()}),
    },
    one_of=[("flow_id", "flow_name")],
)
INTERACTIVE = Tagged(
    "type",
    {
        "button": Fields(
            required={
                "body": _BODY,
                "action": Fields(required={"buttons": Several(_BUTTON, least=1, most=3)}),
            },
            optional={**_ANY_HEADER, **_FOOTER},
        ),
        "list": Fields(
            required={
                "body": _BODY,
                "action": Fields(
                    required={"button": Text(20), "sections": Several(_SECTION, least=1, most=10)}
                ),
            },
            optional={"header": Tagged("type", {"text": _TEXT_HEADER}), **_FOOTER},
        ),
        "cta_url": Fields(
            required={
                "body": _BODY,
                "action": Fields(
                    required={
                        "name": Choice(("cta_url",)),
                        "parameters": Fields(required={"display_text": Text(20), "url": _URL}),
                    }
                ),
            },
            optional={**_ANY_HEADER, **_FOOTER},
        ),
        "location_request_message": Fields(
            required={
                "body": _BODY,
                "action": Fields(required={"name": Choice(("send_location",))}),
            }
        ),
        "flow": Fields(
            required={
                "body": _BODY,
                "action": Fields(required={"name": Choice(("flow",)), "parameters": _FLOW}),
            },
            optional={**_ANY_HEADER, **_FOOTER},
        ),
    },
)

# https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates
_PARAMETER = Tagged(
    "type",
    {
        "text": Fields(required={"text": Text(32768)}, optional={"parameter_name": _WORDS}),
        "currency": Fields(
            required={
                "currency": Fields(
                    required={
                        "fallback_value": _WORDS,
                        "code": Text(3, least=3),
                        "amount_1000": Number(whole=True),
                    }
                )
            }
        ),
        "date_time": Fields(required={"date_time": Fields(required={"fallback_value": _WORDS})}),
        "image": Fields(required={"image": _media()}),
        "video": Fields(required={"video": _media()}),
        "document": Fields(required={"document": _media(filename=Text(240))}),
        "payload": Fields(required={"payload": Text(128)}),
        "action": Fields(required={"action": Anything()}),
        "coupon_code": Fields(required={"coupon_code": Text(20)}),
    },
)
_TEMPLATE = Fields(
    required={
        "name": Text(512, like=r"[a-z0-9_]+"),
        "language": Fields(
            required={"code": Text(like=r"[a-z]{2,3}(_[A-Z]{2,3})?")},
            optional={"policy": Choice(("deterministic",))},
        ),
    },
    optional={
        "components": Several(
            Fields(
                required={"type": Choice(("header", "body", "button"))},
                optional={
                    "sub_type": Choice(("quick_reply", "url", "copy_code", "flow", "catalog")),
                    "index": Number(0, 9, in_words=True),
                    "parameters": Several(_PARAMETER),
                },
            )
        )
    },
)

KINDS: Mapping[str, Shape] = {
    "text": Fields(required={"body": Text(4096)}, optional={"preview_url": Flag()}),
    "image": _IMAGE,
    "video": _VIDEO,
    "audio": Fields(optional={"id": _ID, "link": _URL, "voice": Flag()}, one_of=[("id", "link")]),
    "document": _DOCUMENT,
    "sticker": _media(),
    "location": Fields(
        required={
            "latitude": Number(-90, 90, in_words=True),
            "longitude": Number(-180, 180, in_words=True),
        },
        optional={"name": Text(1000, least=0), "address": Text(1000, least=0)},
    ),
    "contacts": Several(_CONTACT, least=1, most=257),
    "reaction": Fields(required={"message_id": _WORDS, "emoji": Text(16, least=0)}),
    "interactive": INTERACTIVE,
    "template": _TEMPLATE,
}
MESSAGING: Mapping[str, Shape] = {"messaging_product": Choice(("whatsapp",))}
AROUND: Mapping[str, Shape] = {
    "recipient_type": Choice(("individual", "group")),
    "to": Text(like=r"\+?[1-9][\d ()-]{5,20}"),
    "recipient": Text(like=r"[A-Z]{2}\.(ENT\.)?\w{1,128}"),
    "type": Choice(tuple(KINDS)),
    "context": Fields(required={"message_id": _WORDS}),
    "biz_opaque_callback_data": Text(512),
}
GROUP: Mapping[str, Shape] = {**AROUND, "to": _WORDS}
# https://developers.facebook.com/docs/whatsapp/cloud-api/typing-indicators
READ = Fields(
    required={**MESSAGING, "status": Choice(("read",)), "message_id": _WORDS},
    optional={"typing_indicator": Fields(required={"type": Choice(("text",))})},
)
UPLOAD = Fields(required=MESSAGING, optional={"type": _WORDS})
SUBSCRIBING = Fields(optional={"override_callback_uri": _URL, "verify_token": _WORDS})
