"""A bot's own Python: read without running it, run where it may be, its mistakes told by their line."""

import asyncio
import py_compile
import textwrap
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import pytest

from adapters.actions.catalogue import Catalogue
from adapters.actions.declared import Declared
from adapters.actions.job import BotFacts
from adapters.actions.owners import OwnersActions
from adapters.actions.rehearsing import rehearsed
from adapters.actions.threads import AT_ONCE
from bots.errors import ActionFailed
from bots.model.message import Address
from flows.errors import LoadError

CHAT = Address(1, "shop", "telegram:7", "5")
NOON = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
LOYALTY = '''
from bots.owners import Context, Failed, action

LEVELS = [100, 500]


@action("loyalty.points", effect="none", about="баллы клиента")
async def points(phone: str, *, ctx: Context) -> dict:
    if phone == "+7":
        raise Failed("такого клиента нет", again=True)
    return {"points": len(phone), "bot": ctx.bot, "key": ctx.key, "day": ctx.now.date()}


@action("loyalty.level")
def level(points: int, names: list[str] | None = None):
    """Уровень клиента.

    Считается по баллам.
    """
    return (names or ["новичок", "свой", "друг"])[sum(points >= one for one in LEVELS)]


@action("loyalty.broken")
def broken(x=None):
    return {}[x]


@action("loyalty.odd")
def odd():
    return object()


def not_an_action():
    return 5
'''


class Shop:
    """A folder with an actions.py, and the actions that run it."""

    def __init__(self, folder: Path, *, allowed: bool = True) -> None:
        self.folder = folder
        self.owners = OwnersActions(allowed=allowed)
        self.catalogue = Catalogue(
            (), bots=lambda _: BotFacts(), clock=lambda: NOON, owners=self.owners.of
        )

    def writes(self, source: str) -> "Shop":
        source = textwrap.dedent(source)
        (self.folder / "actions.py").write_text(source, encoding="utf-8")
        self.owners.load("shop", self.folder, source)
        return self

    async def does(self, action: str, **arguments: Any) -> Any:
        return await self.catalogue.run(action, arguments, address=CHAT, key="k")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


# ---------------------------------------------------------------- read


def test_what_a_file_declares_is_read_without_running_it() -> None:
    declared = Declared(LOYALTY + "\nraise SystemExit\n")
    assert declared.complaints == []
    points, level = declared.specs["loyalty.points"], declared.specs["loyalty.level"]
    assert (points.effect, level.effect) == ("none", "yes")
    assert (points.about.ru, level.about.ru) == ("баллы клиента", "Уровень клиента")
    assert {name: (one.kind, one.required) for name, one in points.inputs.items()} == {
        "phone": ("text", True)
    }
    assert {name: (one.kind, one.required) for name, one in level.inputs.items()} == {
        "points": ("integer", True),
        "names": ("list", False),
    }


@pytest.mark.parametrize(
    ("source", "line", "complaint"),
    [
        ("x = (", 1, "Python этого не понимает"),
        ('\n@action("points")\ndef f(): ...', 2, "имя действия пишется прямо здесь, с точкой"),
        ("@action(NAME)\ndef f(): ...", 1, "имя действия пишется прямо здесь, с точкой"),
        ("@action()\ndef f(): ...", 1, "имя действия пишется прямо здесь, с точкой"),
        ('@action("http.get")\ndef f(): ...', 1, "действие «http.get» уже есть"),
        (
            '@action("a.b")\ndef f(): ...\n@action("a.b")\ndef g(): ...',
            3,
            "действие «a.b» уже есть",
        ),
        ('@action("a.b", effect="some")\ndef f(): ...', 1, "effect бывает: none, undo, yes"),
        ('@action("a.b")\ndef f(**more): ...', 2, "у аргументов действия должны быть имена"),
    ],
)
def test_a_mistake_is_told_with_its_line(source: str, line: int, complaint: str) -> None:
    (told,) = Declared(source, taken={"http.get"}).complaints
    assert (told.place.file, told.place.line) == ("actions.py", line)
    assert told.text.startswith(complaint)


def test_a_mistake_is_told_in_the_owners_language() -> None:
    (told,) = Declared('@action("points")\ndef f(): ...', language="en").complaints
    assert told.text.startswith("write the action's name here")


def test_a_file_that_may_not_be_run_names_the_setting() -> None:
    spec = Declared(LOYALTY, allowed=False).specs["loyalty.points"]
    assert spec.missing is not None
    assert "EASYFLOW_ALLOW_ACTIONS" in spec.missing.ru


# ---------------------------------------------------------------- run


async def test_a_coroutine_is_called_with_what_surrounds_it(shop: Shop) -> None:
    given = await shop.writes(LOYALTY).does("loyalty.points", phone="+79990000001")
    assert given == {"points": 12, "bot": "shop", "key": "k", "day": {"$date": "2026-03-03"}}


async def test_a_plain_function_runs_beside_the_others(shop: Shop) -> None:
    """In a thread: two that wait for each other would otherwise never end."""
    shop.writes(
        """
        import threading
        from bots.owners import action
        both = threading.Barrier(2, timeout=60)

        @action("a.meet")
        def meet(n: int):
            both.wait()
            return n
        """
    )
    met = await asyncio.gather(shop.does("a.meet", n=1), shop.does("a.meet", n=2))
    assert list(met) == [1, 2]


async def test_functions_that_hang_keep_nothing_of_the_house_waiting(shop: Shop) -> None:
    shop.writes(
        """
        import threading
        from bots.owners import action
        answer = threading.Event()

        @action("a.hang")
        def hang(n: int):
            answer.wait()
            return n

        @action("a.answer")
        async def let_go():
            answer.set()
        """
    )
    count = 2 * AT_ONCE + 40
    calls = [asyncio.create_task(shop.does("a.hang", n=n)) for n in range(count)]
    try:
        await asyncio.sleep(0.05)
        async with asyncio.timeout(60):
            # As the house reads a picture that a customer is to be sent.
            assert await asyncio.to_thread(lambda: "read") == "read"
        calls[0].cancel()
    finally:
        await shop.does("a.answer")
    # Those that had to wait for a thread have their turn, in that of the cancelled one too.
    assert await asyncio.gather(*calls[1:]) == list(range(1, count))


async def test_a_text_is_read_as_the_number_that_is_wanted(shop: Shop) -> None:
    shop.writes(LOYALTY)
    assert await shop.does("loyalty.level", points=" 120 ") == "свой"
    with pytest.raises(ActionFailed, match="points must be a number"):
        await shop.does("loyalty.level", points="много")


async def test_what_it_fails_with_are_the_flows_words(shop: Shop) -> None:
    with pytest.raises(ActionFailed, match="такого клиента нет") as failed:
        await shop.writes(LOYALTY).does("loyalty.points", phone="+7")
    assert failed.value.transient


async def test_a_mistake_of_the_owners_is_failed_with_its_line(shop: Shop) -> None:
    line = LOYALTY.split("\n").index("    return {}[x]") + 1
    with pytest.raises(ActionFailed, match=rf"^actions\.py:{line}: KeyError: 'y'$") as failed:
        await shop.writes(LOYALTY).does("loyalty.broken", x="y")
    assert not failed.value.transient


async def test_a_result_that_cannot_be_kept_is_failed(shop: Shop) -> None:
    with pytest.raises(ActionFailed, match=r"actions\.py: odd: такое значение нельзя запомнить"):
        await shop.writes(LOYALTY).does("loyalty.odd")


async def test_an_edited_file_holds_at_once(shop: Shop) -> None:
    shop.writes(LOYALTY)
    shop.writes(LOYALTY.replace("len(phone)", "1000"))
    assert (await shop.does("loyalty.points", phone="+79"))["points"] == 1000


async def test_a_broken_edit_leaves_what_was_there(shop: Shop) -> None:
    shop.writes(LOYALTY)
    with pytest.raises(LoadError) as error:
        shop.writes("import math\n\n1 / 0\n")
    (complaint,) = error.value.complaints
    assert str(complaint) == "actions.py:3: E095 ZeroDivisionError: division by zero"
    assert (await shop.does("loyalty.points", phone="+79"))["points"] == 3


async def test_nothing_is_run_unless_it_is_allowed(tmp_path: Path) -> None:
    shop = Shop(tmp_path, allowed=False).writes("1 / 0")
    with pytest.raises(ActionFailed, match="EASYFLOW_ALLOW_ACTIONS"):
        await shop.does("loyalty.points", phone="+7")


def test_a_bots_tests_run_it_too(shop: Shop) -> None:
    shop.writes(LOYALTY)
    act = rehearsed(BotFacts(), lambda: NOON, owners=shop.owners.of("shop"))
    given = act("loyalty.points", {"phone": "+79"})
    assert isinstance(given, Mapping)
    assert given["points"] == 3
    assert act("loyalty.level", {"points": 600}) == "друг"


async def test_what_lies_packed_beside_the_file_is_not_run(tmp_path: Path) -> None:
    source = '@action("a.b")\ndef f():\n    return "{}"\n'
    head = "from bots.owners import action\n"
    evil = tmp_path / "evil.py"
    evil.write_text(head + source.format("packed"), encoding="utf-8")
    packed = cache_from_source(str(tmp_path / "actions.py"))
    py_compile.compile(
        str(evil), cfile=packed, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )
    shop = Shop(tmp_path).writes(head + source.format("read"))
    assert await shop.does("a.b") == "read"


async def test_leaving_ends_the_action_and_not_the_server(shop: Shop) -> None:
    with pytest.raises(LoadError):
        shop.writes("import sys\nsys.exit()\n")
    shop.writes(
        "import sys\nfrom bots.owners import action\n"
        '@action("a.b")\nasync def f():\n    sys.exit()\n'
        '@action("a.c")\ndef g():\n    sys.exit()\n'
    )
    for name in ("a.b", "a.c"):
        with pytest.raises(ActionFailed, match="SystemExit"):
            await shop.does(name)


@pytest.mark.parametrize("sign", ["-", "not ", "(", "[", "f("])
def test_what_is_nested_without_end_is_a_mistake_like_any_other(sign: str) -> None:
    (told,) = Declared("x = " + sign * 100_000).complaints
    assert told.code == "E095"
