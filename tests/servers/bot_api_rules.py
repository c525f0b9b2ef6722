"""Holds a call against the table of the Bot API: parameters, their types, and the limits on them.

Telegram is lenient: it drops a parameter it does not know and reads "5" as 5. Such a call is wrong
here too, so that a bot's mistake is seen, but it is done as Telegram would do it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.servers.bodies import Parameters
from tests.servers.bot_api_calls import MARKUPS, MEDIA, METHODS, OBJECTS, Parameter, Wrong
from tests.servers.bot_api_limits import OF_METHODS, OF_OBJECTS

Found = Iterator[Wrong]
Values = Mapping[str, Any]

_EMPTY = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "latitude": "latitude is empty",
    "longitude": "longitude is empty",
    "media": "can't parse media JSON object",
    "action": "wrong parameter action in request",
    "file_id": "file_id not specified",
    "commands": "can't parse commands JSON object",
    "prices": "there must be at least one price",
    "message_id": "message identifier is not specified",
}
_FILES = {"photo", "video", "audio", "voice", "document", "sticker", "animation", "video_note"}


def check(method: str, parameters: Parameters) -> list[Wrong]:
    """Everything that is wrong with a call; the first with an answer is what Telegram complains of."""
    table = METHODS.get(method)
    if table is None:
        return [Wrong(f"there is no method {method}", "Not Found: method not found")]
    values = {**parameters.values, **dict.fromkeys(parameters.files, _UPLOADED)}
    attached = {name for name in parameters.files if name not in table}
    for name in attached:
        del values[name]
    found = list(_fields(method, table, values))
    if not any(wrong.type for wrong in found):
        found += OF_METHODS[method](values) if method in OF_METHODS else ()
    referred = set(_references(parameters.values))
    found += [
        Wrong(f"the file {name} is sent and nothing refers to it") for name in attached - referred
    ]
    found += [
        Wrong(f"attach://{name} refers to no file", "wrong file identifier/HTTP URL specified")
        for name in referred - set(parameters.files)
    ]
    return found


def as_typed(method: str, parameters: Parameters) -> None:
    """In forms all is text: where a string is expected, what looked like JSON becomes text again."""
    for name, declared in METHODS.get(method, {}).items():
        if declared.type in ("str", "file") and name in parameters.texts:
            parameters.values[name] = parameters.texts[name]


class _Uploaded:
    """Stands for a file in the values of a call."""

    def __repr__(self) -> str:
        return "a file"


_UPLOADED = _Uploaded()


def _fields(where: str, table: Mapping[str, Parameter], values: Values) -> Found:
    for name in values.keys() - table.keys():
        yield Wrong(f"{where} has no {name}")
    for name, declared in table.items():
        value = values.get(name)
        if value is None or (value == "" and declared.required):
            if declared.required and not _may_be_empty(where, name, value):
                yield Wrong(f"{where} needs {name}", _missing(where, name), type=True)
        else:
            yield from _value(f"{where}.{name}", declared.type, value)


def _may_be_empty(where: str, name: str, value: Any) -> bool:
    return (where, name, value) == ("setWebhook", "url", "")


def _missing(where: str, name: str) -> str:
    if name in _FILES and where.startswith("send"):
        return f"there is no {name.replace('_', ' ')} in the request"
    if "." in where:
        return f'can\'t find field "{name}"'
    return _EMPTY.get(name, f'parameter "{name}" is required')


def _value(where: str, kind: str, value: Any) -> Found:
    if kind.startswith("["):
        if not isinstance(value, list):
            yield Wrong(f"{where} is {value!r}, no array", _unread(where), type=True)
            return
        for place, inner in enumerate(value):
            yield from _value(f"{where}[{place}]", kind[1:-1], inner)
    elif kind in _PLAIN:
        yield from _plain(where, kind, value)
    else:
        yield from _object(where, kind, value)


_PLAIN: dict[str, Callable[[Any], bool]] = {
    "str": lambda value: isinstance(value, str),
    "int": lambda value: type(value) is int,
    "float": lambda value: type(value) in (int, float),
    "bool": lambda value: isinstance(value, bool),
    "chat": lambda value: type(value) is int or (isinstance(value, str) and value != ""),
    "file": lambda value: isinstance(value, str | _Uploaded),
    "object": lambda value: isinstance(value, dict),
}
_LENIENT = {"int": "0123456789-", "float": "0123456789-."}


def _plain(where: str, kind: str, value: Any) -> Found:
    if _PLAIN[kind](value):
        return
    digits = _LENIENT.get(kind, "")
    taken = isinstance(value, str) and value and all(letter in digits for letter in value)
    taken = taken or (kind in ("str", "bool") and type(value) in (str, int, float, bool))
    what = f"{where} is {value!r}, no {kind}"
    yield Wrong(what, "" if taken else _unread(where), type=True)


def _object(where: str, kind: str, value: Any) -> Found:
    if kind == "KeyboardButton" and isinstance(value, str):
        return
    if not isinstance(value, dict):
        yield Wrong(f"{where} is {value!r}, no object", _unread(where), type=True)
        return
    if kind == "Markup":
        name = next((MARKUPS[key] for key in MARKUPS if key in value), None)
        if name is None:
            # Telegram takes an object without any of the keys for no markup at all.
            yield Wrong(f"{where} is {value!r}, no reply markup")
            return
        kind = name
    elif kind in ("AlbumMedia", "Media"):
        kind = str(value.get("type"))
        if kind not in MEDIA or (where.startswith("sendMediaGroup") and kind == "animation"):
            what = f"{where} has the type {kind}"
            yield Wrong(what, "can't parse InputMedia: invalid media type specified", type=True)
            return
    found = list(_fields(where, OBJECTS[kind], value))
    yield from found
    if kind in OF_OBJECTS and not any(wrong.type for wrong in found):
        yield from OF_OBJECTS[kind](where, value)


def _unread(where: str) -> str:
    name = where.partition(".")[2].partition(".")[0].partition("[")[0]
    return {
        "reply_markup": "object expected as reply markup",
        "commands": "can't parse commands JSON object",
        "media": "can't parse media JSON object",
        "prices": "can't parse prices JSON object",
        "reply_parameters": "object expected as reply parameters",
        "shipping_options": "can't parse shipping options JSON object",
        "message_id": "message identifier is not specified",
    }.get(name, f'field "{name}" has a wrong type')


def _references(value: Any) -> Iterator[str]:
    """The names behind every `attach://` in it."""
    if isinstance(value, str) and value.startswith("attach://"):
        yield value.removeprefix("attach://")
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
