"""One call into a topic: what Telegram refuses goes in the nearest form that it takes."""

from typing import Any

import structlog

from adapters.messengers.telegram.desk.line import Files, Line, Urgency
from adapters.messengers.telegram.desk.refused import NoSuchReply
from adapters.messengers.telegram.desk.shown import ids_of
from adapters.messengers.telegram.media import Call
from adapters.messengers.telegram.nearer import nearer
from bots.errors import Rejected
from bots.model.conversation import Conversation
from bots.model.desk import Relay, Topic

log = structlog.get_logger()


async def placed(
    topic: Topic,
    line: Line,
    call: Call,
    urgency: Urgency,
    files: Files,
    *,
    silent: bool,
) -> list[str]:
    """The ids of what a call shows; what is refused goes in the nearest form that is taken.

    Raises Rejected where there is none.
    """
    parameters: dict[str, Any] = dict(call)
    method = parameters.pop("method")
    parameters.pop("instead", None)
    if topic.thread_id:
        parameters["message_thread_id"] = int(topic.thread_id)
    if silent:
        parameters["disable_notification"] = True
    try:
        return ids_of(await line.call(method, parameters, urgency, files=files))
    except NoSuchReply:
        less = _answering_less(call)
        if less is None:
            raise
        return await placed(topic, line, less, urgency, files, silent=silent)
    except Rejected as rejected:
        others = [] if files else nearer({**call, "chat_id": 0}, str(rejected))
        if not others:
            raise
        log.warning("A group refuses a message, showing it otherwise", why=str(rejected))
        refused = rejected
    ids: list[str] = []
    for other in others:
        other.pop("chat_id", None)
        try:
            ids += await placed(topic, line, other, urgency, {}, silent=silent)
        except Rejected as rejected:
            refused = rejected
    if not ids:
        raise refused
    return ids


def reply_to(message_id: int, quote: Any) -> dict[str, Any]:
    answered: dict[str, Any] = {"message_id": message_id, "allow_sending_without_reply": True}
    return {**answered, "quote": quote} if isinstance(quote, str) and quote else answered


def _answering_less(call: Call) -> Call | None:
    """Without the words quoted, then without what it answers; None where it answers nothing."""
    answered = call.get("reply_parameters")
    if answered is None:
        return None
    rest = {name: value for name, value in call.items() if name != "reply_parameters"}
    if "quote" not in answered:
        return rest
    without = {name: value for name, value in answered.items() if name != "quote"}
    return {**rest, "reply_parameters": without}


def relay_of(chat: Conversation, topic: Topic, message_id: str, seq: int, part: int) -> Relay:
    return Relay(
        channel=topic.channel,
        chat_id=topic.chat_id,
        message_id=message_id,
        thread_id=topic.thread_id,
        conversation_id=chat.id,
        seq=seq,
        part=part,
    )
