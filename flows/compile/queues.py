"""Compiles `queues`: who works in each, what customers and operators are promised there."""

from datetime import timedelta
from typing import Literal, cast

from flows import complaints
from flows.compile.fields import Fields
from flows.compile.reading import Reader
from flows.compile.references import flow_arguments, flow_name
from flows.model import Queue
from flows.yaml_text import Mapped, Node, Scalar

_ASSIGN = ("manual", "round_robin", "least_loaded")
_WRITE = ("assignee", "department", "any")
_MIRROR = ("handoff", "all")
_MOST = 1000
"""Chats at once of one operator; whoever means any number leaves the key out."""

_SHORTER = (
    ("first_reply", "resolve"),
    ("update", "resolve"),
    ("unclaimed", "resolve"),
    ("nudge", "customer_silent"),
)
"""Pairs of clocks of which the first is pointless where it is not the shorter one."""


def read_queues(reader: Reader, node: Node) -> dict[str, Queue]:
    """The queues by name; `reader` knows the working hours by now."""
    queues: dict[str, Queue] = {}
    for key, value in reader.entries(node, "queues"):
        empty = isinstance(value, Scalar) and value.text == ""
        fields = reader.fields(None if empty else value, "queue", "queues")
        queues[reader.name(key)] = _queue(reader, fields)
    return queues


def _queue(reader: Reader, fields: Fields) -> Queue:
    nudge, nudge_after = _nudge(reader, fields.get("nudge"))
    clocks = {
        name: _clock(reader, fields.get(name), name)
        for name in (
            *("unclaimed", "first_reply", "update", "resolve"),
            *("operator_silent", "customer_silent", "reopen"),
        )
    }
    _in_order(reader, fields, {**clocks, "nudge": nudge_after})
    group = fields.get("group")
    return Queue(
        hours=_hours(reader, fields.get("hours")),
        say=reader.text(fields.get("say"), "say"),
        group=reader.word(group, "group") if group is not None else None,
        csat=_csat(reader, fields.get("csat")),
        orders=_orders(reader, fields.get("orders")),
        orders_secret=_secret_of(fields.get("orders"))[1],
        csat_low=_low(fields.get("csat"))[1],
        assign=cast(
            Literal["manual", "round_robin", "least_loaded"],
            reader.one_of(fields.get("assign"), _ASSIGN, "assign", "manual"),
        ),
        write=cast(
            Literal["assignee", "department", "any"],
            reader.one_of(fields.get("write"), _WRITE, "write", "assignee"),
        ),
        internal=reader.yes_no(
            fields.get("internal_by_default"), "internal_by_default", default=False
        ),
        reactions=reader.yes_no(fields.get("reactions"), "reactions", default=False),
        skills=_words(reader, fields.get("skills"), "skills"),
        languages=_words(reader, fields.get("languages"), "languages"),
        fair=_fair(reader, fields.get("fair")),
        delay=_clock(reader, fields.get("delay"), "delay"),
        mirror=cast(
            Literal["handoff", "all"],
            reader.one_of(fields.get("mirror"), _MIRROR, "mirror", "handoff"),
        ),
        capacity=reader.whole_number(fields.get("capacity"), "capacity", least=1, most=_MOST) or 0,
        unclaimed=clocks["unclaimed"],
        first_response=clocks["first_reply"],
        update=clocks["update"],
        resolve=clocks["resolve"],
        operator_silent=clocks["operator_silent"],
        customer_silent=clocks["customer_silent"],
        nudge=nudge,
        nudge_after=nudge_after,
        reopen=clocks["reopen"],
    )


def _orders(reader: Reader, node: Node | None) -> str | None:
    url = node
    if isinstance(node, Mapped):
        url = reader.required(reader.fields(node, "orders", "orders"), "url", "orders")
    if url is None:
        return None
    text = reader.word(url, "orders")
    if not text.startswith("https://") or "{{" in text:
        reader.expected(
            url, "orders", "адрес, который начинается с https://", "an https:// address"
        )
        return None
    return text


def _secret_of(orders: Node | None) -> tuple[Node | None, str]:
    for key, value in orders.entries if isinstance(orders, Mapped) else ():
        if key.text == "secret" and isinstance(value, Scalar):
            return value, value.text.strip()
    return None, ""


def _csat(reader: Reader, node: Node | None) -> bool:
    if isinstance(node, Mapped):
        fields = reader.fields(node, "csat", "csat")
        return reader.required(fields, "low", "csat") is not None
    return reader.one_of(node, _ON_OFF, "csat", "off") in ("on", "yes")


def _low(csat: Node | None) -> tuple[Node | None, str]:
    """The flow that a poor rating begins, where one is named."""
    for key, value in csat.entries if isinstance(csat, Mapped) else ():
        if key.text == "low" and isinstance(value, Scalar):
            return value, value.text.strip()
    return None, ""


def check_followups(reader: Reader, queues: Node | None) -> None:
    """Once flows and secrets are known: those that queues name are there, and flows need nothing."""
    secrets = reader.known.secrets
    for _, value in reader.entries(queues, "queues"):
        for key, csat in value.entries if isinstance(value, Mapped) else ():
            node, _ = _low(csat) if key.text == "csat" else (None, "")
            if node is not None:
                flow_arguments(reader, flow_name(reader, node, "low"), None, node.place)
            node, secret = _secret_of(csat) if key.text == "orders" else (None, "")
            if node is not None and secret not in secrets:
                nearest = reader.report.nearest(secret, secrets)
                reader.report(complaints.UNKNOWN_SECRET, node.place, name=secret, nearest=nearest)


def _words(reader: Reader, node: Node | None, title: str) -> tuple[str, ...]:
    words = (reader.word(one, title).casefold() for one in reader.items(node))
    return tuple(dict.fromkeys(filter(None, words)))


def _fair(reader: Reader, node: Node | None) -> tuple[int, timedelta] | None:
    if node is None:
        return None
    fields = reader.fields(node, "fair", "fair")
    most = reader.whole_number(
        reader.required(fields, "most", "fair"), "most", least=1, most=_MOST_AT_A_TIME
    )
    within = _clock(reader, reader.required(fields, "within", "fair"), "within")
    return (most, within) if most is not None and within is not None else None


_MOST_AT_A_TIME = 100
_ON_OFF = ("on", "off", "yes", "no")


def _hours(reader: Reader, node: Node | None) -> str | None:
    name = reader.word(node, "hours") if node is not None else ""
    if node is not None and name and name not in reader.known.hours:
        nearest = reader.report.nearest(name, reader.known.hours)
        reader.report(complaints.UNKNOWN_HOURS, node.place, name=name, nearest=nearest)
    return name or None


def _nudge(reader: Reader, node: Node | None) -> tuple[str | None, timedelta | None]:
    if node is None:
        return None, None
    fields = reader.fields(node, "nudge", "nudge")
    after = _clock(reader, reader.required(fields, "after", "nudge"), "after")
    words = reader.required(fields, "say", "nudge")
    said = reader.word(words, "say") if words is not None else ""
    if words is not None and "{{" in said:
        reason = reader.report.words(
            "в напоминании клиенту нет переменных: его шлёт не сценарий — напишите слова без скобок",
            "a nudge has no variables, for no flow sends it: write words without braces",
        )
        reader.report(complaints.BAD_VALUE, words.place, reason=reason)
    return said or None, after


def _clock(reader: Reader, node: Node | None, title: str) -> timedelta | None:
    found = reader.duration(node, title)
    if node is not None and found is not None and found <= timedelta():
        reason = reader.report.words(
            f"«{title}» не может быть пустым сроком — уберите ключ, если срок не нужен",
            f"“{title}” cannot be no time at all: take the key away where no time is meant",
        )
        reader.report(complaints.BAD_VALUE, node.place, reason=reason)
        return None
    return found


def _in_order(reader: Reader, fields: Fields, clocks: dict[str, timedelta | None]) -> None:
    for shorter, longer in _SHORTER:
        first, second = clocks[shorter], clocks[longer]
        if first is not None and second is not None and first >= second:
            place = fields.key(shorter).place
            reader.report(complaints.CLOCK_TOO_LONG, place, name=shorter, other=longer)
