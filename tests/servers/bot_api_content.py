"""What a message holds: made from the parameters of the call that sends or edits it."""

from collections.abc import Mapping
from typing import Any

from tests.servers.bodies import Parameters
from tests.servers.bot_api_chats import MEDIA_FIELDS, Message
from tests.servers.bot_api_files import KINDS, Files
from tests.servers.bot_api_texts import shown

_KEPT = (
    *MEDIA_FIELDS,
    *("text", "entities", "caption", "caption_entities", "location", "venue", "contact"),
    *("dice", "poll"),
)


class Content:
    def __init__(self, files: Files) -> None:
        self._files = files

    def of(self, method: str, parameters: Parameters) -> Message:
        """The fields of a new message."""
        values = parameters.values
        if method in KINDS:
            return {**self._files.sent(KINDS[method], parameters), **_caption(values)}
        return _MADE[method](values) if method in _MADE else {}

    def of_edit(self, method: str, parameters: Parameters) -> Message:
        """The fields that an edit puts in place of what was there."""
        values = parameters.values
        if method == "editMessageText":
            return _text(values)
        if method == "editMessageCaption":
            return _caption(values)
        if method == "editMessageMedia":
            media = values["media"]
            one = Parameters({media["type"]: media["media"]}, parameters.files)
            return {**self._files.sent(media["type"], one), **_caption(media)}
        return {"location": _place(values)} if method == "editMessageLiveLocation" else {}

    def again(self, message: Mapping[str, Any]) -> Message:
        """The fields that go along when a message is copied or forwarded."""
        return {key: message[key] for key in _KEPT if key in message}


def _text(values: Mapping[str, Any]) -> Message:
    text = {"text": shown(str(values.get("text", "")), values.get("parse_mode"))}
    return text | ({"entities": values["entities"]} if values.get("entities") else {})


def _caption(values: Mapping[str, Any]) -> Message:
    caption = shown(str(values.get("caption", "")), values.get("parse_mode"))
    entities = values.get("caption_entities")
    if not caption:
        return {}
    return {"caption": caption} | ({"caption_entities": entities} if entities else {})


def _place(values: Mapping[str, Any]) -> Message:
    names = (
        *("latitude", "longitude", "horizontal_accuracy", "live_period", "heading"),
        "proximity_alert_radius",
    )
    return {name: values[name] for name in names if name in values}


def _venue(values: Mapping[str, Any]) -> Message:
    place = _place(values)
    venue = {"location": place, "title": values["title"], "address": values["address"]}
    return {"location": place, "venue": venue}


def _contact(values: Mapping[str, Any]) -> Message:
    names = ("phone_number", "first_name", "last_name", "vcard")
    return {"contact": {name: values[name] for name in names if name in values}}


def _invoice(values: Mapping[str, Any]) -> Message:
    return {
        "invoice": {
            "title": values["title"],
            "description": values["description"],
            "start_parameter": values.get("start_parameter", ""),
            "currency": values["currency"],
            "total_amount": sum(price["amount"] for price in values["prices"]),
        }
    }


def _poll(values: Mapping[str, Any]) -> Message:
    options = [
        {"persistent_id": str(place), "text": option["text"], "voter_count": 0}
        for place, option in enumerate(values["options"])
    ]
    return {
        "poll": {
            "id": "1",
            "question": values["question"],
            "options": options,
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": values.get("is_anonymous", True),
            "type": values.get("type", "regular"),
            "allows_multiple_answers": values.get("allows_multiple_answers", False),
            "allows_revoting": values.get("allows_revoting", True),
            "members_only": values.get("members_only", False),
        }
    }


_MADE = {
    "sendMessage": _text,
    "sendLocation": lambda values: {"location": _place(values)},
    "sendVenue": _venue,
    "sendContact": _contact,
    "sendDice": lambda values: {"dice": {"emoji": values.get("emoji", "🎲"), "value": 4}},
    "sendPoll": _poll,
    "sendInvoice": _invoice,
}
