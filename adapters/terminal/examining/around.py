"""What surrounds the database: the server, its folders and disks, the address it is reached at, backups."""

import ipaddress
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from adapters.terminal.examining.finding import Finding, Speech, Weight
from adapters.terminal.folders import shown_path

SCARCE = 1 << 30
"""Bytes free on the disk below which it is time to make room."""
NONE_LEFT = 100 << 20
"""Below this customers' messages will soon be refused."""
FEWEST_FILES = 10_000
"""A disk may have room and no more files to give."""
MOST_LOOKED_AT = 20_000
"""Files of the data folder whose owner is looked at."""

OLD = timedelta(days=7)
"""A backup that was made before then is too old, and so is an installation without one."""

TELEGRAM_PORTS = frozenset((80, 88, 443, 8443))
"""https://core.telegram.org/bots/api#setwebhook"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What surrounds a database.

    `ready` is what the server says of itself, None where none answers; `bots` how many mistakes each bot
    folder has. `database` is None where it is not a file of ours. `answers` says whether the server
    answers at `public_url`, "" or what came instead; `backed_up` is when the last backup was made.
    """

    data: Path
    database: Path | None
    now: datetime
    running: bool
    ready: dict[str, object] | None
    bots: dict[str, int]
    bots_dir: Path = Path("config/bots")
    public_url: str | None = None
    answers: str | None = None
    telegram: bool = False
    elsewhere: tuple[str, ...] = ()
    """Other machines that serve the same database."""
    backed_up: datetime | None = None
    since: datetime | None = None
    troubles: dict[str, str] = field(default_factory=dict)
    """Of databases that were named and cannot be used: which, and why."""


class Surroundings:
    """Finds what is wrong around the database."""

    def __init__(self, around: Around, said: Speech) -> None:
        self._around = around
        self._said = said

    def findings(self) -> Iterator[Finding]:
        yield self._server()
        yield from self._databases()
        yield from self._folder()
        yield from self._disks()
        yield from self._address()
        yield from self._backup()
        yield from self._bots()

    def _server(self) -> Finding:
        around, said = self._around, self._said
        nobody = said(
            "Клиентам никто не отвечает; мессенджеры хранят их сообщения около суток",
            "Nobody answers customers; messengers keep what they write for about a day",
        )
        if around.ready is None and around.elsewhere:
            hosts = ", ".join(around.elsewhere)
            return Finding(
                "well",
                said(
                    f"Здесь сервер не отвечает; работают: {hosts}",
                    f"No server answers here; at work are: {hosts}",
                ),
            )
        if not around.running:
            kept = "data folder" if around.database is not None else "database"
            return Finding(
                "odd",
                said("Сервер не запущен", f"No server runs on this {kept}"),
                said("Запустите: make run", "Start it: make run"),
                nobody,
            )
        if around.ready is None:
            return Finding(
                "wrong",
                said(
                    "Сервер запущен, но не отвечает по HTTP",
                    "The server runs and does not answer over HTTP",
                ),
                said(
                    "Если порт другой, задайте EASYFLOW_HTTP__PORT; иначе перезапустите сервер",
                    "If it has another port, set EASYFLOW_HTTP__PORT; otherwise restart it",
                ),
                nobody,
            )
        if around.ready.get("status") not in ("ok", "ready"):
            said_of = around.ready.get("troubles")
            troubles = said_of if isinstance(said_of, dict) and said_of else around.ready
            return Finding(
                "wrong",
                said("Сервер говорит, что не готов", "The server says it is not ready"),
                ", ".join(f"{what}: {how}" for what, how in troubles.items()),
            )
        return Finding("well", said("Сервер работает и отвечает", "The server answers"))

    def _databases(self) -> Iterator[Finding]:
        said = self._said
        cures = {
            "PostgreSQL": said(
                "Проверьте, что он запущен, и EASYFLOW_DATABASE_URL: адрес, имя, пароль",
                "See that it runs, and look at EASYFLOW_DATABASE_URL: host, name, password",
            ),
            "Redis": said(
                "Проверьте, что он запущен, и EASYFLOW_REDIS_URL",
                "See that it runs, and look at EASYFLOW_REDIS_URL",
            ),
        }
        why = {
            "PostgreSQL": said(
                "Без него не принимается ни одно сообщение", "Without it no message is taken"
            ),
            "Redis": said(
                "Ничего не теряется, но процессы узнают друг от друга позже, до секунды",
                "Nothing is lost, but processes hear of one another later, by up to a second",
            ),
        }
        for name, trouble in self._around.troubles.items():
            if trouble:
                weight: Weight = "wrong" if name == "PostgreSQL" else "odd"
                what = said(f"{name} недоступен: {trouble}", f"{name} is not there: {trouble}")
                yield Finding(weight, what, cures[name], why[name])
            else:
                yield Finding("well", said(f"{name} отвечает", f"{name} answers"))

    # ------------------------------------------------------------ folders

    def _folder(self) -> Iterator[Finding]:
        folder, said = self._around.data, self._said
        if not folder.exists():
            if self._around.database is None and self._around.running:
                # Nothing was written there yet: all is in PostgreSQL but files and the key.
                return
            yield Finding(
                "odd",
                said(
                    f"Папки {shown_path(folder)} ещё нет", f"{shown_path(folder)} is not there yet"
                ),
                said("Её создаст первый запуск", "The first start makes it"),
            )
            return
        yield from self._unwritable(folder)
        yield from self._of_others(folder)
        open_to_others = [
            path
            for path in (self._around.database, *sorted(folder.glob("*.key")))
            if path is not None and path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
        ]
        for path in open_to_others:
            yield Finding(
                "wrong",
                said(
                    f"{shown_path(path)} могут прочитать другие пользователи этой машины",
                    f"Other users of this machine can read {shown_path(path)}",
                ),
                f"chmod 600 {path}",
                said(
                    "В нём переписка и телефоны клиентов или ключ от токенов",
                    "It has what customers wrote and their phones, or the key of tokens",
                ),
            )
        if not open_to_others:
            yield Finding(
                "well",
                said(
                    "Данные может прочитать только их владелец", "Only its owner can read the data"
                ),
            )

    def _unwritable(self, folder: Path) -> Iterator[Finding]:
        said = self._said
        inside = (
            (one for one in sorted(folder.iterdir()) if one.is_dir()) if _enters(folder) else ()
        )
        for path in (folder, *inside):
            if not os.access(path, os.W_OK | os.X_OK):
                yield Finding(
                    "wrong",
                    said(
                        f"В папку {shown_path(path)} нельзя писать",
                        f"{shown_path(path)} cannot be written to",
                    ),
                    said(
                        f"Отдайте её пользователю, под которым запущен сервер: chown -R … {path}",
                        f"Give it to the user that the server runs as: chown -R … {path}",
                    ),
                    said(
                        "Сообщения и файлы клиентов не сохраняются, и сервер их не принимает",
                        "What customers send cannot be kept, and the server takes none of it",
                    ),
                )
        if not os.access(self._around.bots_dir, os.R_OK | os.X_OK):
            path = self._around.bots_dir
            yield Finding(
                "wrong",
                said(f"Папку {path} нельзя прочитать", f"{path} cannot be read"),
                said(
                    "Проверьте EASYFLOW_BOTS_DIR и права папки",
                    "Look at EASYFLOW_BOTS_DIR and the folder's rights",
                ),
                said("В ней боты", "The bots are in it"),
            )

    def _of_others(self, folder: Path) -> Iterator[Finding]:
        """A command typed as root leaves files that the server cannot write."""
        try:
            owner = folder.stat().st_uid
            looked_at = islice(folder.rglob("*"), MOST_LOOKED_AT)
            strange = [path for path in looked_at if path.lstat().st_uid != owner]
        except OSError:
            return
        if strange:
            said = self._said
            yield Finding(
                "wrong",
                said(
                    f"Не того же пользователя, что папка данных: {shown_path(strange[0])}"
                    f" (всего {len(strange)})",
                    f"Not of the user whose data folder it is: {shown_path(strange[0])}"
                    f" ({len(strange)} in all)",
                ),
                f"chown -R {owner} {folder}",
                said(
                    "Так бывает, когда команду набрали под root: сервер не сможет их менять",
                    "A command that was typed as root leaves such: the server cannot change them",
                ),
            )

    def _disks(self) -> Iterator[Finding]:
        said, seen = self._said, set()
        for folder in (self._around.data, self._around.bots_dir):
            there = next(one for one in (folder, *folder.resolve().parents) if one.exists())
            if (device := there.stat().st_dev) in seen:
                continue
            seen.add(device)
            free = shutil.disk_usage(there).free
            shown = f"{free / (1 << 30):.1f}"
            # 0 in all: a file system that does not count them.
            counts = os.statvfs(there) if hasattr(os, "statvfs") else None
            files = counts.f_favail if counts is not None and counts.f_files else None
            why = said(
                "Когда места нет, сообщения клиентов не принимаются",
                "Without room no message of a customer is taken",
            )
            if free < SCARCE:
                yield Finding(
                    "wrong" if free < NONE_LEFT else "odd",
                    said(
                        f"На диске {shown_path(there)} осталось {shown} ГБ",
                        f"Only {shown} GB are free on the disk of {shown_path(there)}",
                    ),
                    said(
                        f"Освободите место: du -xh {there} | sort -h | tail",
                        f"Make room: du -xh {there} | sort -h | tail",
                    ),
                    why,
                )
            elif files is not None and files < FEWEST_FILES:
                yield Finding(
                    "wrong",
                    said(
                        f"На диске {shown_path(there)} можно создать ещё {files} файлов",
                        f"The disk of {shown_path(there)} takes only {files} more files",
                    ),
                    said("Удалите лишние мелкие файлы: df -i", "Delete small files: df -i"),
                    why,
                )
            else:
                yield Finding(
                    "well", said(f"На диске свободно {shown} ГБ", f"{shown} GB of disk are free")
                )

    # ------------------------------------------------------------ address and backup

    def _address(self) -> Iterator[Finding]:
        url, said = self._around.public_url, self._said
        if url is None:
            return
        wrong = self._unreachable(url)
        if wrong:
            yield Finding(
                "wrong",
                f"EASYFLOW_PUBLIC_URL={url}: {wrong}",
                said(
                    "Задайте адрес, по которому сервер виден из интернета: https://bot.example.com",
                    "Set the address at which the internet reaches the server: https://bot.example.com",
                ),
                said(
                    "По нему мессенджеры приносят сообщения клиентов",
                    "Messengers bring what customers write to it",
                ),
            )
        elif self._around.answers:
            yield Finding(
                "wrong" if self._around.running else "odd",
                said(
                    f"По адресу {url} отвечает не этот сервер: {self._around.answers}",
                    f"At {url} it is not this server that answers: {self._around.answers}",
                ),
                said(
                    f"Проверьте DNS, прокси и сертификат: curl -i {url}/livez",
                    f"Look at DNS, proxy and certificate: curl -i {url}/livez",
                ),
                said(
                    "Мессенджеры не смогут принести сообщения клиентов",
                    "Messengers cannot bring what customers write",
                ),
            )
        elif self._around.answers is not None:
            yield Finding("well", said(f"{url} ведёт сюда", f"{url} leads here"))

    def _unreachable(self, url: str) -> str:
        said, parts = self._said, urlsplit(url)
        host = parts.hostname or ""
        try:
            private = not ipaddress.ip_address(host).is_global
        except ValueError:
            private = host == "localhost" or host.endswith((".local", ".localhost", ".internal"))
        if private:
            return said(
                "этот адрес виден только с этой машины или из её сети",
                "only this machine, or its own network, can see that address",
            )
        if parts.scheme != "https":
            return said(
                "мессенджеры ходят только по https", "messengers call https addresses alone"
            )
        if self._around.telegram and (parts.port or 443) not in TELEGRAM_PORTS:
            return said(
                f"в порт {parts.port} Telegram не ходит, только в 443, 80, 88 и 8443",
                f"Telegram calls no port {parts.port}, only 443, 80, 88 and 8443",
            )
        return ""

    def _backup(self) -> Iterator[Finding]:
        around, said = self._around, self._said
        if around.since is None or around.now - around.since < OLD:
            return
        why = said(
            "Если диск откажет, всё, что написали клиенты с тех пор, пропадёт",
            "If the disk dies, all that customers wrote since is lost",
        )
        cure = said(
            "python run.py backup /другой/диск/копия.zip (и в cron, каждую ночь)",
            "python run.py backup /another/disk/copy.zip (and in cron, every night)",
        )
        if around.backed_up is None:
            what = said("Копию отсюда ещё не делали", "No backup was made here yet")
            yield Finding("odd", what, cure, why)
            return
        days = (around.now - around.backed_up).days
        if around.now - around.backed_up >= OLD:
            what = said(f"Последней копии {days} дн.", f"The last backup is {days} days old")
            yield Finding("odd", what, cure, why)
        else:
            yield Finding(
                "well", said(f"Последней копии {days} дн.", f"The last backup is {days} days old")
            )

    def _bots(self) -> Iterator[Finding]:
        said = self._said
        for bot, mistakes in self._around.bots.items():
            if mistakes:
                yield Finding(
                    "wrong",
                    said(
                        f"В боте {bot} ошибок: {mistakes}; отвечает прежняя версия",
                        f"The bot {bot} has {mistakes} mistakes; the version before answers",
                    ),
                    f"python run.py check {bot}",
                )
        if not any(self._around.bots.values()):
            names = ", ".join(self._around.bots)
            yield Finding("well", said(f"Боты без ошибок: {names}", f"Bots are right: {names}"))


def _enters(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.X_OK)
