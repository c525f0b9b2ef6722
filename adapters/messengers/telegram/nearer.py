"""What goes out where Telegram refuses a call: the nearest form it may take instead."""

import re
from collections.abc import Mapping
from itertools import chain
from typing import Any

from adapters.bot_media import TOO_LARGE
from adapters.messengers.telegram.media import CAPTIONED, METHODS, Call
from bots.shaping import ONLY_BUTTONS

_KINDS = {method: kind for kind, method in METHODS.items()}
_OF_TYPE = re.compile(r"can't use file of type (\w+) as", re.IGNORECASE)
_TYPES = {
    "photo": "photo",
    "video": "video",
    "videonote": "video_note",
    "animation": "animation",
    "audio": "audio",
    "voice": "voice",
    "voicenote": "voice",
    "document": "document",
    "sticker": "sticker",
}
"""What kinds of files are called in refusals, without underscores."""

_OF_FILES = ("http url", "web page", "webpage", "file", "media", "photo", "image", "video")
_MISSING = ("there is no such file", "no folder to take files from")


def nearer(refused: Mapping[str, Any], why: str) -> list[Call]:
    """The calls to make in its place, none where there is nothing left to say."""
    said = why.lower()
    too_large = any(part in said for part in (TOO_LARGE, "too large", "too big"))
    if "instead" in refused:
        return [_words(refused, refused["instead"])]
    if "button_" in said and (without := _without_links(refused)):
        return without
    if "entit" in said and not too_large and (plain := _plain(refused)):
        return plain
    method = refused["method"]
    if method == "sendInvoice":
        return [_bill(refused)]
    if method == "sendMediaGroup":
        of_files = too_large or any(part in said for part in _OF_FILES)
        if of_files and "none of the album" not in said:
            return _one_by_one(refused)
        captions = [part for part in refused["media"] if "caption" in part]
        return (
            [_words({**captions[0], **_rest(refused)}, captions[0]["caption"])] if captions else []
        )
    kind = _KINDS.get(method)
    return _other(refused, kind, said) if kind is not None else []


def _bill(refused: Mapping[str, Any]) -> Call:
    """What was to be paid, and the buttons without the one that pays."""
    call = _words(refused, f"{refused['title']}\n{refused['description']}")
    rows = call.pop("reply_markup", {}).get("inline_keyboard", ())
    kept = [row for row in rows if not any("pay" in button for button in row)]
    return {**call, "reply_markup": {"inline_keyboard": kept}} if kept else call


def _other(refused: Mapping[str, Any], kind: str, said: str) -> list[Call]:
    """For a file: as what it is, as a document, as a link, at last the words that stood under it."""
    ref = refused.get(kind)
    if (told := _OF_TYPE.search(said)) is not None and ref is not None:
        return _as(refused, kind, _TYPES.get(told[1].replace("_", ""), "document"), ref)
    upload = refused.get("upload")
    if upload is not None and kind != "document" and not any(part in said for part in _MISSING):
        rest = _without(refused, "upload")
        file = {"field": "document", "file": upload["file"]}
        return [{**rest, "method": METHODS["document"], "upload": file}]
    caption = refused.get("caption", "")
    if isinstance(ref, str) and "://" in ref:
        return [_words(refused, f"{caption}\n{ref}".strip())]
    return [_words(refused, caption)] if caption else []


def _as(refused: Mapping[str, Any], kind: str, other: str, ref: Any) -> list[Call]:
    if other == kind:
        caption = refused.get("caption", "")
        return [_words(refused, caption)] if caption else []
    call = {**_without(refused, kind), "method": METHODS[other], other: ref}
    caption = call.get("caption", "")
    if not caption or call["method"] in CAPTIONED:
        return [call]
    words = _words(refused, caption)
    words.pop("reply_parameters", None)
    return [_without(call, "caption", "caption_entities", "reply_markup"), words]


def _one_by_one(refused: Mapping[str, Any]) -> list[Call]:
    files = {upload["at"]: upload for upload in refused.get("uploads", ())}
    calls = []
    for at, part in enumerate(refused["media"]):
        kind = part["type"]
        call: Call = {"method": METHODS[kind], "chat_id": refused["chat_id"]}
        call |= _without(part, "type", "media")
        if at in files:
            call["upload"] = {"field": kind, "file": files[at]["file"]}
        else:
            call[kind] = part["media"]
        calls.append(call)
    if "reply_parameters" in refused:
        calls[0]["reply_parameters"] = refused["reply_parameters"]
    return calls


def _without_links(refused: Mapping[str, Any]) -> list[Call]:
    """Buttons that lead somewhere become lines of a message after it."""
    rows = refused.get("reply_markup", {}).get("inline_keyboard", ())
    links = [button for button in chain.from_iterable(rows) if "url" in button]
    if not links:
        return []
    kept = [[button for button in row if "url" not in button] for row in rows]
    call = _without(refused, "reply_markup")
    if any(kept):
        call["reply_markup"] = {"inline_keyboard": [row for row in kept if row]}
    lines = "\n".join(f"{button['text']}: {button['url']}" for button in links)
    if call["method"] == "sendMessage" and call["text"] == ONLY_BUTTONS and not any(kept):
        return [{**call, "text": lines}]
    return [call, {"method": "sendMessage", "chat_id": refused["chat_id"], "text": lines}]


def _plain(refused: Mapping[str, Any]) -> list[Call]:
    """The same without what is marked in it."""
    marked = [name for name in ("entities", "caption_entities") if name in refused]
    return [_without(refused, *marked)] if marked else []


def _words(refused: Mapping[str, Any], text: str) -> Call:
    """The words that stood under media, as a message of their own."""
    call: Call = {"method": "sendMessage", "text": text, **_rest(refused)}
    if "caption_entities" in refused:
        call["entities"] = refused["caption_entities"]
    return call


def _rest(refused: Mapping[str, Any]) -> Call:
    kept = ("chat_id", "reply_markup", "reply_parameters")
    return {name: refused[name] for name in kept if name in refused}


def _without(call: Mapping[str, Any], *names: str) -> Call:
    return {name: value for name, value in call.items() if name not in names}
