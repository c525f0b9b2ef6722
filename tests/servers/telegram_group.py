"""A group of the fake Bot API in the hands of a test: its people, its topics, what is shown in them."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.servers.bot_api_groups import ADMIN, LOST
from tests.servers.telegram import FakeTelegram

_numbers = itertools.count(9_000_001)
_albums = itertools.count(1)


@dataclass(frozen=True, slots=True)
class ShownTopic:
    """A topic as people see it; `icon` is an emoji, `gone` says that somebody deleted it."""

    thread: int
    name: str
    icon: str
    closed: bool
    gone: str
    by: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as people see it."""

    id: int
    thread: int | None
    mine: bool
    """Whether the bot wrote it."""
    by: str
    text: str
    message: Mapping[str, Any]
    buttons: tuple[str, ...] = ()
    pinned: bool = False

    @property
    def reply_to(self) -> int | None:
        """The message it replies to; the topic's own beginning is none."""
        replied = self.message.get("reply_to_message")
        if not isinstance(replied, dict) or "forum_topic_created" in replied:
            return None
        return int(replied["message_id"])

    @property
    def kind(self) -> str:
        """`text`, a kind of media, or the name of what Telegram itself tells."""
        known = ("text", "photo", "animation", "video", "audio", "voice", "video_note", "document")
        more = ("sticker", "venue", "location", "contact", "dice", "poll")
        service = (one for one in self.message if one.startswith(("forum_", "pinned_", "migrate_")))
        return next((one for one in (*known, *more) if one in self.message), next(service, ""))


class ForumGroup:
    """A supergroup with topics, or without. The bot is an administrator who may everything."""

    def __init__(
        self,
        telegram: FakeTelegram,
        chat_id: int,
        *,
        title: str = "Поддержка",
        forum: bool = True,
        rights: Sequence[str] | None = None,
        token: str | None = None,
    ) -> None:
        """`rights` are the bot's, all of them where nobody says; () makes it an administrator
        without any."""
        self.telegram = telegram
        self.chat_id = chat_id
        self._token = token
        self.does("founds", title=title, forum=forum, rights=rights)

    def does(self, what: str, **more: Any) -> Any:
        body = {"does": what, "chat_id": self.chat_id, **more}
        return self.telegram.group(body, token=self._token)

    # ------------------------------------------------------------ what is shown

    def state(self) -> dict[str, Any]:
        return self.telegram.group_state(self.chat_id, token=self._token)

    def topics(self) -> list[ShownTopic]:
        return [ShownTopic(**one) for one in self.state()["topics"]]

    def topic(self, thread: int) -> ShownTopic:
        return next(one for one in self.topics() if one.thread == thread)

    def shown(self, thread: int | None = None, *, service: bool = False) -> list[Shown]:
        """The messages of a topic, of General without one; as they stand now."""
        return [
            one
            for one in self.all_shown()
            if one.thread == thread and (service or not _is_service(one.kind))
        ]

    def all_shown(self) -> list[Shown]:
        state = self.state()
        return [_shown(one, set(state["pinned"])) for one in state["messages"]]

    @property
    def busiest(self) -> int:
        """The most events that the bot had in any minute."""
        return int(self.state()["busiest"])

    # ------------------------------------------------------------ what becomes of it

    def person(
        self, name: str, number: int | None = None, *, status: str = "member", bot: bool = False
    ) -> "Person":
        """Somebody who is in it now: `member`, `administrator`, `creator`; another bot too."""
        person = Person(self, name, number or next(_numbers), bot=bot)
        self.does("joins", who=person.user, status=status)
        return person

    def limit(self, events: int | None) -> None:
        """How many events a minute Telegram takes from the bot here."""
        self.does("sets", limit=events)

    def has_seen_messages(self, count: int) -> None:
        """So many were written here already."""
        self.does("sets", last=count)

    def admins_write_into_closed_topics(self) -> None:
        self.does("sets", admins_write=True)

    def without_topics(self) -> None:
        """Somebody turned topics off; no update tells it."""
        self.does("sets", forum=False)

    def with_topics(self) -> None:
        self.does("sets", forum=True)

    def may(self, *rights: str, by: "Person") -> None:
        """The bot is an administrator with these rights alone."""
        self.does("moves", who=by.user, rights=rights)

    def may_all_but(self, *rights: str, by: "Person") -> None:
        self.may(*(one for one in ADMIN if one not in rights), by=by)

    def demoted(self, by: "Person") -> None:
        """The bot is an ordinary member."""
        self.does("moves", who=by.user, rights=None)

    def thrown_out(self, by: "Person", *, how: Literal["kicked", "left"] = "kicked") -> None:
        self.does("moves", who=by.user, away=how, rights=None)

    def let_in(self, by: "Person") -> None:
        """The bot is there again, as an administrator who may everything."""
        self.does("moves", who=by.user, rights=ADMIN)

    def becomes_supergroup(self, chat_id: int, *, forum: bool = True) -> "ForumGroup":
        """A basic group is another one from now on."""
        self.does("migrates", to=chat_id, forum=forum)
        other = ForumGroup.__new__(ForumGroup)
        other.telegram, other.chat_id, other._token = self.telegram, chat_id, self._token
        return other


@dataclass(slots=True)
class Person:
    """Somebody in a group. With `anonymous` they act as an anonymous administrator."""

    group: ForumGroup
    name: str
    number: int
    bot: bool = False
    anonymous: bool = False
    user: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.user = {
            "id": self.number,
            "is_bot": self.bot,
            "first_name": self.name,
            "username": f"user{self.number}" if not self.bot else f"helper{self.number}_bot",
            **({} if self.bot else {"language_code": "ru"}),
        }

    # ------------------------------------------------------------ messages

    def writes(
        self,
        thread: int | None,
        text: str,
        *,
        reply_to: int | None = None,
        entities: Sequence[Mapping[str, Any]] = (),
        copies: int = 1,
        via_bot: bool = False,
        **more: Any,
    ) -> int:
        """Into a topic, or General. Gives the message's number."""
        marks = [*entities]
        if text.startswith("/"):
            length = len(text.split()[0])
            marks.insert(0, {"type": "bot_command", "offset": 0, "length": length})
        content = {"text": text, **({"entities": marks} if marks else {}), **more}
        return self._write(thread, content, reply_to=reply_to, copies=copies, via_bot=via_bot)

    def sends(
        self,
        thread: int | None,
        kind: str,
        file_id: str,
        caption: str = "",
        *,
        reply_to: int | None = None,
        **more: Any,
    ) -> int:
        """A file: photo, video, audio, voice, video_note, sticker, animation, document."""
        info = {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": 40_000}
        content: dict[str, Any] = {kind: {**info, **_TOLD.get(kind, {})}}
        if kind == "photo":
            small = {**info, "file_id": f"{file_id}-small", "width": 90, "height": 60}
            content = {"photo": [small, {**info, "width": 900, "height": 600}]}
        if kind == "animation":
            content["document"] = info
        if caption:
            content["caption"] = caption
        return self._write(thread, {**content, **more}, reply_to=reply_to)

    def sends_album(
        self, thread: int | None, kinds: Sequence[str], files: Sequence[str], caption: str = ""
    ) -> list[int]:
        """Part by part, the words on the first."""
        group = f"1385{next(_albums):013}"
        return [
            self.sends(thread, kind, file, caption if place == 0 else "", media_group_id=group)
            for place, (kind, file) in enumerate(zip(kinds, files, strict=True))
        ]

    def _write(
        self,
        thread: int | None,
        content: Mapping[str, Any],
        *,
        reply_to: int | None = None,
        copies: int = 1,
        via_bot: bool = False,
    ) -> int:
        written = self._does(
            "writes",
            thread=thread,
            content=content,
            reply_to=reply_to,
            copies=copies,
            via_bot=via_bot,
        )
        return int(written["message_id"])

    def edits(self, message_id: int, text: str, *, copies: int = 1, **more: Any) -> None:
        self._does("edits", message_id=message_id, content={"text": text, **more}, copies=copies)

    def removes(self, message_id: int) -> None:
        """Deletes a message, which no bot is told."""
        self._does("removes", message_id=message_id)

    def reacts(self, message_id: int, *emoji: str) -> None:
        self._does("reacts", message_id=message_id, reaction=emoji)

    def pins(self, message_id: int) -> None:
        self._does("pins", message_id=message_id)

    def presses(
        self, thread: int | None, label: str, *, message_id: int | None = None, copies: int = 1
    ) -> str:
        """The newest button with this label (a part of it is enough), or that of one message.

        Gives the id of the press, by which `FakeTelegram.answer_to` finds what the bot said to it.
        """
        found = self.button(thread, label, message_id=message_id)
        return str(self._does("presses", label=label, copies=copies, **found))

    def button(
        self, thread: int | None, label: str, *, message_id: int | None = None
    ) -> dict[str, Any]:
        """The message that a button stands under, and its data."""
        seen = []
        for one in reversed(self.group.shown(thread)):
            for button in _buttons(one.message):
                seen.append(button["text"])
                wanted = message_id in (None, one.id) and "callback_data" in button
                if wanted and label in str(button["text"]):
                    return {"message_id": one.id, "data": button["callback_data"]}
        raise LookupError(f"no button {label!r} among {seen}")

    # ------------------------------------------------------------ topics

    def creates(self, name: str) -> int:
        return int(self._does("creates", name=name))

    def renames(self, thread: int, name: str) -> None:
        self._does("renames", thread=thread, name=name)

    def closes(self, thread: int) -> None:
        self._does("closes", thread=thread)

    def reopens(self, thread: int) -> None:
        self._does("reopens", thread=thread)

    def deletes(self, thread: int, *, says: str = LOST[0]) -> None:
        """The whole topic: no bot is told, and `says` is what it learns from its next call."""
        self._does("deletes", thread=thread, says=says)

    def _does(self, what: str, **more: Any) -> Any:
        return self.group.does(what, who=self.user, anonymous=self.anonymous, **more)


_TOLD: Mapping[str, Mapping[str, Any]] = {
    "video": {"width": 1280, "height": 720, "duration": 9, "mime_type": "video/mp4"},
    "audio": {"duration": 180, "performer": "Хор", "title": "Песня", "mime_type": "audio/mpeg"},
    "voice": {"duration": 4, "mime_type": "audio/ogg"},
    "video_note": {"length": 384, "duration": 6},
    "document": {"file_name": "чек.pdf", "mime_type": "application/pdf"},
    "animation": {"width": 320, "height": 240, "duration": 2, "mime_type": "video/mp4"},
    "sticker": {
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
        "emoji": "👍",
    },
}


def _shown(one: Mapping[str, Any], pinned: set[int]) -> Shown:
    message = one["message"]
    number = message["message_id"]
    return Shown(
        id=number,
        thread=message.get("message_thread_id") if message.get("is_topic_message") else None,
        mine=bool(one["own"]),
        by=message["from"]["first_name"],
        text=str(message.get("text") or message.get("caption") or ""),
        message=message,
        buttons=tuple(str(button["text"]) for button in _buttons(message)),
        pinned=number in pinned,
    )


def _buttons(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    rows = (message.get("reply_markup") or {}).get("inline_keyboard", ())
    return itertools.chain.from_iterable(rows)


def _is_service(kind: str) -> bool:
    return kind.startswith(("forum_", "pinned_", "migrate_"))
