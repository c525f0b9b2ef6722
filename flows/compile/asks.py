"""Compiles `ask`: the question, what it accepts, and the blocks around it."""

from datetime import timedelta
from typing import Literal

from flows import complaints
from flows.attachments import ATTACHED
from flows.compile.buttons import fixed_choices, own_buttons, question_buttons
from flows.compile.fields import Fields
from flows.compile.kinds import question_kind
from flows.compile.media import media
from flows.compile.reading import Reader
from flows.compile.triggers import handlers
from flows.compile.writer import Action, Writer
from flows.expressions import Expression
from flows.model import (
    Ask,
    AskAgain,
    Check,
    Choice,
    Jump,
    Message,
    OfferedButton,
    Question,
    Reminder,
    Scope,
    Signature,
    Target,
)
from flows.text import Text, parse_text
from flows.yaml_text import Listing, Mapped, Node

Known = Literal["ask", "skip", "confirm"]
_KNOWN: tuple[Known, ...] = ("ask", "skip", "confirm")


def ask(writer: Writer, action: Action) -> None:
    """The question takes its place now; its blocks are compiled after the main line."""
    reader = writer.reader
    fields = action.fields
    save = reader.variable(fields.get("save"), "save")
    index = writer.reserve(action.place)
    step = writer.step

    def finish() -> None:
        writer.put(index, Ask(_question(writer, action, index, save), step))

    writer.aside(finish)


def _question(writer: Writer, action: Action, index: int, save: str | None) -> Question:
    reader, fields = writer.reader, action.fields
    kind = question_kind(reader, fields, _default_kind(fields))
    after = index + 1
    buttons = question_buttons(writer, fields.get("buttons"), kind.base, after)
    if not buttons and "options" not in fields:
        buttons = own_buttons(kind.base, kind.max, reader.report.language)
    timeout = fields.get("timeout")
    timeout_after, timeout_entry = _timeout(writer, timeout, Jump(after))
    # Without `find` the type decides: what is of unmistakable form is looked for.
    find = reader.yes_no(fields.get("find"), "find", default=kind.unmistakable)
    choices = fixed_choices(buttons)
    options = _options(reader, fields)
    if options is not None and save is not None and kind.base == "choice":
        reader.an_element(save, options)
    with reader.each_of(options):
        label = _label(reader, fields)
    return Question(
        place=action.place,
        signature=Signature(writer.step, save or "", kind.name),
        body=_body(writer, action, buttons),
        kind=kind,
        save=save,
        options=options,
        label=label,
        checks=_checks(reader, fields.get("check")),
        retry=reader.text(fields.get("retry"), "retry"),
        tries=reader.whole_number(fields.get("tries"), "tries", least=1),
        otherwise=writer.side_block(fields.get("else"), "else", AskAgain(index)),
        find=find and save is not None,
        known=_known(reader, fields.get("known")),
        skip=reader.text(fields.get("skip"), "skip"),
        collect=_collect(reader, fields, kind.base),
        reminders=_reminders(reader, fields.get("remind")),
        timeout=timeout_after,
        timeout_entry=timeout_entry,
        expires=expires(reader, fields.get("expires")),
        scope=_scope(writer, fields.get("meanwhile"), menu=save is None),
        choices=choices,
        simple=_simple(choices, kind.base, fields),
    )


def _simple(choices: tuple[Choice, ...] | None, base: str, fields: Fields) -> bool:
    """Whether the buttons are labels to be pressed and nothing else, and no others are added."""
    if choices is None or base == "many" or "options" in fields or "skip" in fields:
        return False
    return all(one.answers and one.button is not None and one.button.plain for one in choices)


def _default_kind(fields: Fields) -> str:
    """Buttons make a choice; ones that only share something ask for what they share."""
    if "options" in fields:
        return "choice"
    node = fields.get("buttons")
    if isinstance(node, Listing) and node.items:
        return "choice"
    if not isinstance(node, Mapped) or not node.entries:
        return "text"
    shared = set()
    for _, value in node.entries:
        what = value.get("share") if isinstance(value, Mapped) else None
        if what is None and not (isinstance(value, Mapped) and value.get("url") is not None):
            return "choice"
        shared.add(getattr(what, "text", ""))
    return next((kind for kind in ("phone", "location") if kind in shared), "text")


def _body(writer: Writer, action: Action, buttons: tuple[OfferedButton, ...]) -> Message:
    text = writer.reader.text(action.value, "ask")
    return Message(
        text=text or parse_text(""), media=media(writer.reader, action.fields), buttons=buttons
    )


def _options(reader: Reader, fields: Fields) -> Expression | None:
    return reader.expression(fields.get("options"), "options") if "options" in fields else None


def _label(reader: Reader, fields: Fields) -> Text | None:
    label = reader.text(fields.get("label"), "label")
    if label is not None and "options" not in fields:
        reader.report(complaints.MISSING_KEY, fields.key("label").place, where="ask", key="options")
    return label


def _checks(reader: Reader, node: Node | None) -> tuple[Check, ...]:
    found = []
    for item in reader.items(node):
        fields = reader.fields(item, "check", "check")
        must = reader.expression(reader.required(fields, "must", "check"), "must")
        say = reader.text(reader.required(fields, "say", "check"), "say")
        if say is not None:
            found.append(Check(must, say))
    return tuple(found)


def _collect(reader: Reader, fields: Fields, base: str) -> timedelta | None:
    if "collect" in fields and base in ATTACHED and base != "photos":
        reader.report(complaints.COLLECTS_NOTHING, fields.key("collect").place, type=base)
    return reader.duration(fields.get("collect"), "collect")


def _reminders(reader: Reader, node: Node | None) -> tuple[Reminder, ...]:
    found = []
    for item in reader.items(node):
        fields = reader.fields(item, "remind", "remind")
        after = reader.duration(reader.required(fields, "after", "remind"), "after")
        say = reader.text(reader.required(fields, "say", "remind"), "say")
        if after is not None and say is not None:
            found.append(Reminder(after, say))
    return tuple(found)


def _timeout(writer: Writer, node: Node | None, ending: Jump) -> tuple[timedelta | None, int]:
    if node is None:
        return None, -1
    reader = writer.reader
    fields = reader.fields(node, "timeout", "timeout")
    after = reader.duration(reader.required(fields, "after", "timeout"), "after")
    then = reader.required(fields, "then", "timeout")
    return after, writer.side_block(then, "then", ending)


def expires(reader: Reader, node: Node | None) -> timedelta | Literal["never"] | None:
    if node is not None and getattr(node, "text", "") == "never":
        return "never"
    return reader.duration(node, "expires")


def _known(reader: Reader, node: Node | None) -> Known:
    name = reader.one_of(node, _KNOWN, "known", "ask")
    return next(known for known in _KNOWN if known == name)


def _scope(writer: Writer, node: Node | None, *, menu: bool) -> Scope:
    """The handlers of a question. When a task ends its question is gone, and hears nothing of it."""
    if node is None:
        return Scope()

    def target(block: Node) -> Target:
        return Target(writer.flow, writer.handler(block))

    triggers = handlers(writer.reader, node, target)
    deaf = ("cancel", "expired", "error", "updated", *(() if menu else ("no_match",)))
    for name, place in triggers.event_places:
        if name in deaf:
            kind = complaints.MISFIT_HERE if name == "no_match" else complaints.EVENT_HERE
            writer.reader.report(kind, place, name=name)
    return triggers.scope()
