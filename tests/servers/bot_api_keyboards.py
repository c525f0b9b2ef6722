"""The limits of keyboards: https://core.telegram.org/bots/api#inlinekeyboardbutton and #keyboardbutton."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from tests.servers.bot_api_calls import Wrong

Values = Mapping[str, Any]
Found = Iterator[Wrong]

_LINKS = ("http://", "https://", "tg://", "ton://")
_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
_REQUESTS = (
    "request_users",
    "request_chat",
    "request_managed_bot",
    "request_contact",
    "request_location",
    "request_poll",
    "web_app",
)


def inline_keyboard(where: str, markup: Values) -> Found:
    rows: Sequence[Sequence[Values]] = markup["inline_keyboard"]
    if sum(map(len, rows)) > 100:
        yield Wrong(f"{where} has more than 100 buttons", "reply markup is too long")
    if any(not row for row in rows):
        yield Wrong(f"{where} has an empty row")
    for place, button in enumerate(chain.from_iterable(rows)):
        if "pay" in button and (place or not where.startswith("sendInvoice")):
            yield Wrong(f"{where}: pay stands first in an invoice alone", "BUTTON_TYPE_INVALID")


def inline_button(where: str, button: Values) -> Found:
    does = [name for name in _ACTIONS if name in button]
    if not does:
        yield Wrong(f"{where} does nothing", "text buttons are unallowed in the inline keyboard")
    if len(does) > 1:
        yield Wrong(f"{where} does {' and '.join(does)}")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode("utf-8", "surrogatepass")) <= 64:
        yield Wrong(f"{where} has data of no 1-64 bytes", "BUTTON_DATA_INVALID")
    if "url" in button and not _is_link(button["url"]):
        yield Wrong(f"{where} leads to no address", "BUTTON_URL_INVALID")
    if "copy_text" in button and not 1 <= len(button["copy_text"]["text"]) <= 256:
        yield Wrong(f"{where} copies no 1-256 characters", "BUTTON_COPY_TEXT_INVALID")
    yield from _style(where, button)


def keyboard(where: str, markup: Values) -> Found:
    rows = markup["keyboard"]
    if not any(rows):
        yield Wrong(f"{where} has no buttons", "reply markup is too short")
    if sum(map(len, rows)) > 300:
        yield Wrong(f"{where} has more than 300 buttons", "reply markup is too long")
    if len(markup.get("input_field_placeholder", "")) > 64:
        yield Wrong(f"{where} has a placeholder longer than 64")


def keyboard_button(where: str, button: Values) -> Found:
    asks = [name for name in _REQUESTS if button.get(name)]
    if len(asks) > 1:
        yield Wrong(f"{where} asks for {' and '.join(asks)}")
    yield from _style(where, button)


def _style(where: str, button: Values) -> Found:
    if button.get("style") not in (None, "danger", "success", "primary"):
        yield Wrong(f"{where} has the style {button['style']}", "invalid button style specified")


def web_app(where: str, app: Values) -> Found:
    if not str(app["url"]).startswith("https://"):
        yield Wrong(f"{where} is no HTTPS address", "BUTTON_URL_INVALID")


def _is_link(link: str) -> bool:
    """Telegram takes `example.com` for an address too."""
    if not link.startswith(_LINKS):
        return "://" not in link and "." in link and " " not in link
    return bool(urlsplit(link).netloc)
