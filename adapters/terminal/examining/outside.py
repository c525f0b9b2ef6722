"""What messengers say of our accounts and of our clock, when they are asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from urllib.parse import urlsplit

from adapters.terminal.examining.finding import Finding, Speech
from bots.model.checkup import Standing

MANY = 20
"""Messages that wait at a messenger although a server runs."""

LATELY = timedelta(hours=1)

SKEW = 5.0
"""Seconds that a clock may be wrong by before it is told: a date in an answer is of whole seconds."""
FAR = 60.0
"""Codes of second factors, and links that end, are refused from about here on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Finds what is wrong there. `webhook` is where messages are to be brought, None where we fetch them."""

    standings: Sequence[Standing]
    webhook: str | None
    running: bool
    now: datetime
    said: Speech

    def findings(self) -> Iterator[Finding]:
        yield from self._clock()
        for one in self.standings:
            yield from self._of(one)

    def _clock(self) -> Iterator[Finding]:
        differ = [
            (one.at - one.date).total_seconds() - 0.5
            for one in self.standings
            if one.date is not None
        ]
        if not differ:
            return
        skew = median(differ)
        seconds = f"{abs(skew):.0f}"
        if abs(skew) < SKEW:
            yield Finding("well", self.said("Часы идут верно", "The clock is right"))
            return
        yield Finding(
            "odd" if abs(skew) < FAR else "wrong",
            self.said(
                f"Часы этой машины {'спешат' if skew > 0 else 'отстают'} на {seconds} с",
                f"This machine's clock is {seconds} s {'ahead' if skew > 0 else 'behind'}",
            ),
            self.said(
                "Включите NTP: timedatectl set-ntp true", "Turn NTP on: timedatectl set-ntp true"
            ),
            self.said(
                "Напоминания и расписания приходят не вовремя, коды для входа не подходят",
                "Reminders and schedules come at the wrong time, codes for signing in do not fit",
            ),
        )

    def _of(self, one: Standing) -> Iterator[Finding]:
        said = self.said
        if not one.reached:
            yield Finding(
                "wrong",
                said(
                    f"{one.name}: {one.platform} отсюда недоступен: {one.trouble}",
                    f"{one.name}: {one.platform} cannot be reached from here: {one.trouble}",
                ),
                said(
                    f"Проверьте сеть и DNS этой машины; если нужен другой адрес API, задайте"
                    f" EASYFLOW_{one.platform.upper()}__API_BASE",
                    f"Look at this machine's network and DNS; if the API has another address, set"
                    f" EASYFLOW_{one.platform.upper()}__API_BASE",
                ),
                said(
                    "Ответы клиентам не уходят, но хранятся и уйдут потом",
                    "Answers do not go out; they are kept and go out later",
                ),
            )
        elif one.trouble:
            yield self._refused(one)
        elif one.url is not None:
            yield from self._webhook(one)

    def _refused(self, one: Standing) -> Finding:
        said = self.said
        if one.refused:
            return Finding(
                "wrong",
                said(
                    f"{one.name}: токен больше не подходит ({one.trouble})",
                    f"{one.name}: the token is not accepted any more ({one.trouble})",
                ),
                said(
                    "Возьмите новый у @BotFather: /mybots → API Token; затем"
                    f" python run.py channels add {one.platform}, или впишите его туда, где он был",
                    "Take a new one from @BotFather: /mybots → API Token; then"
                    f" python run.py channels add {one.platform}, or write it where it was",
                ),
                said(
                    "Бот не получает и не отправляет сообщений",
                    "The bot gets no messages and sends none",
                ),
            )
        return Finding(
            "odd",
            said(
                f"{one.name} не отвечает толком: {one.trouble}", f"{one.name} says: {one.trouble}"
            ),
            said("Попробуйте позже", "Try again later"),
        )

    def _webhook(self, one: Standing) -> Iterator[Finding]:
        said = self.said
        if (one.url or "") != (self.webhook or ""):
            yield self._elsewhere(one)
            return
        failed = one.error_at is not None and self.now - one.error_at < LATELY
        if failed and self.webhook is not None:
            yield Finding(
                "wrong" if one.pending else "odd",
                said(
                    f"{one.name}: Telegram не смог принести сообщение: {one.error}; ждёт у него {one.pending}",
                    f"{one.name}: Telegram could not bring a message: {one.error}; {one.pending} wait there",
                ),
                said(
                    f"Проверьте прокси и сертификат: curl -i {_origin(self.webhook)}/livez",
                    f"Look at proxy and certificate: curl -i {_origin(self.webhook)}/livez",
                ),
                said(
                    "Эти клиенты ждут ответа; через сутки Telegram забудет, что они писали",
                    "These customers wait; after a day Telegram forgets what they wrote",
                ),
            )
        elif one.pending and not self.running:
            yield Finding(
                "odd",
                said(
                    f"{one.name}: у Telegram ждут сообщений: {one.pending}",
                    f"{one.name}: {one.pending} messages wait at Telegram",
                ),
                said("Запустите сервер: make run", "Start the server: make run"),
                said(
                    "Через сутки Telegram забудет, что клиенты писали",
                    "After a day Telegram forgets what customers wrote",
                ),
            )
        elif one.pending >= MANY:
            yield Finding(
                "odd",
                said(
                    f"{one.name}: у Telegram ждут сообщений: {one.pending}",
                    f"{one.name}: {one.pending} messages wait at Telegram",
                ),
                said(
                    "Посмотрите ещё раз через минуту; если их не меньше, смотрите журнал сервера",
                    "Look again in a minute; if there are no fewer, look into the server's log",
                ),
                said("Клиенты ждут", "Customers wait"),
            )
        else:
            yield Finding(
                "well",
                said(
                    f"{one.name}: Telegram отдаёт сообщения сюда",
                    f"{one.name}: Telegram gives its messages here",
                ),
            )

    def _elsewhere(self, one: Standing) -> Finding:
        """Messages go where we do not look; a server sets that right when it starts."""
        said = self.said
        if not one.url:
            return Finding(
                "wrong" if self.running else "odd",
                said(
                    f"{one.name}: Telegram не знает, куда приносить сообщения",
                    f"{one.name}: Telegram does not know where to bring messages",
                ),
                said("Перезапустите сервер: он скажет", "Restart the server: it tells it"),
                said("Клиенты не получают ответов", "Customers get no answers"),
            )
        host = urlsplit(one.url).netloc
        return Finding(
            "wrong" if self.running else "odd",
            said(
                f"{one.name}: Telegram приносит сообщения не сюда, а на {host}",
                f"{one.name}: Telegram brings messages to {host}, not here",
            ),
            said(
                "Отключите ту программу или возьмите боту другой токен; затем перезапустите сервер",
                "Stop that program, or take another token for the bot; then restart the server",
            ),
            said(
                "Один бот — у одной программы: клиентам отвечает та, не эта",
                "A bot is one program's: that one answers customers, not this one",
            ),
        )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
