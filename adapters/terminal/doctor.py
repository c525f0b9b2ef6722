"""`doctor`: what is wrong with this installation, in plain words, and what to do about it."""

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple, TextIO

from adapters.terminal.colours import harmless, paint
from adapters.terminal.folders import shown_path
from bots.model.checkup import Kept, Late

Weight = Literal["well", "odd", "wrong"]

SCARCE = 1 << 30
"""Bytes free on the disk below which it is time to make room."""
NONE_LEFT = 100 << 20
"""Below this customers' messages will soon be refused."""
AHEAD = timedelta(minutes=2)
"""A clock that stands so far behind what was written has been set back."""
LARGE_LOG = 512 << 20

_SIGNS = {"well": ("✓", "green"), "odd": ("!", "yellow"), "wrong": ("✗", "red")}


class Finding(NamedTuple):
    """One thing that was looked at, and what to do where it is not well."""

    weight: Weight
    what: str
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What surrounds a database. `ready` is what the server says of itself; None where none answers."""

    data: Path
    database: Path
    now: datetime
    running: bool
    ready: dict[str, object] | None
    bots: dict[str, int]
    """How many mistakes each bot folder has."""


class Doctor:
    """Words a look in the owner's language; gives 1 where anything is wrong."""

    def __init__(self, around: Around, kept: Kept | None, *, language: str, out: TextIO) -> None:
        self._around = around
        self._kept = kept
        self._russian = language == "ru"
        self._out = out

    def tell(self) -> int:
        """Every finding, the troubles last; 1 if one of them is wrong."""
        found = list(self._findings())
        order: dict[Weight, int] = {"well": 0, "odd": 1, "wrong": 2}
        for one in sorted(found, key=lambda one: order[one.weight]):
            sign, colour = _SIGNS[one.weight]
            print(f"{paint(colour, sign, self._out)} {harmless(one.what)}", file=self._out)
            if one.cure:
                print(f"    {harmless(one.cure)}", file=self._out)
        return int(any(one.weight == "wrong" for one in found))

    def _findings(self) -> Iterator[Finding]:
        yield self._server()
        yield from self._folder()
        yield self._disk()
        yield from self._bots()
        if self._kept is not None:
            yield from self._database(self._kept)

    # ------------------------------------------------------------ around it

    def _server(self) -> Finding:
        around = self._around
        if not around.running:
            return Finding(
                "odd",
                self._said("Сервер не запущен", "No server runs on this data folder"),
                self._said("Запустите: make run", "Start it: make run"),
            )
        if around.ready is None:
            return Finding(
                "wrong",
                self._said(
                    "Сервер запущен, но не отвечает по HTTP",
                    "The server runs and does not answer over HTTP",
                ),
                self._said(
                    "Если порт другой, задайте EASYFLOW_HTTP__PORT; иначе перезапустите сервер",
                    "If it has another port, set EASYFLOW_HTTP__PORT; otherwise restart it",
                ),
            )
        if around.ready.get("status") not in ("ok", "ready"):
            return Finding(
                "wrong",
                self._said("Сервер говорит, что не готов", "The server says it is not ready"),
                str(around.ready),
            )
        return Finding("well", self._said("Сервер работает и отвечает", "The server answers"))

    def _folder(self) -> Iterator[Finding]:
        folder = self._around.data
        if not folder.exists():
            yield Finding(
                "odd",
                self._said(
                    f"Папки {shown_path(folder)} ещё нет", f"{shown_path(folder)} is not there yet"
                ),
                self._said("Её создаст первый запуск", "The first start makes it"),
            )
            return
        if not os.access(folder, os.W_OK | os.X_OK):
            yield Finding(
                "wrong",
                self._said(
                    f"В папку {shown_path(folder)} нельзя писать",
                    f"{shown_path(folder)} cannot be written to",
                ),
                self._said(
                    f"Отдайте её пользователю, под которым запущен сервер: chown -R … {folder}",
                    f"Give it to the user that the server runs as: chown -R … {folder}",
                ),
            )
        open_to_others = [
            path
            for path in (self._around.database, *sorted(folder.glob("*.key")))
            if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
        ]
        for path in open_to_others:
            yield Finding(
                "wrong",
                self._said(
                    f"{shown_path(path)} могут прочитать другие пользователи этой машины",
                    f"Other users of this machine can read {shown_path(path)}",
                ),
                f"chmod 600 {path}",
            )
        if not open_to_others:
            yield Finding(
                "well",
                self._said(
                    "Данные может прочитать только их владелец", "Only its owner can read the data"
                ),
            )

    def _disk(self) -> Finding:
        there = next(
            one for one in (self._around.data, *self._around.data.resolve().parents) if one.exists()
        )
        free = shutil.disk_usage(there).free
        shown = f"{free / (1 << 30):.1f}"
        if free >= SCARCE:
            return Finding(
                "well", self._said(f"На диске свободно {shown} ГБ", f"{shown} GB of disk are free")
            )
        return Finding(
            "wrong" if free < NONE_LEFT else "odd",
            self._said(f"На диске осталось {shown} ГБ", f"Only {shown} GB of disk are free"),
            self._said(
                "Освободите место: когда его нет, сообщения клиентов не принимаются",
                "Make room: without it no message of a customer is taken",
            ),
        )

    def _bots(self) -> Iterator[Finding]:
        for bot, mistakes in self._around.bots.items():
            if mistakes:
                yield Finding(
                    "wrong",
                    self._said(
                        f"В боте {bot} ошибок: {mistakes}; отвечает прежняя версия",
                        f"The bot {bot} has {mistakes} mistakes; the version before answers",
                    ),
                    f"python run.py check {bot}",
                )
        if not any(self._around.bots.values()):
            names = ", ".join(self._around.bots)
            yield Finding(
                "well", self._said(f"Боты без ошибок: {names}", f"Bots are right: {names}")
            )

    # ------------------------------------------------------------ what is in it

    def _database(self, kept: Kept) -> Iterator[Finding]:
        if kept.damage:
            yield Finding(
                "wrong",
                self._said(
                    f"База данных повреждена: {kept.damage}",
                    f"The database is damaged: {kept.damage}",
                ),
                self._said(
                    "Остановите сервер и восстановите копию: python run.py restore ФАЙЛ --force",
                    "Stop the server and restore a backup: python run.py restore FILE --force",
                ),
            )
            return
        if kept.revision != kept.expected:
            yield self._revision(kept)
            return
        size = f"{kept.bytes / 1_000_000:.0f}"
        yield Finding("well", self._said(f"База данных: {size} МБ", f"The database has {size} MB"))
        yield from self._clock(kept)
        yield from self._waiting(kept)
        yield from self._outside(kept)
        if kept.log_bytes > LARGE_LOG:
            yield Finding(
                "odd",
                self._said(
                    f"Журнал базы вырос до {kept.log_bytes >> 20} МБ",
                    f"The database's log has grown to {kept.log_bytes >> 20} MB",
                ),
                self._said(
                    "Его держит открытым другая программа, или диск не успевает; перезапуск сервера его сложит",
                    "Another program holds it open, or the disk is too slow; a restart folds it",
                ),
            )

    def _revision(self, kept: Kept) -> Finding:
        later = (kept.revision or "") > kept.expected
        if later:
            return Finding(
                "wrong",
                self._said(
                    f"База данных — от более новой версии ({kept.revision})",
                    f"The database is of a later version ({kept.revision})",
                ),
                self._said("Установите ту версию", "Install that version"),
            )
        return Finding(
            "odd",
            self._said(
                f"База данных — от прежней версии ({kept.revision})",
                f"The database is of an earlier version ({kept.revision})",
            ),
            self._said(
                "Перезапустите сервер: он приведёт её в порядок",
                "Restart the server: it brings it up to date",
            ),
        )

    def _clock(self, kept: Kept) -> Iterator[Finding]:
        if kept.newest is not None and kept.newest - self._around.now > AHEAD:
            behind = kept.newest - self._around.now
            yield Finding(
                "wrong",
                self._said(
                    f"Часы этой машины отстают: последняя запись сделана на {behind} позже",
                    f"This machine's clock is behind: the last thing was written {behind} later",
                ),
                self._said(
                    "Включите NTP: timedatectl set-ntp true",
                    "Turn NTP on: timedatectl set-ntp true",
                ),
            )

    def _waiting(self, kept: Kept) -> Iterator[Finding]:
        yield self._late(
            kept.unanswered,
            ("Сообщений клиентов без ответа", "Messages of customers without a turn"),
        )
        yield self._late(
            kept.unsent, ("Неотправленных сообщений", "Messages that are not sent yet")
        )
        yield self._late(kept.timers, ("Просроченных таймеров", "Timers past their time"))
        if kept.parked:
            yield Finding(
                "wrong",
                self._said(
                    f"Сообщений, на которых бот споткнулся: {kept.parked}",
                    f"Messages that the bot stumbled over: {kept.parked}",
                ),
                self._said(
                    f"Последняя причина: {kept.parked_error}. Исправьте её и напишите этим клиентам",
                    f"The last reason: {kept.parked_error}. Mend it, and write to these customers",
                ),
            )
        if kept.failed:
            yield Finding(
                "odd",
                self._said(
                    f"За сутки не доставлено: {kept.failed}",
                    f"Not delivered in a day: {kept.failed}",
                ),
                self._said(f"Например: {kept.failed_error}", f"For example: {kept.failed_error}"),
            )
        if kept.held:
            yield Finding(
                "odd",
                self._said(
                    f"Ждут, пока клиент напишет сам: {kept.held}",
                    f"Wait until the customer writes again: {kept.held}",
                ),
            )

    def _late(self, late: Late, names: tuple[str, str]) -> Finding:
        name = self._said(*names)
        if late.since is None:
            return Finding("well", f"{name}: 0")
        minutes = int((self._around.now - late.since).total_seconds() // 60)
        if not self._around.running:
            return Finding(
                "odd",
                self._said(
                    f"{name}: {late.many}, сервер не запущен",
                    f"{name}: {late.many}, no server runs",
                ),
            )
        return Finding(
            "wrong",
            self._said(
                f"{name}: {late.many}, первое ждёт {minutes} мин",
                f"{name}: {late.many}, the first for {minutes} min",
            ),
            self._said(
                "Посмотрите журнал сервера; перезапуск ничего не потеряет",
                "Look into the server's log; a restart loses nothing",
            ),
        )

    def _outside(self, kept: Kept) -> Iterator[Finding]:
        for name, state in kept.channels.items():
            if state.status == "up":
                yield Finding("well", self._said(f"{name} работает", f"{name} works"))
            else:
                yield Finding(
                    "odd" if state.status == "connecting" else "wrong",
                    f"{name}: {state.status}",
                    state.why,
                )
        for title, trouble in kept.groups_down.items():
            yield Finding(
                "wrong",
                self._said(
                    f"Группа операторов «{title}» не работает",
                    f"The operators' group «{title}» does not work",
                ),
                trouble,
            )
        if kept.locked:
            yield Finding(
                "wrong",
                self._said(
                    f"Нет ключа, которым открыть: {', '.join(kept.locked)}",
                    f"No key at hand opens: {', '.join(kept.locked)}",
                ),
                self._said(
                    "Верните ключ (EASYFLOW_KEYS или easyflow.key в папке данных) либо введите токены заново",
                    "Give the key back (EASYFLOW_KEYS, or easyflow.key in the data folder), or enter the tokens anew",
                ),
            )
        for bot, why in kept.untaken.items():
            yield Finding(
                "wrong",
                self._said(
                    f"Опубликованная версия {bot} не загружается",
                    f"What was published of {bot} does not load",
                ),
                why,
            )

    def _said(self, russian: str, english: str) -> str:
        return russian if self._russian else english
