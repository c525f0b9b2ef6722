"""One call of a reply, made: files are uploaded first, and words are not lost with what is refused."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
import structlog

from adapters.foreign_json import listed, mapping, string, whole
from adapters.messengers.vk.client import Client
from adapters.messengers.vk.errors import BAD_KEYBOARD, NO_BOT_FEATURES, Refused
from adapters.messengers.vk.files import Files
from adapters.messengers.vk.names import OURS
from adapters.messengers.vk.words import MAX_TEXT
from adapters.newest import Newest
from bots.errors import Rejected
from bots.shaping import units

TAKEN = "✓"
"""Before the label of the button that was pressed."""

NO_BUTTONS = (
    "VK takes no buttons from this community: switch on «Возможности ботов» («Управление»,"
    " «Сообщения», «Настройки для бота»)"
)

_MARK = orjson.dumps({OURS: 1}).decode()

_BESIDE = ("keyboard", "template", "attachment", "forward", "reply_to", "format_data")

log = structlog.get_logger()


class Sender:
    """Makes the calls of `render`, and knows the messages that were ours."""

    def __init__(self, client: Client, files: Files) -> None:
        self._client = client
        self._files = files
        self._ours: Newest[int, None] = Newest()

    def is_ours(self, random_id: int, message_id: int) -> bool:
        """Whether we sent a message that VK tells of; it may tell before it answers us."""
        return random_id in self._ours or (message_id > 0 and -message_id in self._ours)

    async def send(self, payload: Mapping[str, Any], key: str) -> str:
        """Gives VK's number of the message, "" where there is none. Raises a ChannelError.

        The same `key` again shows nothing twice: VK knows it for an hour.
        """
        call = dict(payload)
        method = call.pop("method")
        instead = call.pop("instead", ())
        try:
            if method == "messages.edit" and "message" in call:
                await self._client.call(method, call)
                return ""
            if method == "messages.edit":
                return await self._edit(call)
            if method == "messages.delete":
                await self._client.call(method, call)
                return ""
            return await self._say(call, key)
        except Rejected as rejected:
            if not instead:
                raise
            log.info("VK does not take a form of a message, another is sent", why=str(rejected))
        sent = ""
        for number, other in enumerate(instead):
            parameters = {"peer_id": call["peer_id"], **other}
            parameters.pop("method", None)
            sent = await self._say(parameters, f"{key}/{number}")
        return sent

    # ------------------------------------------------------------ messages

    async def _say(self, call: dict[str, Any], key: str) -> str:
        files = call.pop("files", ())
        cards = call.pop("cards", ())
        attached, lost = await self._attached(files, call["peer_id"])
        if cards:
            call["template"] = await self._template(cards, call["peer_id"])
        if attached:
            call["attachment"] = _listed(files, attached)
        _add_lines(call, lost)
        if not _says_something(call):
            raise Rejected("None of the message's files can be sent")
        try:
            return await self._send(call, key)
        except Refused as refused:
            if cards:
                raise
            return await self._send_less(call, key, files, attached, refused)

    async def _send_less(
        self,
        call: dict[str, Any],
        key: str,
        files: Any,
        attached: Mapping[str, str],
        refused: Refused,
    ) -> str:
        """Again with files uploaded anew, without buttons, or with the words alone."""
        if refused.code in (NO_BOT_FEATURES, BAD_KEYBOARD) and "keyboard" in call:
            log.error(
                NO_BUTTONS if refused.code == NO_BOT_FEATURES else "VK does not take these buttons",
                channel=f"vk:{self._client.group}",
                why=str(refused),
            )
            return await self._send(_without_buttons(call), f"{key}/plain")
        if attached:
            log.warning("Files of a message are refused, they are uploaded anew", why=str(refused))
            fresh, _ = await self._attached(files, call["peer_id"], stale=attached)
            again = {**call, "attachment": _listed(files, fresh)}
            try:
                return await self._send(again, f"{key}/fresh")
            except Refused:
                alone = {name: call[name] for name in call if name not in _BESIDE}
                if not _says_something(alone):
                    raise
                log.warning("Only the text of a message is sent", why=str(refused))
                kept = {name: call[name] for name in ("keyboard",) if name in call}
                return await self._send({**alone, **kept}, f"{key}/words")
        raise refused

    async def _send(self, call: Mapping[str, Any], key: str) -> str:
        random_id = random_id_of(key)
        self._ours.put(random_id, None)
        sent = await self._client.call(
            "messages.send", {**call, "random_id": random_id, "payload": _MARK}
        )
        number = whole(sent)
        if number > 0:
            self._ours.put(-number, None)
        return str(number) if number > 0 else ""

    async def _attached(
        self, files: Any, peer: int, stale: Mapping[str, str] | None = None
    ) -> tuple[dict[str, str], list[str]]:
        """What to attach by the files' references, and the addresses of what cannot be."""
        attached: dict[str, str] = {}
        lost: list[str] = []
        for file in files:
            kind, ref, name = file["kind"], file["ref"], file.get("name", "")
            old = stale.get(ref, "") if stale else ""
            try:
                attached[ref] = await self._files.attachment(
                    kind, ref, name=name, peer=peer, stale=old
                )
            except Rejected as rejected:
                log.warning("A file of a message is not sent", why=str(rejected))
                if ref.startswith(("https://", "http://")):
                    lost.append(ref)
        return attached, lost

    async def _template(self, cards: Any, peer: int) -> str:
        """Raises Rejected where a picture cannot be had: a carousel shows all or none."""
        elements = []
        for card in cards:
            element = dict(card)
            if photo := element.pop("photo", ""):
                reference = await self._files.attachment("photo", photo, name="", peer=peer)
                if not reference.startswith("photo"):
                    raise Rejected("VK takes a card's picture as a document only")
                element["photo_id"] = "_".join(reference.removeprefix("photo").split("_")[:2])
            elements.append(element)
        return orjson.dumps({"type": "carousel", "elements": elements}).decode()

    # ------------------------------------------------------------ messages that are there

    async def _edit(self, call: dict[str, Any]) -> str:
        """Words and files of the message stay: VK replaces all of it, so they are asked for.

        To show which button was taken is only nice to have: it gives way where calls are scarce.
        """
        taken = call.pop("taken", "")
        if taken and not self._client.rate.spare:
            return ""
        message = await self._message(call["peer_id"], call["cmid"])
        text = string(message.get("text"))
        marked = f"{text}\n\n{TAKEN} {taken}".strip() if taken else text
        call["message"] = marked if units(marked) <= MAX_TEXT else text
        if attached := list(filter(None, map(_reference, listed(message, "attachments")))):
            call["attachment"] = ",".join(attached)
        if styles := mapping(message, "format_data"):
            call["format_data"] = orjson.dumps(styles).decode()
        call["keep_forward_messages"] = 1
        await self._client.call("messages.edit", call)
        return ""

    async def _message(self, peer: int, number: int) -> dict[str, Any]:
        found = await self._client.call(
            "messages.getByConversationMessageId",
            {"peer_id": peer, "conversation_message_ids": number},
        )
        items = listed(found, "items")
        if not items or not isinstance(items[0], dict):
            raise Rejected("The message is not there any more")
        return items[0]


def random_id_of(key: str) -> int:
    """The same for a row for ever, and never 0, which would switch off that VK knows it again."""
    digest = hashlib.blake2b(key.encode(), digest_size=4).digest()
    return int.from_bytes(digest) & 0x7FFFFFFF or 1


def _listed(files: Any, attached: Mapping[str, str]) -> str:
    return ",".join(attached[file["ref"]] for file in files if file["ref"] in attached)


def _says_something(call: Mapping[str, Any]) -> bool:
    return any(name in call for name in ("message", "attachment", "lat", "sticker_id"))


def _add_lines(call: dict[str, Any], lines: list[str]) -> None:
    for line in lines:
        longer = "\n".join(filter(None, (call.get("message", ""), line)))
        if units(longer) <= MAX_TEXT:
            call["message"] = longer


def _without_buttons(call: Mapping[str, Any]) -> dict[str, Any]:
    """Labels become lines, to be answered in words."""
    plain = {name: call[name] for name in call if name not in ("keyboard", "template")}
    rows = orjson.loads(call["keyboard"])["buttons"]
    labels = [button["action"].get("label", "") for row in rows for button in row]
    lines = [label for label in labels if label and label not in plain.get("message", "")]
    _add_lines(plain, lines)
    return plain


def _reference(attachment: Any) -> str:
    """What a file that stands in a message is attached by."""
    kind = string(attachment.get("type")) if isinstance(attachment, dict) else ""
    body = mapping(attachment, kind)
    owner, number, key = whole(body.get("owner_id")), whole(body.get("id")), body.get("access_key")
    if not owner or not number:
        return ""
    kind = "doc" if kind == "audio_message" else kind
    return f"{kind}{owner}_{number}" + (f"_{key}" if isinstance(key, str) and key else "")
