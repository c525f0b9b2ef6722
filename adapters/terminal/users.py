"""`users`: who signs in, said from beside the server, which follows within two seconds."""

import json
from argparse import Namespace
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn, TypeVar

from adapters.terminal.leaving import Refused
from adapters.terminal.speaking import Speaking
from adapters.terminal.tables import show_table
from bots.errors import BadCredentials, CodeRefused, Conflict, Invalid, NotFound, TooMany
from bots.model.account import Account
from bots.model.operator import Role
from bots.services.members import Members
from bots.services.operators import Operators
from bots.services.second_factor import SecondFactor, is_on
from flows.script_nodes import Told

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCommands(Speaking):
    """People as somebody types them; `operators` are those of a workspace."""

    members: Members
    second_factor: SecondFactor
    operators: Callable[[int], Operators]
    workspace: int

    async def do(self, given: Namespace) -> int:
        """What was typed. Raises Refused."""
        match given.verb:
            case "add":
                return await self.add(
                    given.email, given.role, given.first, given.last, apart=given.apart
                )
            case "invite":
                return await self.invite(given.role, given.days, apart=given.apart)
            case "role":
                return await self.give_role(given.email, given.role)
            case "password":
                return await self.password(given.email)
            case "remove":
                return await self.remove(given.email)
            case "link":
                return await self.link(given.email, given.operator)
            case "totp":
                return await self.totp(given.email, given.code)
            case "reset-2fa":
                return await self.reset(given.email)
            case _:
                return await self.show(as_json=given.json)

    # ------------------------------------------------------------ the list

    async def show(self, *, as_json: bool = False) -> int:
        """Everybody of the workspace."""
        people = await self.members.all(self.workspace)
        if as_json:
            rows = [_facts(one) for one in people]
            self._say(json.dumps(rows, ensure_ascii=False, indent=2))
            return 0
        heading = Told(
            "№ e-mail имя роль второй_фактор заходил", "id e-mail name role second_factor seen"
        )
        table = [[cell.replace("_", " ") for cell in heading.by(self.language).split()]]
        table += [self._row(one) for one in people]
        show_table(table, self.out, right=(0,))
        return 0

    def _row(self, one: Account) -> list[str]:
        role = f"{one.role}, {self._said('сервер', 'server')}" if one.is_admin else one.role
        on = self._said("да", "yes") if is_on(one) else self._said("нет", "no")
        name = f"{one.first_name} {one.last_name}".strip()
        return [str(one.id), one.email, name, role, on, self._seen(one.last_login_at)]

    def _seen(self, moment: datetime | None) -> str:
        if moment is None:
            return self._said("никогда", "never")
        return f"{moment.astimezone():%Y-%m-%d %H:%M}"

    # ------------------------------------------------------------ changing

    async def add(self, email: str, role: Role, first: str, last: str, *, apart: bool) -> int:
        """A new account, in a workspace of its own where it is `apart`. Raises Refused."""
        workspace = None if apart else self.workspace
        who, password = await self._done(
            self.members.add(
                email, workspace=workspace, role=role, first_name=first, last_name=last
            )
        )
        self._tell(
            f"Добавлен пользователь {who.email} ({who.role}, рабочее пространство {who.workspace}).",
            f"{who.email} is added ({who.role}, workspace {who.workspace}).",
        )
        return self._shown(password)

    async def give_role(self, email: str, role: Role) -> int:
        """What somebody may. Raises Refused."""
        who = await self._done(self.members.give_role(await self._called(email), role))
        self._tell(f"{who.email}: роль {who.role}.", f"{who.email}: {who.role}.")
        return 0

    async def password(self, email: str) -> int:
        """A new one; every session of theirs is over. Raises Refused."""
        return self._shown(await self.members.new_password(await self._called(email)))

    async def remove(self, email: str) -> int:
        """They sign in no more, and the secret keys they know open nothing. Raises Refused."""
        who = await self._called(email)
        keys = await self._done(self.members.remove(who))
        self._tell(
            f"{who.email} больше не войдёт; отозвано секретных ключей: {keys}.",
            f"{who.email} signs in no more; secret keys revoked: {keys}.",
        )
        return 0

    async def invite(self, role: Role, days: int, *, apart: bool) -> int:
        """A code to register with. Raises Refused."""
        if not 1 <= days <= 365:
            raise Refused(self._said("Дней — от 1 до 365.", "Days are from 1 to 365."))
        new = await self.members.invite(
            self.workspace,
            workspace=None if apart else self.workspace,
            role="owner" if apart else role,
            good_for=timedelta(days=days),
        )
        until = f"{new.expires.astimezone():%Y-%m-%d %H:%M}"
        self._tell(
            f"Код {new.code} действует один раз, до {until}; его шлют как invite_code.",
            f"The code {new.code} is good once, until {until}; it is sent as invite_code.",
        )
        return 0

    async def link(self, email: str, operator: str) -> int:
        """They are an operator of the desk. Raises Refused."""
        who = await self._called(email)
        try:
            one = await self.operators(who.workspace).named(operator)
        except (NotFound, Conflict) as problem:
            raise Refused(
                self._said(
                    f"Оператор «{operator}» не найден: {problem}.",
                    f"The operator «{operator}» is not found: {problem}.",
                )
            ) from None
        await self._done(self.members.link(who, one))
        self._tell(
            f"{who.email} отвечает клиентам как {one.name}.",
            f"{who.email} answers customers as {one.name}.",
        )
        return 0

    async def totp(self, email: str, code: str | None) -> int:
        """A second factor; with the first `code` of an app it counts. Raises Refused."""
        who = await self._called(email)
        if code is not None:
            await self._done(self.second_factor.confirm(who, code))
            self._tell("Второй фактор включён.", "The second factor is on.")
            return 0
        new = await self._done(self.second_factor.propose(who))
        self._tell(
            "Добавьте в приложение (показано один раз):", "Add to an app (it is shown once):"
        )
        self._say(f"  {new.uri}\n  {new.secret}")
        self._tell("Запасные коды, каждый на один вход:", "Backup codes, each for one login:")
        for backup in new.backup_codes:
            self._say(f"  {backup}")
        self._tell(
            f"Включится с первым кодом: python run.py users totp {email} --code 123456",
            f"It counts from the first code on: python run.py users totp {email} --code 123456",
        )
        return 0

    async def reset(self, email: str) -> int:
        """Passwords alone again. Raises Refused."""
        who = await self._called(email)
        await self.second_factor.switch_off(who)
        self._tell(
            f"{who.email} входит снова по одному паролю.",
            f"{who.email} signs in with the password alone again.",
        )
        return 0

    # ------------------------------------------------------------ inside

    async def _called(self, email: str) -> Account:
        try:
            return await self.members.anywhere(email)
        except NotFound:
            raise Refused(
                self._said(
                    f"Пользователя {email} нет: python run.py users",
                    f"There is no user {email}: python run.py users",
                )
            ) from None

    async def _done(self, work: Awaitable[Result]) -> Result:
        try:
            return await work
        except (Invalid, Conflict, BadCredentials, CodeRefused, TooMany) as problem:
            self._refuse(problem)

    def _refuse(self, problem: Exception) -> NoReturn:
        words = {
            "last_owner": Told(
                "У рабочего пространства должен остаться владелец: сначала назначьте другого.",
                "A workspace needs an owner: make somebody else one first.",
            )
        }
        code = getattr(problem, "code", "")
        raise Refused(words[code].by(self.language) if code in words else str(problem)) from None

    def _shown(self, password: str) -> int:
        self._tell(f"Пароль (показан один раз): {password}", f"Password (shown once): {password}")
        return 0


def _facts(one: Account) -> dict[str, object]:
    return {
        "id": one.id,
        "email": one.email,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "role": one.role,
        "is_admin": one.is_admin,
        "second_factor": is_on(one),
        "last_login_at": one.last_login_at.isoformat() if one.last_login_at else None,
    }
