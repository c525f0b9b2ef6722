"""What the desk remarks under a message of an operator: why it did not go, and what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.messengers.telegram.desk.buttons import button
from adapters.messengers.telegram.desk.line import Line, Urgency
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.refused import NoSuchReply
from adapters.messengers.telegram.desk.shown import ids_of
from adapters.messengers.telegram.desk_updates import thread_of
from adapters.messengers.telegram.fields import id_of
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup, Relay


class Remarks:
    """Each is a reply, so that it is plain what it is about."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def under(
        self,
        message: Mapping[str, Any],
        text: str,
        chat: Conversation,
        line: Line,
        group: DeskGroup,
        *,
        buttons: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Under a message as Telegram told of it; `buttons` are labels and verbs."""
        number = id_of(message.get("message_id")) or ""
        await self.below(number, thread_of(dict(message)), text, chat, line, group, buttons=buttons)

    async def below(
        self,
        message_id: str,
        thread_id: str,
        text: str,
        chat: Conversation,
        line: Line,
        group: DeskGroup,
        *,
        buttons: Sequence[tuple[str, str]] = (),
        copy: tuple[str, str] | None = None,
        seq: int = 0,
    ) -> None:
        """Under a message by its id; `seq` is the message of the chat that it is about.

        `copy` is the label of a button that copies a text, and the text. Raises a ChannelError.
        """
        version = chat.episode.version if chat.episode is not None else 0
        row = [button(label, chat.id, verb, version) for label, verb in buttons]
        if copy is not None and 0 < len(copy[1]) <= 256:
            row.append({"text": copy[0], "copy_text": {"text": copy[1]}})
        parameters: dict[str, Any] = {"text": text}
        if thread_id:
            parameters["message_thread_id"] = int(thread_id)
        if row:
            parameters["reply_markup"] = {"inline_keyboard": [row]}
        answering = {"message_id": int(message_id), "allow_sending_without_reply": True}
        try:
            sent = await line.call(
                "sendMessage", {**parameters, "reply_parameters": answering}, Urgency.SOON
            )
        except NoSuchReply:
            sent = await line.call("sendMessage", parameters, Urgency.SOON)
        relays = [
            Relay(
                channel=group.channel,
                chat_id=group.chat_id,
                message_id=id,
                thread_id=thread_id,
                conversation_id=chat.id,
                seq=seq,
                way="own",
            )
            for id in ids_of(sent)
        ]
        await self._parts.noted(relays)
