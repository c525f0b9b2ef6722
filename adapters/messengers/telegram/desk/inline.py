"""Ready answers under an operator's fingers: `@bot word` in any field of Telegram, for our people alone."""

import hashlib
from typing import Any

import structlog

from adapters.foreign_json import mapping
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.words import Words, clipped
from adapters.messengers.telegram.fields import id_of, string
from bots.errors import ChannelError, EasyFlowError, Invalid, NotFound
from bots.model.conversation import Conversation
from bots.model.operator import Operator
from bots.services.canned import Ready
from bots.shaping import shortened
from flows.canned import Unfilled

AT_ONCE = 50
"""So many results Telegram shows at a time."""
LONGEST_TITLE, LONGEST_TEXT = 64, 4096

WORDS = Words(
    {
        "stranger": ("Готовые ответы — для операторов", "Ready answers are for operators"),
        "none": ("Готового ответа нет", "There is no ready answer"),
        "unfilled": (
            "«{key}» не отправить: в этом чате неизвестно {names}. Напишите сами.",
            "“{key}” cannot be sent: {names} is not known in this chat. Write it yourself.",
        ),
        "changed": (
            "Этого готового ответа больше нет, а в нём пустые места. Напишите сами.",
            "This ready answer is there no more, and it has gaps. Write it yourself.",
        ),
    }
)

log = structlog.get_logger()


class Inline:
    """What is offered is the answer as it was written: in which chat it will stand nobody knows by then.

    Its names are filled in when it stands in a chat's topic (`filled`), so that no customer's name can
    reach another one.
    """

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    async def asked(self, channel: str, query: dict[str, Any]) -> None:
        """Somebody types behind the bot's name. Never raises: they only see nothing."""
        account = self._kit.parts.account(channel)
        id = string(query.get("id"))
        if account is None or not id:
            return
        try:
            answer = await self._answer(account.bot, query)
            await account.client.call("answerInlineQuery", {"inline_query_id": id, **answer})
        except ChannelError as error:
            log.info("An inline query was not answered", channel=channel, why=str(error))
        except EasyFlowError as error:
            log.warning("Ready answers cannot be looked up", channel=channel, why=str(error))

    async def _answer(self, bot: str, query: dict[str, Any]) -> dict[str, Any]:
        user = id_of(mapping(query, "from").get("id")) or ""
        who = await self._kit.parts.operators.of_telegram(user)
        language = self._kit.parts.language(bot)
        # Whoever is removed is offered nothing the next moment.
        mine = {"cache_time": 0, "is_personal": True}
        if who is None or not who.may("operator"):
            return {"results": [], "button": _button(language, "stranger"), **mine}
        words = string(query.get("query")) or ""
        found = await self._found(bot, words)
        offset = string(query.get("offset")) or "0"
        begin = int(offset) if offset.isdecimal() and len(offset) < 6 else 0
        page = found[begin : begin + AT_ONCE]
        more = str(begin + AT_ONCE) if len(found) > begin + AT_ONCE else ""
        answer = {"results": [_result(one) for one in page], "next_offset": more, **mine}
        return answer if page else {**answer, "button": _button(language, "none")}

    async def _found(self, bot: str, words: str) -> list[Ready]:
        try:
            found = await self._kit.parts.canned.search(bot, words)
        except NotFound:
            return []
        return [one for one in found if len(one.text.source) <= LONGEST_TEXT]

    async def filled(
        self, raw: dict[str, Any], chat: Conversation, who: Operator
    ) -> dict[str, Any]:
        """The message with the names of its chat. Raises Invalid, in the desk's words, for a gap."""
        text = string(raw.get("text")) or ""
        if "{{" not in text:
            return raw
        language = self._kit.parts.speaks(chat)
        ready = await self._kit.parts.canned.all(chat.address.bot)
        meant = next((one for one in ready if one.text.source.strip() == text.strip()), None)
        if meant is None:
            raise Invalid("canned", WORDS.say(language, "changed"))
        try:
            said = self._kit.parts.canned.render(meant, chat, who)
        except Unfilled as unfilled:
            names = ", ".join(unfilled.names)
            problem = WORDS.say(language, "unfilled", key=meant.key, names=names)
            raise Invalid("canned", problem) from None
        return {**raw, "text": said, "entities": []}


def _result(ready: Ready) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#inlinequeryresultarticle"""
    return {
        "type": "article",
        # A key may be longer than Telegram lets an id be.
        "id": hashlib.sha256(ready.key.encode()).hexdigest()[:32],
        "title": shortened(ready.key, LONGEST_TITLE),
        "description": clipped(ready.text.source, 120),
        "input_message_content": {"message_text": ready.text.source},
    }


def _button(language: str, name: str) -> dict[str, str]:
    """A line above the results. https://core.telegram.org/bots/api#inlinequeryresultsbutton"""
    return {"text": WORDS.say(language, name), "start_parameter": "operators"}
