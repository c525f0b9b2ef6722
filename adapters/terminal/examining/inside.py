"""What the database says: damage, versions, what stands still and in which chats, what is locked."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from adapters.terminal.examining.finding import Finding, Speech
from adapters.terminal.examining.sharing import Shared
from bots.model.checkup import Kept, Late, Stuck

AHEAD = timedelta(minutes=2)
"""A clock that stands so far behind what was written has been set back."""
LARGE_LOG = 512 << 20


class Inside:
    """Finds what is wrong in the database."""

    def __init__(
        self, kept: Kept, said: Speech, *, now: datetime, running: bool, version: str
    ) -> None:
        self._kept = kept
        self._said = said
        self._now = now
        self._running = running
        self._version = version

    def findings(self) -> Iterator[Finding]:
        kept, said = self._kept, self._said
        if kept.damage:
            yield Finding(
                "wrong",
                said(
                    f"База данных повреждена: {kept.damage}",
                    f"The database is damaged: {kept.damage}",
                ),
                said(
                    "Остановите сервер и восстановите копию: python run.py restore ФАЙЛ --force",
                    "Stop the server and restore a backup: python run.py restore FILE --force",
                ),
                said(
                    "Часть разговоров может пропасть, и с каждой записью больше",
                    "Some talks may be lost, and more with everything that is written",
                ),
            )
            return
        if kept.revision != kept.expected:
            yield self._revision()
            return
        size = f"{kept.bytes / 1_000_000:.0f}"
        yield Finding("well", said(f"База данных: {size} МБ", f"The database has {size} MB"))
        yield from self._processes()
        if kept.sharing is not None:
            yield from Shared(kept.sharing, said, now=self._now).findings()
        yield from self._clock()
        yield from self._waiting()
        yield from self._parked()
        yield from self._undelivered()
        yield from self._channels()
        yield from self._locked()
        yield from self._log()

    # ------------------------------------------------------------ versions and clocks

    def _revision(self) -> Finding:
        kept, said = self._kept, self._said
        if kept.revision is None:
            return Finding(
                "odd",
                said("В базе данных ещё ничего нет", "There is nothing in the database yet"),
                said("Её наполнит первый запуск", "The first start fills it"),
            )
        if kept.revision > kept.expected:
            return Finding(
                "wrong",
                said(
                    f"База данных — от более новой версии ({kept.revision}; эта знает {kept.expected})",
                    f"The database is of a later version ({kept.revision}; this one knows {kept.expected})",
                ),
                said(
                    "Установите ту версию или восстановите копию, сделанную до неё",
                    "Install that version, or restore the backup from before it",
                ),
                said("Эта версия не запустится", "This version does not start"),
            )
        return Finding(
            "odd",
            said(
                f"База данных — от прежней версии ({kept.revision})",
                f"The database is of an earlier version ({kept.revision})",
            ),
            said(
                "Перезапустите сервер: он приведёт её в порядок",
                "Restart the server: it brings it up to date",
            ),
        )

    def _processes(self) -> Iterator[Finding]:
        said = self._said
        others = [one for one in self._kept.processes if one.version != self._version]
        for one in others:
            where = f"{one.role} {one.host}:{one.pid}"
            yield Finding(
                "odd",
                said(
                    f"Процесс {where} — версии {one.version}, а здесь {self._version}",
                    f"The process {where} is of version {one.version}, this is {self._version}",
                ),
                said("Перезапустите его", "Restart it"),
                said(
                    "Пока версии разные, клиентам отвечают по-разному",
                    "While versions differ, customers are answered in different ways",
                ),
            )
        if self._kept.processes and not others:
            count = len(self._kept.processes)
            yield Finding(
                "well",
                said(
                    f"Работают процессы: {count}, все версии {self._version}",
                    f"{count} processes at work, all of version {self._version}",
                ),
            )

    def _clock(self) -> Iterator[Finding]:
        newest, said = self._kept.newest, self._said
        if newest is not None and newest - self._now > AHEAD:
            behind = newest - self._now
            yield Finding(
                "wrong",
                said(
                    f"Часы этой машины отстают: последняя запись сделана на {behind} позже",
                    f"This machine's clock is behind: the last thing was written {behind} later",
                ),
                said(
                    "Включите NTP: timedatectl set-ntp true",
                    "Turn NTP on: timedatectl set-ntp true",
                ),
                said(
                    "Напоминания и расписания приходят не вовремя",
                    "Reminders and schedules come at the wrong time",
                ),
            )

    # ------------------------------------------------------------ what stands still

    def _waiting(self) -> Iterator[Finding]:
        kept, said = self._kept, self._said
        yield self._late(
            kept.unanswered,
            ("Сообщений клиентов без ответа", "Messages of customers without a turn"),
            _shown(kept.stuck, self._now),
        )
        yield self._late(
            kept.unsent, ("Неотправленных сообщений", "Messages that are not sent yet")
        )
        yield self._late(kept.timers, ("Просроченных таймеров", "Timers past their time"))
        if kept.held:
            yield Finding(
                "odd",
                said(
                    f"Ждут, пока клиент напишет сам: {kept.held}",
                    f"Wait until the customer writes again: {kept.held}",
                ),
            )

    def _late(self, late: Late, names: tuple[str, str], where: str = "") -> Finding:
        said = self._said
        name = said(*names)
        if late.since is None:
            return Finding("well", f"{name}: 0")
        minutes = int((self._now - late.since).total_seconds() // 60)
        if not self._running:
            return Finding(
                "odd",
                said(
                    f"{name}: {late.many}, сервер не запущен",
                    f"{name}: {late.many}, no server runs",
                ),
                why=where,
            )
        return Finding(
            "wrong",
            said(
                f"{name}: {late.many}, первое ждёт {minutes} мин",
                f"{name}: {late.many}, the first for {minutes} min",
            ),
            said(
                "Посмотрите журнал сервера; перезапуск ничего не потеряет",
                "Look into the server's log; a restart loses nothing",
            ),
            where or said("Клиенты ждут", "Customers wait"),
        )

    def _parked(self) -> Iterator[Finding]:
        kept, said = self._kept, self._said
        if not kept.parked:
            return
        newest = kept.stumbled[0]
        chat = f"{newest.channel.partition(':')[0]}:{newest.chat_id}"
        yield Finding(
            "wrong" if kept.parked_lately else "odd",
            said(
                f"Сообщений, на которых бот споткнулся: {kept.parked}, за сутки {kept.parked_lately}",
                f"Messages that the bot stumbled over: {kept.parked}, {kept.parked_lately} of them in a day",
            ),
            said(
                f"Посмотрите, что там было, исправьте и напишите этим клиентам: python run.py trace {chat}",
                f"See what was there, mend it, and write to these customers: python run.py trace {chat}",
            ),
            said("Эти клиенты ответа не получили: ", "These customers got no answer: ")
            + _shown(kept.stumbled, self._now),
        )

    def _undelivered(self) -> Iterator[Finding]:
        kept, said = self._kept, self._said
        if kept.failed:
            yield Finding(
                "odd",
                said(
                    f"За сутки не доставлено: {kept.failed}",
                    f"Not delivered in a day: {kept.failed}",
                ),
                said(f"Например: {kept.failed_error}", f"For example: {kept.failed_error}"),
            )

    # ------------------------------------------------------------ channels, keys, bots

    def _channels(self) -> Iterator[Finding]:
        kept, said = self._kept, self._said
        for name, state in kept.channels.items():
            if state.status == "up":
                yield Finding("well", said(f"{name} работает", f"{name} works"))
            else:
                yield Finding(
                    "odd" if state.status == "connecting" else "wrong",
                    f"{name}: {state.status}",
                    state.why,
                    said("Там клиентам никто не отвечает", "Nobody answers customers there"),
                )
        for title, trouble in kept.groups_down.items():
            yield Finding(
                "wrong",
                said(
                    f"Группа операторов «{title}» не работает",
                    f"The operators' group «{title}» does not work",
                ),
                trouble,
                said(
                    "Операторы не видят, что их зовут",
                    "Operators do not see that they are asked for",
                ),
            )

    def _locked(self) -> Iterator[Finding]:
        kept, said = self._kept, self._said
        if kept.locked:
            yield Finding(
                "wrong",
                said(
                    f"Нет ключа, которым открыть: {', '.join(kept.locked)}",
                    f"No key at hand opens: {', '.join(kept.locked)}",
                ),
                said(
                    "Верните ключ (EASYFLOW_KEYS или easyflow.key в папке данных) либо введите токены заново",
                    "Give the key back (EASYFLOW_KEYS, or easyflow.key in the data folder), or enter the tokens anew",
                ),
                said(
                    "Без токенов бот не может ни читать, ни писать",
                    "Without its tokens a bot can neither read nor write",
                ),
            )
        for bot, why in kept.untaken.items():
            yield Finding(
                "wrong",
                said(
                    f"Опубликованная версия {bot} не загружается",
                    f"What was published of {bot} does not load",
                ),
                why,
                said("Отвечает версия до неё", "The version before answers"),
            )

    def _log(self) -> Iterator[Finding]:
        kept, said = self._kept, self._said
        if kept.log_bytes > LARGE_LOG:
            yield Finding(
                "odd",
                said(
                    f"Журнал базы вырос до {kept.log_bytes >> 20} МБ",
                    f"The database's log has grown to {kept.log_bytes >> 20} MB",
                ),
                said(
                    "Его держит открытым другая программа, или диск не успевает; перезапуск сервера его сложит",
                    "Another program holds it open, or the disk is too slow; a restart folds it",
                ),
            )


def _shown(chats: Sequence[Stuck], now: datetime) -> str:
    """Chats by name, with how long and why."""
    told = []
    for one in chats:
        minutes = int((now - one.since).total_seconds() // 60)
        tried = f", {one.attempts}×" if one.attempts else ""
        error = f": {one.error}" if one.error else ""
        told.append(f"{one.bot} {one.channel} {one.chat_id} ({minutes} min{tried}){error}")
    return "; ".join(told)
