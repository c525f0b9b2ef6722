"""Who is called by name in a chat's topic: it was given to them, waits again, or a clock of it runs out.

Pure, and told by how the hand-off stands, so that what happened while we were away is told as it is by now.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.messengers.telegram.desk.card_words import say as called
from adapters.messengers.telegram.desk.sheet import Sheet
from adapters.messengers.telegram.desk.words import Words, clipped, spent
from bots.model.conversation import Conversation
from bots.model.desk import Note
from bots.model.episode import Episode
from bots.model.operator import Operator

LEADS = 3
"""So many leads are called at most."""
LONGEST_NOTE = 300

WORDS = Words(
    {
        "given": ("👤 {who}, чат ваш.", "👤 {who}, the chat is yours."),
        "taken": ("👤 {who}, чат забрал(а) {by}.", "👤 {who}, {by} took the chat over."),
        "again": ("❗ Чат снова ждёт оператора.", "❗ The chat waits for an operator again."),
        "first": (" Первым его получит {who}.", " {who} gets it first."),
        "note": (" Заметка: {note}", " Note: {note}"),
        "reminded": (
            "⏰ {who}, клиент ждёт ответа {time}.",
            "⏰ {who}, the customer has been waiting for {time}.",
        ),
        "warned": ("⏰ {who}, скоро срок: {what}.", "⏰ {who}, soon due: {what}."),
        "warned_all": ("⏰ Скоро срок: {what}.", "⏰ Soon due: {what}."),
        "missed": ("🔥 {who}, просрочено: {what}.", "🔥 {who}, overdue: {what}."),
        "missed_all": ("🔥 Просрочено: {what}.", "🔥 Overdue: {what}."),
        "woken": (
            "⏰ {who}, отложенный чат снова в работе.",
            "⏰ {who}, the chat that rested is at work again.",
        ),
        "woken_all": (
            "⏰ Отложенный чат снова в работе.",
            "⏰ The chat that rested is at work again.",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callout:
    """What is said, "" for nothing, and what has been said by then (`Topic.shown["called"]`)."""

    text: str = ""
    marks: Sequence[dict[str, Any]] = ()
    noted: Mapping[str, Any]


def callout(
    chat: Conversation,
    before: Any,
    *,
    people: Mapping[int, Operator],
    notes: Sequence[Note],
    language: str,
    now: datetime,
) -> Callout | None:
    """What has to be said past what was `before`; None where nothing has changed.

    Of the chat's `notes` the one counts that was put down as it changed hands.
    """
    episode = chat.episode
    if episode is None or not episode.open:
        return None
    noted = _as_it_is(episode)
    if before == noted:
        return None
    known = isinstance(before, Mapping) and before.get("episode") == episode.number
    sheet = Sheet()
    handed = (one.text for one in notes if one.created_at == episode.since)
    teller = _Teller(episode, people, next(handed, ""), language, now, sheet)
    if episode.given and not (known and before["version"] == episode.version):
        teller.given()
    if known:
        # What was so before the topic was there stands on its card.
        teller.tell(before, noted)
    return Callout(text=sheet.text, marks=sheet.entities, noted=noted)


def _as_it_is(episode: Episode) -> dict[str, Any]:
    since = episode.waiting_since.isoformat() if episode.waiting_since is not None else ""
    rests = episode.snoozed_until
    return {
        "episode": episode.number,
        "version": episode.version,
        "holder": episode.assignee,
        "reminded": since if episode.reminded else "",
        "warned": [name for name, one in episode.promises.items() if one.warned and not one.missed],
        "missed": list(episode.missed),
        "rests": rests.isoformat() if rests is not None else "",
    }


class _Teller:
    """Writes the lines, each with whom it calls."""

    def __init__(
        self,
        episode: Episode,
        people: Mapping[int, Operator],
        handed: str,
        language: str,
        now: datetime,
        sheet: Sheet,
    ) -> None:
        self._episode = episode
        self._handed = handed
        self._people = people
        self._language = language
        self._now = now
        self._sheet = sheet
        holder = people.get(episode.assignee) if episode.assignee is not None else None
        self._holder = (holder,) if holder is not None else ()

    def given(self) -> None:
        """Somebody else gave it to whoever has it."""
        self._line("given", self._holder)
        self._note()

    def tell(self, before: Mapping[str, Any], noted: Mapping[str, Any]) -> None:
        """All that is so now and was not."""
        episode = self._episode
        if episode.state == "requested" and before["version"] != episode.version:
            self._again()
        had = self._people.get(before.get("holder") or 0)
        if had is not None and self._holder and not episode.given and had not in self._holder:
            self._line("taken", (had,), by=self._holder[0].name)
        if noted["reminded"] and noted["reminded"] != before["reminded"]:
            since = episode.waiting_since or self._now
            time = spent((self._now - since).total_seconds(), self._language)
            self._line("reminded", self._holder, time=time)
        if soon := [name for name in noted["warned"] if name not in before["warned"]]:
            self._line("warned", self._holder, what=self._promises(soon))
        if late := [name for name in noted["missed"] if name not in before["missed"]]:
            self._line("missed", (*self._holder, *self._leads()), what=self._promises(late))
        if before["rests"] and not noted["rests"] and self._now.isoformat() >= before["rests"]:
            self._line("woken", self._holder)

    def _again(self) -> None:
        preferred = self._episode.preferred
        wanted = self._people.get(preferred) if preferred is not None else None
        self._line("again", ())
        if wanted is not None:
            self._words("first", (wanted,))
        self._note()

    def _note(self) -> None:
        if self._handed:
            note = clipped(self._handed, LONGEST_NOTE)
            self._sheet.add(WORDS.say(self._language, "note", note=note))

    def _promises(self, names: Sequence[str]) -> str:
        return ", ".join(called(self._language, f"missed {name}") for name in names)

    def _leads(self) -> Iterator[Operator]:
        leads = (
            one
            for one in self._people.values()
            if one.active
            and one.within(self._episode.queue).role == "lead"
            and one.here(self._now)
            and one.serves(self._episode.queue)
            and one not in self._holder
        )
        for _, one in zip(range(LEADS), leads, strict=False):
            yield one

    def _line(self, name: str, people: Sequence[Operator], **given: str) -> None:
        if self._sheet.text:
            self._sheet.line()
        self._words(name, people, **given)

    def _words(self, name: str, people: Sequence[Operator], **given: str) -> None:
        """A sentence; in place of `{who}` stand names that call whoever they are of."""
        if not people and f"{name}_all" in WORDS:
            name = f"{name}_all"
        before, mark, after = WORDS.say(self._language, name, who="\0", **given).partition("\0")
        self._sheet.add(before)
        for number, one in enumerate(people if mark else ()):
            self._sheet.add(", " if number else "")
            self._name(one)
        self._sheet.add(after)

    def _name(self, one: Operator) -> None:
        if not one.telegram.isdecimal():
            self._sheet.add(one.name)
            return
        user = {"id": int(one.telegram), "is_bot": False, "first_name": one.name}
        self._sheet.add(one.name, "text_mention", user=user)
