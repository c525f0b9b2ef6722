"""The one table of the language's words: where each stands, what it means, whether it is built."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Where = Literal[
    "bot",
    "defaults",
    "queue",
    "knowledge",
    "type",
    "flow",
    "need",
    "trigger",
    "handler",
    "verb",
    "say",
    "ask",
    "button",
    "check",
    "remind",
    "timeout",
    "if",
    "choose",
    "each",
    "call",
    "start",
    "do",
    "later",
    "handoff",
    "unanswered",
    "split",
    "wait",
]


class Word(NamedTuple):
    """A key of the language. `alias` is its Russian name, for the day aliases are read."""

    name: str
    where: Where
    meaning: str
    alias: str = ""
    built: bool = True


def _later(name: str, where: Where, meaning: str, alias: str = "") -> Word:
    """A word of the language that this version does not run yet."""
    return Word(name, where, meaning, alias, built=False)


WORDS: tuple[Word, ...] = (
    # ------------------------------------------------------------ the top of bot.yaml
    Word("bot", "bot", "name of the bot", "бот"),
    Word("language", "bot", "default language of texts and dates", "язык"),
    Word("timezone", "bot", "default time zone of dates and quiet hours", "пояс"),
    Word("start", "bot", "flow for /start and for a first message nobody claimed", "начать"),
    Word("user", "bot", "fields remembered about a person, each with a type", "клиент"),
    Word("types", "bot", "own answer types", "типы"),
    Word("hours", "bot", "named working hours", "часы"),
    Word("queues", "bot", "operator queues for handoff", "очереди"),
    Word("knowledge", "bot", "named sources for knowledge.answer", "знания"),
    _later("channels", "bot", "where this bot lives", "каналы"),
    Word("defaults", "bot", "what holds for every question", "обычно"),
    Word("meanwhile", "bot", "handlers that listen everywhere", "попутно"),
    _later("secrets", "bot", "names of secrets actions may use", "секреты"),
    Word("tries", "defaults", "misfits in a row before else"),
    Word("else", "defaults", "what to do after too many misfits"),
    Word("expires", "defaults", "how long a task may wait in silence"),
    Word("quiet", "defaults", "hours without reminders"),
    Word("resume", "defaults", "after an interruption: auto, ask or never"),
    _later("collect", "defaults", "glue messages arriving within this time"),
    Word("hours", "queue", "when its operators work"),
    _later("group", "queue", "the messenger group that is its desk"),
    Word("say", "queue", "what the customer hears when a request is made"),
    _later("csat", "queue", "whether the desk asks for a rating by itself"),
    _later("documents", "knowledge", "a category of uploaded documents"),
    Word("as", "type", "the base type"),
    Word("clean", "type", "what is dropped before matching"),
    Word("matches", "type", "a regular expression the whole answer fits"),
    Word("min", "type", "least length, count or value"),
    Word("max", "type", "greatest length, count or value"),
    Word("retry", "type", "what to say when the answer does not fit"),
    # ------------------------------------------------------------ the top of a flow
    Word("flow", "flow", "its name", "сценарий"),
    Word("about", "flow", "one sentence for the customer, the owner and the model", "о_чём"),
    Word("when", "flow", "triggers that start it", "когда"),
    _later("only_if", "flow", "the flow cannot start unless this is true", "только_если"),
    Word("needs", "flow", "inputs with types", "нужно"),
    Word("gives", "flow", "outputs with types", "даёт"),
    Word("steps", "flow", "named steps, top to bottom", "шаги"),
    Word("meanwhile", "flow", "handlers while this flow is on top", "попутно"),
    Word("expires", "flow", "how long it may wait in silence", "живёт"),
    _later("was", "flow", "former name", "было"),
    Word("as", "need", "its type"),
    Word("optional", "need", "whether it may be left out"),
    # ------------------------------------------------------------ triggers and handlers
    Word("contains", "trigger", "any of these words or phrases inside the message"),
    Word("matches", "trigger", "a regular expression"),
    Word("means", "trigger", "a meaning described in a sentence"),
    _later("sends", "trigger", "photo, voice, video, file, location, contact, sticker"),
    Word("event", "trigger", "something that happened"),
    _later("every", "trigger", "a timetable"),
    _later("channel", "trigger", "only on this channel"),
    _later("if", "trigger", "only while this is true"),
    Word("when", "handler", "triggers that wake it"),
    Word("then", "handler", "what it does"),
    # ------------------------------------------------------------ verbs
    Word("say", "verb", "send a message", "сказать"),
    Word("ask", "verb", "send a question and wait", "спросить"),
    Word("set", "verb", "give variables values", "задать"),
    Word("if", "verb", "branch", "если"),
    Word("choose", "verb", "branch by value", "выбрать"),
    Word("each", "verb", "repeat over a list, the element is item", "каждый"),
    Word("go", "verb", "to a step of this flow, or back, again, cancel", "перейти"),
    Word("call", "verb", "run another flow, then go on here", "вызвать"),
    Word("start", "verb", "leave everything and start another flow", "начать"),
    Word("done", "verb", "finish this flow, with results if it gives any", "готово"),
    Word("do", "verb", "run an action of the catalogue", "сделать"),
    _later("wait", "verb", "pause, or wait for an event", "ждать"),
    Word("later", "verb", "run a flow at a time", "позже"),
    Word("handoff", "verb", "give the chat to a person", "оператору"),
    _later("split", "verb", "an A/B test, sticky per customer", "поделить"),
    Word("goal", "verb", "mark a conversion", "цель"),
    # ------------------------------------------------------------ say
    Word("text", "say", "the words"),
    Word("photo", "say", "a photo"),
    Word("video", "say", "a video"),
    Word("audio", "say", "a piece of music"),
    Word("voice", "say", "a voice message"),
    Word("file", "say", "a document"),
    _later("album", "say", "a list of media"),
    _later("cards", "say", "a list of cards"),
    Word("buttons", "say", "buttons under the message"),
    _later("list", "say", "one line of text per element"),
    _later("pick", "say", "a list of texts, one by chance"),
    _later("only", "say", "channels that get it"),
    Word("once", "say", "never sent twice"),
    Word("whatsapp", "say", "what this channel gets instead"),
    _later("telegram", "say", "what this channel gets instead"),
    _later("vk", "say", "what this channel gets instead"),
    _later("web", "say", "what this channel gets instead"),
    # ------------------------------------------------------------ ask
    Word("save", "ask", "variable for the answer"),
    Word("as", "ask", "type of the answer"),
    Word("buttons", "ask", "labels, with values or actions"),
    Word("options", "ask", "buttons made from a list in a variable"),
    Word("label", "ask", "the text of such a button"),
    Word("photo", "ask", "shown with the question"),
    Word("video", "ask", "shown with the question"),
    Word("audio", "ask", "sent with the question"),
    Word("voice", "ask", "sent with the question"),
    Word("file", "ask", "sent with the question"),
    Word("matches", "ask", "narrows the type by a regular expression"),
    Word("clean", "ask", "what is dropped before matching"),
    Word("min", "ask", "least length, count or value"),
    Word("max", "ask", "greatest length, count or value"),
    Word("check", "ask", "rules about the parsed answer"),
    Word("retry", "ask", "what to say when the answer does not fit"),
    Word("tries", "ask", "misfits in a row before else"),
    Word("else", "ask", "what to do after too many misfits"),
    Word("find", "ask", "look for the answer in the message that started the flow"),
    Word("known", "ask", "the answer is already there: ask, skip or confirm"),
    Word("skip", "ask", "label of a button that leaves it empty"),
    Word("collect", "ask", "glue messages arriving within this time"),
    Word("remind", "ask", "nudges, nothing changes"),
    Word("timeout", "ask", "after so long the question is abandoned"),
    Word("expires", "ask", "overrides the flow's, never for menus"),
    Word("meanwhile", "ask", "handlers while this question waits"),
    # ------------------------------------------------------------ what stands inside the two
    Word("share", "button", "asks for the phone or the location"),
    Word("url", "button", "opens an address"),
    Word("name", "button", "what an API client sees as its type"),
    Word("with", "button", "what an API client sees as its data"),
    Word("must", "check", "the rule"),
    Word("say", "check", "what to say when it is broken"),
    Word("after", "remind", "how long after the question"),
    Word("say", "remind", "the nudge"),
    Word("after", "timeout", "how long after the question"),
    Word("then", "timeout", "what to do"),
    # ------------------------------------------------------------ the other verbs
    Word("then", "if", "when it is true"),
    Word("else", "if", "when it is not"),
    Word("cases", "choose", "what to do for each value"),
    Word("else", "choose", "what to do for any other"),
    Word("then", "each", "what to do with the element"),
    Word("with", "call", "inputs of the flow"),
    Word("save", "call", "variable for its results"),
    Word("with", "start", "inputs of the flow"),
    Word("with", "do", "arguments"),
    Word("save", "do", "variable for the result"),
    Word("retries", "do", "how often to try again"),
    Word("timeout", "do", "how long to wait for the result"),
    Word("failed", "do", "what to do when it failed"),
    Word("at", "later", "the moment, an expression"),
    Word("after", "later", "how long from now"),
    Word("call", "later", "the flow"),
    Word("with", "later", "inputs of the flow"),
    Word("id", "later", "the name to undo it by"),
    Word("if_busy", "later", "in the middle of a task: wait, now or skip"),
    Word("cancel", "later", "undo the one with this id"),
    Word("note", "handoff", "what the operator reads first"),
    Word("say", "handoff", "what the customer hears"),
    Word("priority", "handoff", "low, normal, high or urgent"),
    Word("unanswered", "handoff", "nobody came in time"),
    Word("offline", "handoff", "nobody works now"),
    Word("closed", "handoff", "the operator closed the dialogue"),
    Word("cancel", "handoff", "the customer changed their mind"),
    Word("after", "unanswered", "how long to wait for a person"),
    Word("then", "unanswered", "what to do"),
    _later("cases", "split", "what to do for each share"),
    _later("shares", "split", "how large they are"),
    _later("event", "wait", "what to wait for"),
    _later("save", "wait", "variable for the event"),
    _later("timeout", "wait", "when to stop waiting"),
)

EVENTS = ("no_match", "error", "cancel", "expired", "updated")
"""What a trigger's `event` may name."""

READ_ONLY = frozenset(("trigger", "msg", "now", "today", "hours", "item", "handoff", "secrets"))
"""Names that flows read and never write; `user` and `chat` hold what flows write."""


def _by_place() -> dict[Where, dict[str, Word]]:
    places: dict[Where, dict[str, Word]] = {}
    for word in WORDS:
        places.setdefault(word.where, {})[word.name] = word
    return places


_PLACES = _by_place()


def words(where: Where) -> Mapping[str, Word]:
    """The keys that may stand in a place, by name."""
    return _PLACES[where]
