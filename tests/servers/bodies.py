"""Bodies of calls to a fake platform: JSON, a form, or multipart with files."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

from tests.servers.tiny_http import Request

_CONTENT_TYPE = re.compile(rb"(?im)^content-type:([^\r\n]*)")
_DISPOSITION = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclass(slots=True)
class Upload:
    name: str
    content: bytes
    content_type: str = ""


@dataclass(slots=True)
class Parameters:
    """Values that were JSON inside a form are read too: `{"inline_keyboard": …}`, `12`, `true`.

    `texts` has them as they came, of a form alone.
    """

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def parameters_of(request: Request, *, read_json: bool = True) -> Parameters:
    """The parameters of a call, whichever way they came; without `read_json` forms stay texts."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        value = orjson.loads(request.body) if request.body else {}
        return Parameters(value if isinstance(value, dict) else {})
    if kind.startswith("multipart/form-data"):
        return _multipart(request.body, kind, _value if read_json else str)
    pairs = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    texts = dict([*request.query.items(), *pairs])
    read = _value if read_json else str
    return Parameters({key: read(text) for key, text in texts.items()}, texts=texts)


def _multipart(body: bytes, content_type: str, read: Callable[[str], Any]) -> Parameters:
    boundary = content_type.partition("boundary=")[2].split(";")[0].strip('"').encode()
    found = Parameters()
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        content = content.removesuffix(b"\r\n")
        names = dict(_DISPOSITION.findall(head.decode("utf-8", "replace")))
        if "filename" in names:
            of = _CONTENT_TYPE.search(head)
            mime = of[1].decode("latin-1").strip() if of else ""
            found.files[names["name"]] = Upload(names["filename"], content, mime)
        elif "name" in names:
            text = content.decode("utf-8", "replace")
            found.values[names["name"]] = read(text)
            found.texts[names["name"]] = text
    return found


def _value(text: str) -> Any:
    if not text or text[0] not in '{["-0123456789tf':
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
