"""How processes share a PostgreSQL: who lives, what nobody holds, what it does not do for us."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from adapters.terminal.examining.finding import Finding, Speech
from bots.model.checkup import Sharing, SlotsOf
from bots.model.process import WEB

SILENT = timedelta(seconds=10)
"""Without a sign of life for so long, a process has lost what it held."""
APART = timedelta(seconds=5)
"""How far a machine's clock may be from the database's."""
NEARLY = 0.9
"""The part of PostgreSQL's connections that may be open."""


class Shared:
    """Finds what is wrong between the processes and their database."""

    def __init__(self, sharing: Sharing, said: Speech, *, now: datetime) -> None:
        self._sharing = sharing
        self._said = said
        self._now = now

    def findings(self) -> Iterator[Finding]:
        yield from self._walls()
        yield from self._unsynced()
        yield from self._connections()
        yield from self._clock()
        if self._sharing.processes:
            yield from self._processes()
            yield from self._free()

    # ------------------------------------------------------------ what PostgreSQL does not do

    def _walls(self) -> Iterator[Finding]:
        sharing, said = self._sharing, self._said
        if not sharing.idle_walls:
            yield Finding(
                "well",
                said(
                    "PostgreSQL держит стены между рабочими пространствами",
                    "PostgreSQL keeps walls between workspaces",
                ),
            )
            return
        yield Finding(
            "odd",
            said(
                f"У роли {sharing.role} есть {sharing.idle_walls}: стен между рабочими"
                " пространствами PostgreSQL для неё не держит",
                f"The role {sharing.role} has {sharing.idle_walls}: PostgreSQL keeps no walls between"
                " workspaces for it",
            ),
            said(
                f"ALTER ROLE {sharing.role} NO{sharing.idle_walls}; а если это postgres, перенесите всё"
                " в базу обычной роли: CREATE ROLE easyflow LOGIN PASSWORD '…';"
                " CREATE DATABASE easyflow OWNER easyflow; затем backup и restore",
                f"ALTER ROLE {sharing.role} NO{sharing.idle_walls}; where it is postgres itself, take all to"
                " a plain role's database: CREATE ROLE easyflow LOGIN PASSWORD '…';"
                " CREATE DATABASE easyflow OWNER easyflow; then backup and restore",
            ),
            said(
                "Чужого никто не видит и так, но второй стены за этим нет",
                "Nobody sees what is others' as it is, but no second wall stands behind that",
            ),
        )

    def _unsynced(self) -> Iterator[Finding]:
        said = self._said
        for name in self._sharing.unsynced:
            yield Finding(
                "wrong",
                said(f"В PostgreSQL выключен {name}", f"PostgreSQL has {name} off"),
                f"ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf();",
                said(
                    "Если машина упадёт, пропадут сообщения, которые мессенджер считает доставленными",
                    "If its machine goes down, messages are lost that messengers take for delivered",
                ),
            )

    def _connections(self) -> Iterator[Finding]:
        sharing, said = self._sharing, self._said
        wanted = sharing.each * len(sharing.processes)
        cure = said(
            "Поднимите max_connections в postgresql.conf (нужен перезапуск PostgreSQL)",
            "Raise max_connections in postgresql.conf (PostgreSQL has to be restarted for it)",
        )
        why = said(
            "Кому соединения не хватит, тот не примет и не отправит ничего",
            "Who gets no connection takes nothing in and sends nothing",
        )
        open_now = said(
            f"соединений {sharing.connections} из {sharing.most}",
            f"{sharing.connections} of {sharing.most} connections are open",
        )
        if sharing.connections >= NEARLY * sharing.most:
            yield Finding("wrong", f"PostgreSQL: {open_now}", cure, why)
        elif wanted > sharing.most:
            yield Finding(
                "odd",
                said(
                    f"Процессам ({len(sharing.processes)}) может понадобиться {wanted} соединений,"
                    f" а PostgreSQL даёт {sharing.most}",
                    f"{len(sharing.processes)} processes may want {wanted} connections, of which PostgreSQL"
                    f" gives {sharing.most}",
                ),
                cure,
                why,
            )
        else:
            yield Finding("well", f"PostgreSQL: {open_now}")

    def _clock(self) -> Iterator[Finding]:
        ahead, said = self._sharing.ahead, self._said
        if abs(ahead) > APART:
            seconds = round(abs(ahead).total_seconds())
            yield Finding(
                "odd",
                said(
                    f"Часы этой машины и PostgreSQL расходятся на {seconds} с",
                    f"The clocks of this machine and of PostgreSQL are {seconds} s apart",
                ),
                said(
                    "Включите NTP на обеих: timedatectl set-ntp true",
                    "Turn NTP on on both: timedatectl set-ntp true",
                ),
                said(
                    "Напоминания и расписания приходят не вовремя",
                    "Reminders and schedules come at the wrong time",
                ),
            )

    # ------------------------------------------------------------ processes and slots

    def _processes(self) -> Iterator[Finding]:
        said = self._said
        for one in self._sharing.processes:
            if one.silent > SILENT:
                yield self._silent(one)
            elif one.waiting.since is not None:
                yield self._idle(one)
        alive = [one for one in self._sharing.processes if one.silent <= SILENT]
        if alive and not any(one.role == WEB for one in alive):
            yield Finding(
                "odd",
                said("Ни один процесс не отвечает по HTTP", "No process serves HTTP"),
                said("Запустите: python run.py", "Start one: python run.py"),
                said(
                    "Вебхуки, страницы и API никто не принимает",
                    "Nobody takes webhooks, pages and the API",
                ),
            )
        shares = ", ".join(f"{_name(one)} {one.slots}" for one in alive)
        if shares:
            yield Finding(
                "well", said(f"Слоты у процессов: {shares}", f"Slots that processes hold: {shares}")
            )

    def _silent(self, one: SlotsOf) -> Finding:
        said, seconds = self._said, round(one.silent.total_seconds())
        return Finding(
            "wrong",
            said(
                f"Процесс {_name(one)} не подаёт признаков жизни {seconds} с",
                f"The process {_name(one)} has given no sign of life for {seconds} s",
            ),
            said(
                f"Он стоит (остановлен, без памяти, без сети): на {one.host} kill -9 {one.pid} и запуск заново",
                f"It stands still (stopped, out of memory, cut off): on {one.host} kill -9 {one.pid}, and"
                " start it anew",
            ),
            said(
                "Его разговоры уже ведут другие, если они есть",
                "Others have its chats already, where there are others",
            ),
        )

    def _idle(self, one: SlotsOf) -> Finding:
        said = self._said
        assert one.waiting.since is not None
        minutes = int((self._now - one.waiting.since).total_seconds() // 60)
        return Finding(
            "wrong",
            said(
                f"Процесс {_name(one)} держит слоты, но не отвечает: ждут {one.waiting.many} сообщ.,"
                f" первое {minutes} мин",
                f"The process {_name(one)} holds slots and answers nobody there: {one.waiting.many}"
                f" messages wait, the first for {minutes} min",
            ),
            said(
                f"Посмотрите его журнал и перезапустите его: на {one.host} kill {one.pid}",
                f"Look into its log, and restart it: on {one.host} kill {one.pid}",
            ),
        )

    def _free(self) -> Iterator[Finding]:
        sharing, said = self._sharing, self._said
        restart = said(
            "Перезапустите процессы по одному; почему они их не берут, сказано в журнале",
            "Restart the processes one by one; why they do not take them says their log",
        )
        if sharing.free:
            yield Finding(
                "wrong",
                said(
                    f"Слоты, которых никто не держит: {sharing.free}",
                    f"Slots that nobody holds: {sharing.free}",
                ),
                restart,
                said("Клиентам оттуда никто не отвечает", "Nobody answers the customers in them"),
            )
        if sharing.chores_free:
            yield Finding(
                "wrong",
                said(
                    "Общих дел не ведёт ни один процесс",
                    "No process does what one does for all",
                ),
                restart,
                said(
                    "Расписания, опрос мессенджеров и группы операторов стоят",
                    "Timetables, asking messengers and operators' groups stand still",
                ),
            )


def _name(one: SlotsOf) -> str:
    return f"{one.role} {one.host}:{one.pid}"
