"""One call of a reply, made: files are uploaded first, and words are not lost with what is refused."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import structlog

from adapters.foreign_json import listed, mapping, string
from adapters.messengers.max.client import Client
from adapters.messengers.max.errors import Processing
from adapters.messengers.max.files import Files
from adapters.messengers.max.keyboards import attachment
from adapters.messengers.max.markup import MAX_TEXT, Words, entities_of, parts_of
from adapters.newest import Newest
from bots.errors import Rejected

MOST_WAITS = 60
"""How often a message is tried again while MAX works on a file of it: two minutes."""

TAKEN = "✓"
"""Before the label of the button that was pressed."""

log = structlog.get_logger()


class Sender:
    """Makes the calls of `render`, and remembers the messages that customers pressed buttons of."""

    def __init__(self, client: Client, files: Files) -> None:
        self._client = client
        self._files = files
        self._bodies: Newest[str, dict[str, Any]] = Newest(1000)
        self._waits: Newest[str, int] = Newest(1000)

    def seen(self, body: dict[str, Any]) -> None:
        """A message of ours as it is now: to change its buttons, all of it has to be written anew."""
        if mid := string(body.get("mid")):
            self._bodies.put(mid, body)

    async def send(self, payload: Mapping[str, Any], key: str) -> str:
        """Gives MAX's id of the message, "" where there is none. Raises a ChannelError.

        `key` is the same each time a call is tried again.
        """
        if payload["do"] == "send":
            return await self._say(payload, key)
        if payload["do"] == "delete":
            await self._client.call("DELETE", "/messages", message_id=payload["message_id"])
            return ""
        try:
            await self._edit(payload)
            return ""
        except Rejected as rejected:
            instead = payload.get("instead")
            if not instead:
                raise
            log.info("A message cannot be changed, another is sent", why=str(rejected))
        sent = ""
        for call in instead:
            sent = await self._say(call, key)
        return sent

    # ------------------------------------------------------------ messages

    async def _say(self, call: Mapping[str, Any], key: str) -> str:
        files = call.get("files", ())
        attached, lost = await self._attached(files)
        body = _body(call, attached, lost)
        if body["text"] is None and not body["attachments"]:
            raise Rejected("None of the message's files can be sent")
        try:
            return await self._post(call["user_id"], body)
        except Processing:
            waited = self._waits.get(key) or 0
            self._waits.put(key, waited + 1)
            if waited < MOST_WAITS or "text" not in call:
                raise
            log.warning("MAX is not done with a file, only the words of a message are sent")
            return await self._post(call["user_id"], _body(call, (), _addresses(files)))
        except Rejected as refused:
            if not files or not attached:
                raise
            log.warning("Files of a message are refused, they are uploaded anew", why=str(refused))
        stale = frozenset(str(mapping(one, "payload").get("token")) for one in attached)
        attached, lost = await self._attached(files, stale=stale)
        try:
            return await self._post(call["user_id"], _body(call, attached, lost))
        except Rejected as refused:
            if "text" not in call:
                raise
            log.warning("Only the words of a message are sent", why=str(refused))
        return await self._post(call["user_id"], _body(call, (), _addresses(files)))

    async def _post(self, user_id: int, body: dict[str, Any]) -> str:
        sent = await self._client.call("POST", "/messages", body, user_id=user_id)
        told = mapping(mapping(sent, "message"), "body")
        return string(told.get("mid"))

    async def _attached(
        self, files: Sequence[Mapping[str, str]], *, stale: frozenset[str] = frozenset()
    ) -> tuple[list[dict[str, object]], list[str]]:
        """What to attach, and the addresses of what cannot be."""
        attached: list[dict[str, object]] = []
        lost: list[str] = []
        for file in files:
            try:
                attached.append(
                    await self._files.attachment(
                        file["kind"], file["ref"], name=file.get("name", ""), stale=stale
                    )
                )
            except Rejected as rejected:
                log.warning("A file of a message is not sent", why=str(rejected))
                lost += _addresses([file])
        if len(attached) > 1 and any(one["type"] == "file" for one in attached):
            # A picture that MAX does not take as one became a file, and files stand alone.
            attached = [one for one in attached if one["type"] != "file"] or attached[:1]
        return attached, lost

    # ------------------------------------------------------------ messages that are there

    async def _edit(self, call: Mapping[str, Any]) -> None:
        """Words and files of the message stay: MAX replaces all of it, so they are written anew."""
        mid = call["message_id"]
        body = self._bodies.get(mid)
        if body is None:
            message = await self._client.call("GET", f"/messages/{quote(mid, safe='')}")
            body = mapping(message, "body")
        text = string(body.get("text"))
        words = Words(text, entities_of(text, listed(body, "markup")))
        if taken := call.get("taken"):
            words = words.with_line(f"{TAKEN} {taken}")
        parts = parts_of(words)
        if len(parts) > 1:
            # With the taken button it is too long; at worst its marks go too.
            parts = parts_of(Words(text, words.entities))
        said = parts[0] if len(parts) == 1 else {"text": text or None}
        said = call.get("words", said)
        attachments = [one for raw in listed(body, "attachments") if (one := _again(raw))]
        if rows := call.get("buttons"):
            attachments.append(attachment(rows))
        written = {**said, "attachments": attachments, "link": None, "notify": False}
        await self._client.call("PUT", "/messages", written, message_id=mid)
        if "words" in call:
            self._bodies.drop(mid)
        else:
            self._bodies.put(mid, {**body, "attachments": attachments})


def _body(
    call: Mapping[str, Any], attached: Sequence[Mapping[str, object]], lost: Sequence[str]
) -> dict[str, Any]:
    """https://dev.max.ru/docs-api/methods/POST/messages"""
    attachments = [*attached, *([call["attach"]] if "attach" in call else ())]
    if rows := call.get("buttons"):
        attachments.append(attachment(rows))
    text = "\n".join(filter(None, (call.get("text", ""), *lost)))
    if len(text) > MAX_TEXT:
        text = call.get("text", "")
    reply_to = call.get("reply_to")
    body: dict[str, Any] = {
        "text": text or None,
        "attachments": attachments or None,
        "link": {"type": "reply", "mid": reply_to} if reply_to else None,
    }
    return {**body, "format": call["format"]} if "format" in call else body


def _addresses(files: Sequence[Mapping[str, str]]) -> list[str]:
    return [file["ref"] for file in files if file["ref"].startswith(("https://", "http://"))]


def _again(raw: Any) -> dict[str, Any] | None:
    """What a message has attached, as it is attached to it again; its keyboard is left out."""
    kind = string(raw.get("type")) if isinstance(raw, dict) else ""
    payload = mapping(raw, "payload")
    if kind in ("image", "video", "audio", "file") and (token := string(payload.get("token"))):
        return {"type": kind, "payload": {"token": token}}
    return None
