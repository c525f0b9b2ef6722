"""What the desk says of itself in a chat's place: a closing, a warning, whoever is called."""

from collections.abc import Sequence
from typing import Any

from adapters.messengers.telegram.desk.flat import header, is_shared
from adapters.messengers.telegram.desk.line import Line, Urgency
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.refused import NoSuchReply
from adapters.messengers.telegram.desk.topics import thread
from bots.model.conversation import Conversation
from bots.model.desk import Relay, Topic
from bots.shaping import units


async def said(
    parts: Parts,
    chat: Conversation,
    topic: Topic,
    line: Line,
    text: str,
    marks: Sequence[dict[str, Any]] = (),
    *,
    noted: Topic | None = None,
) -> None:
    """Said, and noted, together with the topic as it is then where it is `noted`.

    Where chats share a place it says whose it is. Raises TopicClosed, TopicLost, GroupDown.
    """
    before = f"{header(chat)}\n" if is_shared(topic) else ""
    call: dict[str, Any] = {**thread(topic), "text": f"{before}{text}"}
    if marks:
        call["entities"] = [{**one, "offset": one["offset"] + units(before)} for one in marks]
    if before and topic.shown.get("card"):
        call["reply_parameters"] = {
            "message_id": int(topic.shown["card"]),
            "allow_sending_without_reply": True,
        }
    try:
        message = await line.call("sendMessage", call, Urgency.SOON)
    except NoSuchReply:
        call.pop("reply_parameters", None)
        message = await line.call("sendMessage", call, Urgency.SOON)
    await parts.noted([own(topic, message)], noted)


def own(topic: Topic, said: Any) -> Relay:
    """What the desk said of itself, so that a reply to it is known."""
    return Relay(
        channel=topic.channel,
        chat_id=topic.chat_id,
        message_id=str(said["message_id"]),
        thread_id=topic.thread_id,
        conversation_id=topic.conversation_id,
        way="own",
    )
