"""The limits of the Bot API that types cannot say: lengths, ranges, what may stand together.

Everything is from https://core.telegram.org/bots/api. The wordings are Telegram's own where it is
known to answer in them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from tests.servers import bot_api_keyboards as keyboards
from tests.servers import bot_api_prices as prices
from tests.servers.bot_api_calls import Wrong
from tests.servers.bot_api_icons import COLOURS
from tests.servers.bot_api_names import ACTIONS, ALLOWED_UPDATES, DICE, REACTIONS, SCOPES
from tests.servers.bot_api_texts import length_of, text_wrongs, units

Values = Mapping[str, Any]
Found = Iterator[Wrong]

FOREVER = 0x7FFFFFFF
"""A live location with this period is never over."""

_MIXING = {"photo": "", "video": "", "document": "Document", "audio": "Audio"}


# ---------------------------------------------------------------- texts


def _text(values: Values, name: str = "text") -> Found:
    text = str(values.get(name, ""))
    yield from _texts(text, values, "entities")
    if not length_of(text, values.get("parse_mode")):
        yield Wrong("the text is empty", "message text is empty")
    if length_of(text, values.get("parse_mode")) > 4096:
        yield Wrong("the text is longer than 4096", "message is too long")
    if values.get("inline_message_id") is not None and values.get("chat_id") is not None:
        yield Wrong("a message is named by its chat or by inline_message_id, not both")


def _caption(values: Values) -> Found:
    caption = str(values.get("caption", ""))
    yield from _texts(caption, values, "caption_entities")
    if length_of(caption, values.get("parse_mode")) > 1024:
        yield Wrong("the caption is longer than 1024", "message caption is too long")


def _texts(text: str, values: Values, name: str) -> Found:
    entities = values.get(name)
    if values.get("parse_mode") and entities:
        yield Wrong(f"parse_mode and {name} exclude one another")
    for what, answer in text_wrongs(text, values.get("parse_mode"), entities or ()):
        yield Wrong(what, answer)


def _named(values: Values) -> Found:
    """An edit names a message of a chat, or an inline message."""
    if values.get("inline_message_id") is None and values.get("message_id") is None:
        yield Wrong("an edit without a message", "message identifier is not specified")
    elif values.get("inline_message_id") is None and values.get("chat_id") is None:
        yield Wrong("an edit without a chat", "chat_id is empty")


# ---------------------------------------------------------------- media, places, people


def _album(values: Values) -> Found:
    media: Sequence[Values] = values["media"]
    if len(media) < 2:
        yield Wrong("an album of one", "there must be at least 2 media in an album")
    if len(media) > 10:
        yield Wrong("an album of more than ten", "too many messages to send as an album")
    families = {_MIXING[part["type"]] for part in media}
    if len(families) > 1:
        named = max(families)
        yield Wrong(f"{families} in an album", f"{named} can't be mixed with other media types")


def _media(where: str, media: Values) -> Found:
    yield from _caption(media)


def _place(values: Values) -> Found:
    for name, most in (("latitude", 90), ("longitude", 180)):
        if not -most <= float(values[name]) <= most:
            yield Wrong(f"the {name} is {values[name]}", "invalid location specified")
    if not 0 <= float(values.get("horizontal_accuracy", 0)) <= 1500:
        yield Wrong("the accuracy is no 0-1500 metres")
    period = values.get("live_period")
    if period is not None and period != FOREVER and not 60 <= int(period) <= 86400:
        yield Wrong(f"the period is {period}", "wrong live location period specified")
    if not 1 <= int(values.get("heading", 1)) <= 360:
        yield Wrong("the heading is no 1-360 degrees")
    if not 1 <= int(values.get("proximity_alert_radius", 1)) <= 100_000:
        yield Wrong("the radius is no 1-100000 metres")


def _contact(values: Values) -> Found:
    if not re.search(r"\d", values["phone_number"]):
        yield Wrong("a phone number without digits", "PHONE_NUMBER_INVALID")
    if len(values.get("vcard", "").encode()) > 2048:
        yield Wrong("a vCard of more than 2048 bytes")


def _dice(values: Values) -> Found:
    if values.get("emoji", DICE[0]) not in DICE:
        yield Wrong(f"{values['emoji']} is no die", "EMOTICON_INVALID")


def _poll(values: Values) -> Found:
    if not 1 <= units(values["question"]) <= 300:
        yield Wrong("a question of no 1-300", "poll question length must not exceed 300")
    if not 1 <= len(values["options"]) <= 12:
        yield Wrong("a poll of no 1-12 options", "poll can't have more than 12 options")
    if any(not 1 <= units(option["text"]) <= 100 for option in values["options"]):
        yield Wrong("an option of no 1-100", "poll options length must not exceed 100")
    if values.get("type", "regular") not in ("regular", "quiz"):
        yield Wrong(f"a poll {values['type']}", "unsupported poll type specified")


# ---------------------------------------------------------------- the bot itself


def _webhook(values: Values) -> Found:
    address = urlsplit(values.get("url", ""))
    here = address.hostname in ("127.0.0.1", "localhost")
    if values.get("url") and not here and address.scheme != "https":
        yield Wrong(
            "a webhook without TLS", "bad webhook: An HTTPS URL must be provided for webhook"
        )
    if not here and (address.port or 443) not in (80, 88, 443, 8443):
        yield Wrong(
            f"a webhook on port {address.port}",
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        )
    secret = values.get("secret_token", "")
    if len(secret) > 256:
        yield Wrong("a secret longer than 256", "secret token is too long")
    if not re.fullmatch("[A-Za-z0-9_-]*", secret):
        yield Wrong("a secret of other signs", "secret token contains unallowed characters")
    if not 1 <= values.get("max_connections", 40) <= 100:
        yield Wrong("max_connections is no 1-100")
    yield from _wanted(values)


def _wanted(values: Values) -> Found:
    for name in values.get("allowed_updates", ()):
        if name not in ALLOWED_UPDATES:
            yield Wrong(f"{name} is no kind of update")


def _polling(values: Values) -> Found:
    if not 1 <= values.get("limit", 100) <= 100:
        yield Wrong("limit is no 1-100")
    yield from _wanted(values)


def _commands(values: Values) -> Found:
    if len(values["commands"]) > 100:
        yield Wrong("more than 100 commands", "BOT_COMMANDS_TOO_MUCH")
    names = [command["command"] for command in values["commands"]]
    if len(set(names)) < len(names):
        yield Wrong("a command twice")
    yield from _language(values)


def _language(values: Values) -> Found:
    if not re.fullmatch("([a-z]{2})?", values.get("language_code", "")):
        yield Wrong(f"the language {values['language_code']}", "LANG_CODE_INVALID")


def _command(where: str, command: Values) -> Found:
    if not re.fullmatch("[a-z0-9_]{1,32}", command["command"]):
        yield Wrong(f"{where} is {command['command']!r}", "BOT_COMMAND_INVALID")
    if not 1 <= len(command["description"]) <= 256:
        yield Wrong(f"{where} has no 1-256 words on it", "BOT_COMMAND_DESCRIPTION_INVALID")


def _scope(where: str, scope: Values) -> Found:
    if scope["type"] not in SCOPES:
        yield Wrong(
            f"{where} is {scope['type']}", "can't parse BotCommandScope: unsupported type specified"
        )
    elif scope["type"].startswith("chat") and "chat_id" not in scope:
        yield Wrong(f"{where} names no chat", "chat_id is empty")


def _menu_button(where: str, button: Values) -> Found:
    if button["type"] not in ("commands", "web_app", "default"):
        yield Wrong(f"{where} is {button['type']}", "MenuButton has unsupported type")
    elif button["type"] == "web_app" and not ("text" in button and "web_app" in button):
        yield Wrong(f"{where} opens nothing", "can't parse MenuButton: web_app is required")


def _topic_made(values: Values) -> Found:
    yield from _topic_name(values)
    if values.get("icon_color", COLOURS[0]) not in COLOURS:
        yield Wrong(f"the colour {values['icon_color']}", "TOPIC_ICON_COLOR_INVALID")


def _topic_name(values: Values) -> Found:
    name = values.get("name")
    if name is not None and not name.strip():
        yield Wrong("a topic without a name", "TOPIC_TITLE_EMPTY")
    elif name is not None and len(name) > 128:
        yield Wrong("a topic's name of more than 128", "TOPIC_TITLE_TOO_LONG")


def _inline_answer(values: Values) -> Found:
    if len(values["results"]) > 50:
        yield Wrong("more than 50 results", "RESULTS_TOO_MUCH")
    names = [one.get("id") for one in values["results"]]
    if any(not isinstance(one, str) or not 1 <= len(one.encode()) <= 64 for one in names):
        yield Wrong("a result with an id of no 1-64 bytes", "RESULT_ID_INVALID")
    if len(set(names)) < len(names):
        yield Wrong("a result's id twice", "RESULT_ID_DUPLICATE")


def _callback_answer(values: Values) -> Found:
    if len(values.get("text", "")) > 200:
        yield Wrong("a notice longer than 200", "MESSAGE_TOO_LONG")


def _action(values: Values) -> Found:
    if values["action"] not in ACTIONS:
        yield Wrong(f"the action {values['action']}", "wrong parameter action in request")


def _reactions(values: Values) -> Found:
    if len(values.get("reaction", ())) > 1:
        yield Wrong("a bot sets one reaction", "REACTIONS_TOO_MANY")


def _reaction(where: str, reaction: Values) -> Found:
    kind = reaction["type"]
    if kind == "emoji" and reaction.get("emoji") not in REACTIONS:
        yield Wrong(f"{where} is {reaction.get('emoji')}", "REACTION_INVALID")
    elif kind not in ("emoji", "custom_emoji"):
        yield Wrong(f"{where} is {kind}", "invalid reaction type specified")


def _all(*rules: Callable[[Values], Iterable[Wrong]]) -> Callable[[Values], Iterable[Wrong]]:
    return lambda values: chain.from_iterable(rule(values) for rule in rules)


OF_METHODS: Mapping[str, Callable[[Values], Iterable[Wrong]]] = {
    "setWebhook": _webhook,
    "getUpdates": _polling,
    "sendMessage": _text,
    **dict.fromkeys(
        ("sendPhoto", "sendVideo", "sendAudio", "sendVoice", "sendAnimation", "sendDocument"),
        _caption,
    ),
    "copyMessage": _caption,
    "sendMediaGroup": _album,
    "sendLocation": _place,
    "sendVenue": _place,
    "sendContact": _contact,
    "sendDice": _dice,
    "sendPoll": _poll,
    "sendInvoice": prices.invoice,
    "createInvoiceLink": prices.invoice,
    "answerPreCheckoutQuery": prices.checkout_answer,
    "answerShippingQuery": prices.shipping_answer,
    "answerCallbackQuery": _callback_answer,
    "answerInlineQuery": _inline_answer,
    "createForumTopic": _topic_made,
    "editForumTopic": _topic_name,
    "editMessageText": _all(_named, _text),
    "editMessageCaption": _all(_named, _caption),
    "editMessageReplyMarkup": _named,
    "editMessageMedia": _named,
    "editMessageLiveLocation": _all(_named, _place),
    "stopMessageLiveLocation": _named,
    "setMessageReaction": _reactions,
    "sendChatAction": _action,
    "setMyCommands": _commands,
    "deleteMyCommands": _language,
    "getMyCommands": _language,
}
OF_OBJECTS: Mapping[str, Callable[[str, Values], Iterable[Wrong]]] = {
    "InlineKeyboardMarkup": keyboards.inline_keyboard,
    "InlineKeyboardButton": keyboards.inline_button,
    "ReplyKeyboardMarkup": keyboards.keyboard,
    "KeyboardButton": keyboards.keyboard_button,
    "WebApp": keyboards.web_app,
    "LabeledPrice": prices.price,
    "BotCommand": _command,
    "CommandScope": _scope,
    "MenuButton": _menu_button,
    "Reaction": _reaction,
    **dict.fromkeys(("photo", "video", "animation", "audio", "document"), _media),
}
