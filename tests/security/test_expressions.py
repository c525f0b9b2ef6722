"""What an owner writes in braces reaches nothing but values, and ends soon whatever it is."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.env import Env
from flows.errors import FlowError, RunError
from flows.expressions import parse_expression
from flows.text import parse_text
from flows.values import DEEPEST, HEAVIEST, freeze_light, thaw
from tests.flows.conftest import Dialog, bot_of

ENV = Env(language="ru", timezone=ZoneInfo("Europe/Moscow"), now=datetime(2026, 11, 25, tzinfo=UTC))
SOON = 2.0
"""Seconds of the processor: some forty times what the slowest takes, for machines of any speed."""


def nested(depth: int, wrap: Callable[[Any], Any]) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = wrap(value)
    return value


LONG = "я" * 10_000
MOMENTS = {
    "early": {"$at": "0001-01-01T00:00:00+14:00"},
    "late": {"$at": "9999-12-31T23:59:59-12:00"},
    "naive": {"$at": "2024-01-01T00:00:00"},
    "day": {"$date": "9999-12-31"},
    "clock": {"$time": "10:00:00+05:00"},
    "span": {"$seconds": 86_399_999_999_999},
    "back": {"$seconds": -86_399_999_999_999},
    "much": {"$seconds": 1e300},
    "odd": {"$seconds": []},
}
SCOPE = {
    "x": LONG,
    "texts": [LONG] * 45,
    "numbers": [1] * 10_000,
    "c": thaw(MOMENTS),
    "sup": "²",
    "huge": 10**300,
    "edge": 2**63,
    "deep": nested(900, lambda inner: [inner]),
    "record": nested(900, lambda inner: {"a": inner}),
}

REFUSED = """
x.__class__ | ''.__class__.__mro__[1].__subclasses__() | ().__class__ | x.__init__.__globals__
_x | x._y | c.__dict__ | x.__class__.__base__ | lipsum.__globals__ | self.__init__
cycler.__init__.__globals__.os.popen('id').read() | config.__class__.__init__.__globals__['os']
__import__('os').system('id') | exec('1') | eval('1') | open('/etc/passwd') | compile('1', '', 'eval')
getattr(x, 'y') | globals() | locals() | vars() | dir() | type(x) | print(x) | input() | help()
breakpoint() | exit() | range(9) | map(len, x) | ''.join(x) | x.format(c) | '{0.y}'.format(x)
x.upper() | [].append(1) | c.update(x) | c.pop('a') | lambda: 1 | (lambda: 1)()
[i for i in x] | {i for i in x} | {i: 1 for i in x} | (i for i in x) | (x := 1) | {**c} | [*x]
f'{x}' | f'{x.__class__}' | b'a' | ... | 1j | {1, 2} | (1, 2) | x[1:2] | x[::1] | x[...]
await x | yield | yield x | x; x | x = 1 | del x | import os | raise x | assert x | pass | x#y
x ** x | 9**9**9**9 | x << 3 | 1 << 999 | x >> 1 | x & x | x ^ 1 | ~x | x @ x | x is x
x || 1 | x|y.z | x && 1 | !x | x?.y | ${x} | <%= x %> | {% for i in x %} | {{7*7}} | {x}} | #{x}
len(x=1) | len(*x) | len(**c) | nothing(1) | x(1) | 1(2) | 'a'(1) | [1](0)
9223372036854775808 | 1e999 | 0xffffffffffffffffffff | '\\N{NOTHING}' | 'open | (1 | 1) | [1 | {1
"""

RUNS = """
deep | record | deep == deep | record == record | deep in deep | deep|join | str(deep) | deep|lines
default(deep, 1) | deep|contains('a') | texts | texts|join | texts|lines | texts+texts+texts
texts|contains('a') | contains(x, x) | x in texts | numbers+numbers | numbers|join(x) | join(texts, x)
x+x | x|title | x|upper | x|money | x|phone | x|mask | x|date | x|time | x|percent | x*100
'9'*10 | [x]*100 | '%s' % x | x % 1 | 1//0 | 1 % 0 | 0.0/0 | 1e18*1e18 | huge*huge | huge+huge
huge|round(15) | huge|int | round(1, -15) | round(0.1, 1.5) | round(1, x) | round('1e400') | huge|money
-huge | edge*edge | edge|money | huge|plural('a','b','c') | plural('x','a','b','c') | percent(huge)
sup|int | int('²') | number(sup) | number('nan') | number('1e999') | number('٣') | int('9')|int
sup|date | sup|phone | sup|time | sup|percent | sum(texts) | max(texts) | min(c) | sum(deep)
days(huge) | days(1e300) | weeks(1e18) | now+days(1e9) | now+days(99999999) | today+days(99999999)
c.early | c.early|date | c.early|time | c.early|weekday | c.early-now | c.early<now | c.early==now
c.late | c.late|date | c.late|date_time | c.late+days(1) | c.naive | c.naive<now | c.naive-now
c.naive==now | c.naive|date | c.day | c.day+days(1) | c.day|weekday | c.clock | c.clock<'10:00'
c.clock|time | c.clock-c.clock | c.day-c.clock | c.span | now+c.span | now+c.back | c.span+c.span
c.span*1e300 | days(c.span) | abs(c.back) | c.much | c.odd | c['early'] | c[x] | c['__class__']
x[0] | x[9223372036854775807] | x[-1] | x[yes] | texts[1.5] | null[0] | {[]: 1} | {{}: 1} | {x: 1}|len
x<texts | c<c | c<now | x in 1 | 1 in x | null in x | hours.x.open | hours | x if x else x
"""


def listed(payloads: str) -> list[str]:
    return [one.strip() for line in payloads.strip().split("\n") for one in line.split(" | ")]


BIG = [
    "(" * 99 + "1" + ")" * 99,
    "not " * 99 + "1",
    "-" * 400 + "1",
    "1" + "+1" * 240,
    "1" + "<1" * 90,
    "[" * 95 + "]" * 95,
    "9" * 400,
    "0x" + "f" * 400,
    "x" * 100_000,
    "+".join(["x"] * 60),
    "[" + ",".join(["texts"] * 60) + "]|join",
    "1 if 1 else " * 40 + "1",
    "'" + "a" * 490 + "'*2",
]


def spent(work: Callable[[], object]) -> float:
    began = time.process_time()
    with suppress(FlowError, RunError):
        work()
    return time.process_time() - began


@pytest.mark.parametrize("payload", listed(REFUSED))
def test_what_is_not_a_value_is_refused_before_it_runs(payload: str) -> None:
    with pytest.raises(FlowError):
        parse_expression(payload).evaluate({}, ENV)


@pytest.mark.parametrize("payload", [*listed(RUNS), *listed(REFUSED), *BIG])
def test_whatever_is_written_ends_soon_and_in_our_own_words(payload: str) -> None:
    assert spent(lambda: parse_expression(payload).evaluate(SCOPE, ENV)) < SOON
    assert spent(lambda: parse_text("{{ " + payload + " }}.").render(SCOPE, ENV)) < SOON


@pytest.mark.parametrize(
    "text",
    ["{{", "}}", "{{ }}", "{{ {{ x }} }}", "{" * 9_999, "{{'" * 3_000, "{{ x }}" * 3_000, "\0"],
)
def test_broken_braces_are_found_soon(text: str) -> None:
    assert spent(lambda: parse_text(text).render(SCOPE, ENV)) < SOON


@pytest.mark.parametrize(
    "text", ["%(x)s %s %n", "{x} {0} {x.__class__}", "$x ${x}", "<%= x %>", "{% x %}", "#{x}"]
)
def test_other_languages_of_templates_are_plain_words(text: str) -> None:
    assert parse_text(text).render({"x": "secret"}, ENV) == text


def test_words_of_a_customer_are_never_read_as_a_text_of_ours() -> None:
    said = "{{ 7 * 7 }} {{ user.phone }} {{ x.__class__ }}"
    assert parse_text("{{ x }}").render({"x": said, "user": {"phone": "1"}}, ENV) == said


@pytest.mark.parametrize(
    "value",
    [
        nested(DEEPEST + 1, lambda inner: [inner]),
        nested(20, lambda inner: [inner, inner, inner]),
        {"a": LONG * (HEAVIEST // 10_000 + 1)},
        {LONG + str(place): 1 for place in range(60)},
        [0] * (HEAVIEST + 1),
    ],
    ids=["deep", "doubled", "text", "keys", "long"],
)
def test_a_value_that_would_weigh_on_every_turn_is_not_kept(value: Any) -> None:
    with pytest.raises(RunError):
        freeze_light(value)


def test_a_dialog_that_doubles_a_value_at_every_turn_stops_growing() -> None:
    bot = bot_of(
        "flow: а\nabout: А\nwhen: [/a]\nsteps:\n"
        "  раз:\n    - set: {x: [1]}\n    - go: два\n"
        '  два:\n    - ask: Ещё?\n      save: y\n    - set: {x: "{{ [x, x, x, x] }}"}\n'
        "    - go: два\n"
    )
    dialog = Dialog(bot, {})
    dialog.hears("/a")
    for _ in range(15):
        dialog.hears("да")
    assert len(str(dialog.play.position)) < 4 * HEAVIEST
