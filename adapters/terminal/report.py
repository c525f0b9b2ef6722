"""`report operators`: what hand-offs came to, as a table to read and as CSV to reckon with."""

import csv
import io
import re
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date as Date
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adapters.terminal.leaving import Refused
from adapters.terminal.tables import show_table
from bots.model.figures import Figures
from bots.model.operator import Operator
from bots.services.queue_times import days_of, promised_by, worked_at
from bots.services.reports import Grouping, Key, Report, Reports, Wanted
from flows.model import Bot
from flows.script_nodes import Told

MONTH = timedelta(days=29)
"""Before the last day of a report, where nobody says how long it is."""


class Column(NamedTuple):
    """A figure: what it is called in a file, in a table ("" where it is not shown), how it is reckoned."""

    name: Told
    title: Told
    value: Callable[[Figures], float | int | None]
    form: str = "number"


async def tell(
    given: Namespace,
    reports: Reports,
    *,
    bots: Mapping[str, Bot],
    people: Iterable[Operator],
    now: datetime,
    language: str,
    out: TextIO,
) -> int:
    """What was typed, as a table or as CSV. Raises Refused, and OSError for a file."""
    if given.bot and given.bot not in bots:
        raise Refused(f"There is no bot {given.bot}; there are: {', '.join(bots)}.")
    where = zone(given.zone or days_of(bots, given.bot), language)
    first, last = days(given.first, given.last, now.astimezone(where).date(), language)
    found = await reports.of(
        Wanted(first=first, last=last, zone=where, by=given.by, bot=given.bot),
        worked=partial(worked_at, bots),
        promised=partial(promised_by, bots),
    )
    named = names(called(people, language), language, given.by)
    if given.csv is None:
        show(found, named, language, out)
    elif given.csv == "-":
        print(written(found, named, language), end="", file=out)
    else:
        write(written(found, named, language), Path(given.csv))
    return 0


def day(written: str, language: str) -> Date:
    """`2026-11-01` or `01.11.2026`. Raises Refused."""
    turned = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", written.strip())
    try:
        if turned:
            return Date(*(int(one) for one in reversed(turned.groups())))
        return Date.fromisoformat(written.strip())
    except ValueError:
        raise Refused(
            Told(
                f"«{written}» — не день. Пишите так: 2026-11-01 (год-месяц-число).",
                f"«{written}» is no day. Write it so: 2026-11-01 (year-month-day).",
            ).by(language)
        ) from None


def zone(name: str, language: str) -> ZoneInfo:
    """Raises Refused."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        told = Told(
            f"Часового пояса «{name}» нет. Пишите так: Europe/Moscow.",
            f"There is no time zone «{name}». Write it so: Europe/Moscow.",
        )
        raise Refused(told.by(language)) from None


def days(first: str | None, last: str | None, today: Date, language: str) -> tuple[Date, Date]:
    """The days of a report: up to today and a month long, where nobody says. Raises Refused."""
    until = day(last, language) if last else today
    since = day(first, language) if first else until - MONTH
    if since > until:
        told = Told(
            f"Первый день ({since}) позже последнего ({until}).",
            f"The first day ({since}) is after the last ({until}).",
        )
        raise Refused(told.by(language))
    return since, until


def show(report: Report, named: Callable[[Key], str], language: str, out: TextIO) -> None:
    """The table, with the total beneath and notes on what it says."""
    first, last = report.wanted.first, report.wanted.last
    heading = Told(
        f"Передачи людям с {first:%d.%m.%Y} по {last:%d.%m.%Y} ({report.wanted.zone})",
        f"Hand-offs from {first} to {last} ({report.wanted.zone})",
    )
    print(heading.by(language), file=out)
    if not report.rows:
        nothing = Told("В эти дни не было ни одной.", "There were none on these days.")
        print(nothing.by(language), file=out)
        if report.total.contained is not None:
            print(_notes(report)[0].by(language), file=out)
        return
    shown = [one for one in COLUMNS if one.title.by(language)]
    rows = [[_OF[report.wanted.by].by(language), *(one.title.by(language) for one in shown)]]
    rows += [[name, *_cells(shown, row)] for name, row in _sorted(report, named)]
    if len(report.rows) > 1:
        rows.append([Told("всего", "all").by(language), *_cells(shown, report.total)])
    show_table(rows, out, right=range(1, len(rows[0])))
    for note in _notes(report):
        print(note.by(language), file=out)


def written(report: Report, named: Callable[[Key], str], language: str) -> str:
    """CSV: a row of names, then every row and the total; times in seconds, shares from 0 to 1."""
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow([_safe(report.wanted.by), *(one.name.by(language) for one in COLUMNS)])
    total = (Told("всего", "all").by(language), report.total)
    for name, row in (*_sorted(report, named), total):
        rows.writerow([_safe(name), *(_plain(one.value(row)) for one in COLUMNS)])
    return table.getvalue()


def write(text: str, path: Path) -> None:
    """Into a file, with the mark by which Excel knows that it is UTF-8. Raises OSError."""
    path.write_text(text, encoding="utf-8-sig", newline="")


def called(people: Iterable[Operator], language: str) -> dict[int, str]:
    """Names by id; whoever was removed is still told by name, for another may have the same."""
    gone = Told(" (не работает)", " (gone)").by(language)
    return {one.id: one.name if one.active else one.name + gone for one in people}


def names(
    people: Mapping[int, str], language: str, by: Grouping = "operator"
) -> Callable[[Key], str]:
    """What a row is called; `by` is what the report is told by."""

    def named(key: Key) -> str:
        if key is None:
            return Told("никто не взял", "nobody took it").by(language)
        if isinstance(key, int):
            return people.get(key, f"#{key}")
        if by == "step" and not key:
            return Told("вне шагов", "at no step").by(language)
        if by in ("reason", "source") and isinstance(key, str) and key in _REASONS:
            return _REASONS[key].by(language)
        return str(key) or Told("без очереди", "no queue").by(language)

    return named


# ---------------------------------------------------------------- inside


def _sorted(report: Report, named: Callable[[Key], str]) -> list[tuple[str, Figures]]:
    """By name; reasons by how often they come; whatever nobody took last."""
    by_number = report.wanted.by in ("reason", "source", "step")

    def place(item: tuple[Key, Figures]) -> tuple[bool, int, str]:
        key, row = item
        return key is None, -row.chats if by_number else 0, named(key).casefold()

    return [(named(key), row) for key, row in sorted(report.rows.items(), key=place)]


def _cells(shown: Sequence[Column], row: Figures) -> list[str]:
    return [_FORMS[one.form](one.value(row)) for one in shown]


def _number(value: float | None) -> str:
    return "—" if value is None else str(value)


def _time(value: float | None) -> str:
    """0:45, 12:03, 1:02:03."""
    if value is None:
        return "—"
    minutes, seconds = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.0%}"


def _stars(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"


_FORMS: Mapping[str, Callable[[float | int | None], str]] = {
    "number": _number,
    "time": _time,
    "share": _share,
    "stars": _stars,
}


def _plain(value: float | None) -> str:
    """Empty where there is nothing to tell, so that no average takes it for nought."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.3f}".rstrip("0").rstrip(".")


def _safe(cell: str) -> str:
    """A name that a table would take for a formula is told as words."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _notes(report: Report) -> list[Told]:
    notes = []
    total = report.total
    if total.contained is not None:
        notes.append(
            Told(
                f"Разговоров: {total.conversations}, из них передано людям: {total.handed};"
                f" бот справился сам: {total.contained:.0%}.",
                f"Conversations: {total.conversations}, of them handed to people: {total.handed};"
                f" the bot did {total.contained:.0%} by itself.",
            )
        )
    if total.open:
        notes.append(
            Told(f"Ещё не закончены: {total.open}.", f"Not over yet: {total.open}."),
        )
    if total.rating_asked:
        notes.append(
            Told(
                f"Оценок: {total.rated} из {total.rating_asked} запрошенных.",
                f"Ratings: {total.rated} of {total.rating_asked} asked for.",
            )
        )
    notes.append(
        Told(
            "Ожидание, ответ и решение — в рабочие часы очереди, где они заданы; взятые у бота без"
            " просьбы клиента не ждали. Все числа — с --csv; что они значат — docs/operators.md.",
            "Waits, answers and solutions are in the queue's working hours, where it has any; chats"
            " taken from the bot unasked did not wait. All figures are in --csv; docs/operators.md"
            " says what they mean.",
        )
    )
    return notes


_REASONS: Mapping[str, Told] = {
    "step": Told("так решил сценарий", "a step of a flow"),
    "phrase": Told("клиент попросил", "the customer asked"),
    "button": Told("клиент нажал кнопку", "the customer pressed a button"),
    "misfits": Told("бот не понял", "the bot did not understand"),
    "rule": Told("правило бота", "a rule of the bot"),
    "api": Told("запрос через API", "over the API"),
    "operator": Told("взял оператор", "an operator took it"),
    "native": Told("ответили в мессенджере", "answered in the messenger"),
    "reopened": Told("открыт снова", "taken up again"),
}
"""Of a hand-off for which nobody gave a reason in words of their own."""

_OF: Mapping[str, Told] = {
    "operator": Told("оператор", "operator"),
    "queue": Told("очередь", "queue"),
    "channel": Told("канал", "channel"),
    "day": Told("день", "day"),
    "reason": Told("причина", "reason"),
    "source": Told("откуда", "source"),
    "step": Told("сценарий / шаг", "flow / step"),
}
_HIDDEN = Told("", "")
COLUMNS = (
    Column(Told("чатов", "chats"), Told("чатов", "chats"), lambda row: row.chats),
    Column(Told("взято", "taken"), Told("взято", "taken"), lambda row: row.taken),
    Column(Told("пропущено", "missed"), Told("проп.", "missed"), lambda row: row.missed),
    Column(Told("вне_часов", "offline"), _HIDDEN, lambda row: row.offline),
    Column(Told("отобрано", "lost"), Told("отобр.", "lost"), lambda row: row.lost),
    Column(Told("не_закончено", "open"), _HIDDEN, lambda row: row.open),
    Column(Told("ожидание_медиана", "wait_median"), _HIDDEN, lambda row: row.wait.median),
    Column(Told("ожидание_p90", "wait_p90"), _HIDDEN, lambda row: row.wait.p90),
    Column(
        Told("ожидание_в_часы_медиана", "wait_worked_median"),
        Told("ждали", "wait"),
        lambda row: row.wait_worked.median,
        "time",
    ),
    Column(
        Told("ожидание_в_часы_p90", "wait_worked_p90"),
        Told("p90", "p90"),
        lambda row: row.wait_worked.p90,
        "time",
    ),
    Column(Told("ответ_медиана", "answer_median"), _HIDDEN, lambda row: row.answer.median),
    Column(Told("ответ_p90", "answer_p90"), _HIDDEN, lambda row: row.answer.p90),
    Column(
        Told("ответ_в_часы_медиана", "answer_worked_median"),
        Told("ответ", "answer"),
        lambda row: row.answer_worked.median,
        "time",
    ),
    Column(
        Told("ответ_в_часы_p90", "answer_worked_p90"),
        Told("p90", "p90"),
        lambda row: row.answer_worked.p90,
        "time",
    ),
    Column(
        Told("работа_медиана", "handling_median"),
        Told("работа", "handling"),
        lambda row: row.handling.median,
        "time",
    ),
    Column(
        Told("работа_среднее", "handling_mean"),
        _HIDDEN,
        lambda row: row.handling.mean,
    ),
    Column(
        Told("решение_медиана", "resolution_median"),
        _HIDDEN,
        lambda row: row.resolution.median,
    ),
    Column(
        Told("решение_в_часы_медиана", "resolution_worked_median"),
        Told("решение", "solved in"),
        lambda row: row.resolution_worked.median,
        "time",
    ),
    Column(Told("закончено", "ended"), _HIDDEN, lambda row: row.ended),
    Column(
        Told("вернулись_за_72ч", "reopened_72h"),
        Told("вернулись", "reopened"),
        lambda row: row.reopened,
    ),
    Column(
        Told("решено_с_первого_раза", "first_contact_resolution"),
        Told("FCR", "FCR"),
        lambda row: row.first_contact,
        "share",
    ),
    Column(
        Told("оценка", "csat"),
        Told("оценка", "CSAT"),
        lambda row: row.satisfaction,
        "stars",
    ),
    Column(Told("оценок", "csat_answers"), _HIDDEN, lambda row: row.rated),
    Column(
        Told("доля_оценивших", "csat_answered_share"),
        _HIDDEN,
        lambda row: row.rating_share,
    ),
    Column(
        Told("sla", "sla_kept"),
        Told("SLA", "SLA"),
        lambda row: row.promises_kept,
        "share",
    ),
    Column(Told("разговоров", "conversations"), _HIDDEN, lambda row: row.conversations),
    Column(
        Told("бот_справился_сам", "contained"),
        _HIDDEN,
        lambda row: row.contained,
    ),
)
"""In the order of the file."""
