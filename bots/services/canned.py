"""Answers that operators have ready: of the bot's folder (canned.yaml) and of their own (`/canned add`)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bots.errors import Conflict, Forbidden, Invalid, NotFound
from bots.model.conversation import Conversation
from bots.model.desk import Canned
from bots.model.operator import Operator, Role
from bots.ports import CannedTexts, Clock
from bots.services.runtime import Published
from flows.canned import LONGEST_KEY, RESERVED, filled, stray
from flows.expressions import ExpressionError
from flows.script_nodes import Told
from flows.text import Text, parse_text

LONGEST_TEXT = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """An answer as it can be used; `own` where operators added it themselves."""

    key: str
    text: Text
    own: bool = False


class CannedAnswers:
    """What operators added wins over the folder's of the same key."""

    def __init__(
        self, desks: CannedTexts, published: Published, *, workspace: int, clock: Clock
    ) -> None:
        self._desks = desks
        self._published = published
        self._workspace = workspace
        self._clock = clock

    # ------------------------------------------------------------ finding

    async def all(self, bot: str) -> list[Ready]:
        """By key. Raises NotFound for a bot that is gone."""
        folder = self._published.current(bot).canned
        found = {key.casefold(): Ready(key=key, text=text) for key, text in folder.items()}
        added = await self._desks.canned(self._workspace, bot)
        # A bot's own goes before what every bot has.
        for one in sorted(added, key=lambda one: one.bot):
            ready = Ready(key=one.key, text=parse_text(one.text), own=True)
            found[one.key.casefold()] = ready
        return [found[key] for key in sorted(found)]

    async def find(self, bot: str, key: str) -> Ready:
        """By its key, or the beginning of one.

        Raises NotFound; Conflict, which lists the keys, where several begin so.
        """
        wanted = key.strip().casefold()
        there = await self.all(bot)
        same = [one for one in there if one.key.casefold() == wanted]
        found = same or [one for one in there if wanted and one.key.casefold().startswith(wanted)]
        if not found:
            raise NotFound("canned answer", key)
        if len(found) > 1:
            raise Conflict(", ".join(one.key for one in found))
        return found[0]

    async def search(self, bot: str, words: str = "") -> list[Ready]:
        """Those whose key or text has all these words, keys that begin so first; all for no words."""
        wanted = words.casefold().split()

        def rank(one: Ready) -> int | None:
            key, text = one.key.casefold(), one.text.source.casefold()
            if not all(word in key or word in text for word in wanted):
                return None
            return 0 if wanted and key.startswith(wanted[0]) else 1

        ranked = [(rank(one), one) for one in await self.all(bot)]
        kept = [(place, one) for place, one in ranked if place is not None]
        return [one for _, one in sorted(kept, key=lambda pair: (pair[0], pair[1].key.casefold()))]

    # ------------------------------------------------------------ using

    def render(self, ready: Ready, chat: Conversation, who: Operator) -> str:
        """The words for this customer. Raises flows.canned.Unfilled, which names what is not known."""
        episode = chat.episode
        return filled(
            self._published.current(chat.address.bot),
            ready.text,
            now=self._clock(),
            user=chat.user,
            customer=str(chat.profile.get("name") or ""),
            operator=who.name,
            number=chat.id,
            queue=episode.queue if episode is not None else "",
        )

    # ------------------------------------------------------------ adding

    async def add(
        self, bot: str, key: str, text: str, who: Operator, *, everywhere: bool = False
    ) -> Ready:
        """For all operators of the bot, by a lead; for those of every bot, by an admin.

        Another of the same key is replaced. Raises Forbidden; Invalid in the words of the bot's
        language.
        """
        _let(who, "admin" if everywhere else "lead")
        language = self._published.current(bot).language
        key, text = key.strip(), text.strip()
        _check_key(key, language)
        parsed = _checked(text, language)
        kept = await self._same(bot, key, everywhere=everywhere)
        canned = Canned(
            workspace=self._workspace,
            bot="" if everywhere else bot,
            key=kept.key if kept is not None else key,
            text=text,
            by=who.id,
        )
        await self._desks.put_canned(canned, now=self._clock())
        return Ready(key=canned.key, text=parsed, own=True)

    async def remove(self, bot: str, key: str, who: Operator, *, everywhere: bool = False) -> None:
        """One that was added; those of the folder are its owner's. Raises Forbidden, NotFound."""
        _let(who, "admin" if everywhere else "lead")
        kept = await self._same(bot, key, everywhere=everywhere)
        if kept is None:
            raise NotFound("canned answer", key)
        await self._desks.put_canned(replace(kept, text=""), now=self._clock())

    async def _same(self, bot: str, key: str, *, everywhere: bool) -> Canned | None:
        of = "" if everywhere else bot
        wanted = key.strip().casefold()
        for one in await self._desks.canned(self._workspace, bot):
            if one.bot == of and one.key.casefold() == wanted:
                return one
        return None


def _let(who: Operator, role: Role) -> None:
    if not who.may(role):
        raise Forbidden(f"This is for a {role}")


def _check_key(key: str, language: str) -> None:
    if not key or len(key) > LONGEST_KEY or len(key.split()) != 1 or not key.isprintable():
        told = Told(
            f"ключ — одно слово до {LONGEST_KEY} знаков, а это «{key}»",
            f"a key is one word of at most {LONGEST_KEY} characters, and this is “{key}”",
        )
        raise Invalid("key", told.by(language))
    if key.casefold() in RESERVED:
        told = Told(
            f"«{key}» — слово самой команды, возьмите другой ключ",
            f"“{key}” is a word of the command itself: take another key",
        )
        raise Invalid("key", told.by(language))


def _checked(text: str, language: str) -> Text:
    """A text in which every expression can be told of in a chat."""
    if not text or len(text) > LONGEST_TEXT:
        told = Told(
            f"в ответе должно быть от 1 до {LONGEST_TEXT} знаков",
            f"an answer has from 1 to {LONGEST_TEXT} characters",
        )
        raise Invalid("text", told.by(language))
    try:
        parsed = parse_text(text)
    except ExpressionError as error:
        told = Told(
            f"не понять скобки на {error.column}-м знаке: {error.text}",
            f"the braces at character {error.column} cannot be understood: {error.text}",
        )
        raise Invalid("text", told.by(language)) from None
    unknown: Sequence[str] = stray(parsed)
    if unknown:
        names = ", ".join(f"{{{{ {name} }}}}" for name in unknown)
        told = Told(
            f"в ответе не бывает {names}; бывает: {_KNOWN}",
            f"an answer cannot tell {names}; it can tell: {_KNOWN}",
        )
        raise Invalid("text", told.by(language))
    return parsed


_KNOWN = "{{ customer.name }}, {{ operator.name }}, {{ number }}, {{ queue }}, {{ user.… }}"
