"""`users` and `keys` as somebody types them, over a real database."""

import io
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pyotp
import pytest

from adapters.terminal.keys import KeyCommands
from adapters.terminal.leaving import Refused
from adapters.terminal.users import UserCommands
from bots.errors import Unauthorised
from bots.services.operators import Operators
from tests.bots.services.entrance import EMAIL, Entrance


class Typed:
    """Commands, and what they said."""

    def __init__(self, entrance: Entrance, language: str = "ru") -> None:
        self.out = io.StringIO()
        self.operators = Operators(
            entrance.stores.operators,
            workspace=1,
            clock=entrance.clock,
            random_bytes=Random(1).randbytes,
        )
        self.users = UserCommands(
            members=entrance.members,
            second_factor=entrance.second_factor,
            operators=lambda workspace: self.operators,
            workspace=1,
            language=language,
            out=self.out,
        )
        self.keys = KeyCommands(
            keys=entrance.keys,
            workspace=1,
            owner=1,
            bots=["shop"],
            language=language,
            clock=entrance.clock,
            out=self.out,
        )

    @property
    def said(self) -> str:
        text = self.out.getvalue()
        self.out.seek(0)
        self.out.truncate()
        return text


@pytest.fixture
async def entrance(database: Path) -> AsyncIterator[Entrance]:
    one = Entrance(database)
    await one.open()
    await one.register()
    try:
        yield one
    finally:
        await one.close()


async def test_whoever_is_added_gets_in_with_what_was_shown(entrance: Entrance) -> None:
    typed = Typed(entrance)
    await typed.users.add("Bob@example.com", "lead", "Боб", "", apart=False)
    first, second = typed.said.splitlines()
    assert first == "Добавлен пользователь bob@example.com (lead, рабочее пространство 1)."
    entered = await entrance.log_in("bob@example.com", second.rpartition(" ")[2])
    assert (entered.account.role, entered.account.workspace) == ("lead", 1)
    await typed.users.show()
    heading, _, bob = typed.said.splitlines()
    assert heading.split() == ["№", "e-mail", "имя", "роль", "второй", "фактор", "заходил"]
    assert bob.split()[:5] == ["2", "bob@example.com", "Боб", "lead", "нет"]


async def test_a_new_password_is_shown_and_the_old_one_over(entrance: Entrance) -> None:
    typed = Typed(entrance, "en")
    await typed.users.password(EMAIL)
    await entrance.log_in(password=typed.said.split()[-1])
    with pytest.raises(Unauthorised):
        await entrance.log_in()


async def test_an_invitation_is_good_for_a_registration(entrance: Entrance) -> None:
    entrance.registration = "invite"
    entrance.build(entrance.stores)
    typed = Typed(entrance)
    await typed.users.invite("operator", 7, apart=False)
    code = re.search(r"Код (\S+) действует один раз", typed.said)
    assert code is not None
    bob = await entrance.register("bob@example.com", invitation=code[1])
    assert (bob.account.role, bob.account.workspace) == ("operator", 1)
    await typed.users.invite("operator", 7, apart=True)
    code = re.search(r"Код (\S+) действует", typed.said)
    assert code is not None
    carl = await entrance.register("carl@example.com", invitation=code[1])
    assert (carl.account.role, carl.account.workspace) == ("owner", 2)
    with pytest.raises(Refused):
        await typed.users.invite("operator", 0, apart=False)


async def test_the_last_owner_is_refused_in_words(entrance: Entrance) -> None:
    typed = Typed(entrance)
    for refused in (typed.users.give_role(EMAIL, "viewer"), typed.users.remove(EMAIL)):
        with pytest.raises(Refused, match="должен остаться владелец"):
            await refused
    with pytest.raises(Refused, match="Пользователя nobody нет"):
        await typed.users.remove("nobody")
    await typed.users.add("bob@example.com", "owner", "", "", apart=False)
    await typed.users.give_role(EMAIL, "viewer")
    await typed.users.remove(EMAIL)
    assert typed.said.splitlines()[-2:] == [
        f"{EMAIL}: роль viewer.",
        f"{EMAIL} больше не войдёт; отозвано секретных ключей: 0.",
    ]


async def test_a_second_factor_is_shown_confirmed_and_taken_away(entrance: Entrance) -> None:
    typed = Typed(entrance, "en")
    await typed.users.totp(EMAIL, None)
    secret = re.search(r"secret=(\w+)", typed.said)
    assert secret is not None
    with pytest.raises(Refused):
        await typed.users.totp(EMAIL, "000000")
    await typed.users.totp(EMAIL, pyotp.TOTP(secret[1]).at(entrance.clock()))
    assert typed.said == "The second factor is on.\n"
    with pytest.raises(Unauthorised):
        await entrance.log_in()
    await typed.users.show(as_json=True)
    assert json.loads(typed.said)[0]["second_factor"] is True
    await typed.users.reset(EMAIL)
    await entrance.log_in()


async def test_somebody_is_an_operator_of_the_desk(entrance: Entrance) -> None:
    typed = Typed(entrance)
    olya = await typed.operators.add("Оля")
    await typed.users.link(EMAIL, "оля")
    assert typed.said == f"{EMAIL} отвечает клиентам как Оля.\n"
    seats = entrance.stores.operators
    assert (await seats.of_account(1, 1, now=entrance.clock())).id == olya.id
    with pytest.raises(Refused, match="«Петя» не найден"):
        await typed.users.link(EMAIL, "Петя")


async def test_a_key_is_shown_once_and_opens_until_it_is_revoked(entrance: Entrance) -> None:
    typed = Typed(entrance)
    await typed.keys.show()
    assert typed.said == "Ключей нет: python run.py keys add\n"
    await typed.keys.add("сайт", "site", "shop", ["Example.com", "пример.рф"], 30)
    text = typed.said.split()[-1]
    caller = await entrance.accounts.caller(text)
    assert (caller.kind, caller.bot, caller.role) == ("site", "shop", "viewer")
    assert caller.domains == ("example.com", "xn--e1afmkfd.xn--p1ai")
    await typed.keys.show()
    shown = typed.said
    assert text[:16] in shown
    assert text not in shown
    await typed.keys.revoke(1)
    with pytest.raises(Unauthorised):
        await entrance.accounts.caller(text)
    with pytest.raises(Refused):
        await typed.keys.revoke(1)


async def test_a_key_runs_out_and_tells_when_it_was_used(entrance: Entrance) -> None:
    typed = Typed(entrance, "en")
    await typed.keys.add("ci", "secret", None, [], 1)
    text = typed.said.split()[-1]
    await entrance.accounts.caller(text)
    (before,) = await entrance.keys.all(1)
    entrance.clock.pass_(seconds=30)
    await entrance.accounts.caller(text)
    assert [one.last_used_at for one in await entrance.keys.all(1)] == [before.last_used_at]
    entrance.clock.pass_(seconds=31)
    await entrance.accounts.caller(text)
    (after,) = await entrance.keys.all(1)
    assert after.last_used_at == entrance.clock()
    entrance.clock.pass_(days=1)
    with pytest.raises(Unauthorised, match="ran out on 2024-01-11"):
        await entrance.accounts.caller(text)


@pytest.mark.parametrize(
    ("kind", "bot", "domains", "days"),
    [
        ("site", None, [], None),
        ("site", "nobody", [], None),
        ("secret", None, [], 0),
        ("site", "shop", ["no domain at all"], None),
        ("site", "shop", ["javascript:alert(1)"], None),
    ],
)
async def test_what_makes_no_key_is_told(
    entrance: Entrance, kind: str, bot: str | None, domains: list[str], days: int | None
) -> None:
    typed = Typed(entrance)
    with pytest.raises(Refused):
        await typed.keys.add("key", kind, bot, domains, days)  # type: ignore[arg-type]
    assert await entrance.keys.all(1) == []
