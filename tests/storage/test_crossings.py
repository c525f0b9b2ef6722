"""Behind a wall each question of a store is asked there; those that cross workspaces are named here."""

import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, timedelta
from importlib import import_module
from pkgutil import walk_packages
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

import storage
from bots.model.conversation import Conversation
from bots.tenancy import answer_for, answered_for
from storage.stores import Base, stores_over
from storage.traces import SqlTraces
from storage.vault import KeyRing
from storage.words import Vectors
from tests.storage.samples import ANNA, NOON

_BEFORE = "it is asked before anybody knows whose request it is"
_ONE_NAME = "what it names is one over all workspaces: whose it is already is told in words"
_CHORE = "a chore over all workspaces"
_SERVING = "a process serves all workspaces, and reads again in the middle of a request"

CROSSING: Mapping[str, str] = {
    "SqlAccounts.by_email": _BEFORE,
    "SqlAccounts.owner": _BEFORE,
    "SqlKeys.by_digest": _BEFORE,
    "SqlKeys.used": _BEFORE,
    "SqlSessions.one": _BEFORE,
    "SqlSessions.rotate": _BEFORE,
    "SqlSessions.open": "who signs in is of no workspace yet",
    "SqlSessions.end": "a session that is over is named by its id alone",
    "SqlAccounts.found": _ONE_NAME,
    "SqlAccounts.register": _ONE_NAME,
    "SqlAssistants.add": _ONE_NAME,
    "SqlChannels.put": _ONE_NAME,
    "SqlKeys.add": _ONE_NAME,
    "SqlAssistants.tidy": _CHORE,
    "SqlDocuments.tidied": _CHORE,
    "SqlDocuments.waiting": _CHORE,
    "SqlFeed.prune": _CHORE,
    "SqlPersons.silent": _CHORE,
    "SqlSessions.prune": _CHORE,
    "SqlShelf.workspaces": _CHORE,
    "SqlVersions.prune": _CHORE,
    "SqlWorkspaces.ids": _CHORE,
    "SqlWorkspaces.with_groups": _CHORE,
    "SqlAssistants.here": _SERVING,
    "SqlChannels.note": _SERVING,
    "SqlChannels.records": _SERVING,
    "SqlChannels.states": _SERVING,
    "SqlFeed.latest": _SERVING,
    "SqlFeed.stirred": _SERVING,
    "SqlOperators.all": _SERVING,
    "SqlVersions.live": _SERVING,
    "SqlCensus.people": "whoever looks after the server sees its people",
    "SqlPersons.erase": "the highest number of a chat that is gone stays, of no workspace",
}
"""What goes around the wall, and why."""

ELSEWHERE: Mapping[str, str] = {
    "SqlMembership": "processes and leases are of no workspace",
    "SqliteSource": "a database is moved as a whole",
    "SqliteTarget": "a database is moved as a whole",
}
"""Stores that are not asked here."""

CHAT = Conversation(
    uuid="1",
    id=1,
    address=ANNA,
    platform="telegram",
    user_id="501",
    customer_id=1,
    profile={"phone": "+79991234567"},
    created_at=NOON,
    updated_at=NOON,
)
GIVEN: Mapping[str, Mapping[str, Any]] = {
    "SqlEpisodes.of_same_person": {"chat": CHAT},
    "SqlFeed.after": {"names": ()},
}
"""What a question is given that asks nothing without."""


class Touched:
    """A database that notes from behind which wall it is asked, and has nothing in it."""

    def __init__(self) -> None:
        self.walls: set[int | None] = set()

    async def do(self, *_: Any, **__: Any) -> Any:
        self.walls.add(answered_for())

    @asynccontextmanager
    async def connect(self) -> AsyncIterator["Touched"]:
        yield self

    async def exec_driver_sql(self, *_: Any) -> "Touched":
        self.walls.add(answered_for())
        return self

    def first(self) -> None:
        return None

    def scalar(self) -> int:
        return 0

    def fetchall(self) -> list[Any]:
        return []

    def __iter__(self) -> Iterator[Any]:
        return iter(())


def stores_of(database: Any) -> list[Any]:
    """Every store, over a database of the test."""
    base = Base(
        writer=database,
        reader=database,
        reading=database,
        pool=lambda: (1, 0),
        close=database.do,
        words=Vectors(),
    )
    vault = KeyRing(lambda: ["a key of the tests that is long enough"])
    all_of_them = stores_over(
        base,
        cast(Any, database.do),
        new_id=lambda: "0" * 32,
        clock=lambda: NOON,
    )
    made = [getattr(all_of_them, name) for name in all_of_them.__slots__ if name != "base"]
    for name in ("channels", "connections", "ai_tokens", "webhooks", "webhook_deliveries"):
        made.append(getattr(all_of_them, name)(vault))
    made += [all_of_them.persons, all_of_them.neighbourhood("me"), SqlTraces(database)]
    return made


def questions(database: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    for store in stores_of(database):
        for name, _ in inspect.getmembers(type(store), inspect.iscoroutinefunction):
            if not name.startswith("_"):
                yield f"{type(store).__name__}.{name}", getattr(store, name)


PLAIN: Mapping[Any, Any] = {
    Any: {"some": "thing"},
    NoneType: None,
    bool: True,
    int: 1,
    float: 1.0,
    str: "1",
    bytes: b"1",
    date: NOON.date(),
    datetime: NOON,
    timedelta: timedelta(days=1),
}


def some(hint: Any) -> Any:
    """A value of a type, of any workspace."""
    if hint in PLAIN:
        return PLAIN[hint]
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Literal:
        return inside[0]
    if origin in (Union, UnionType):
        return some(inside[0])
    if origin is tuple and inside[-1] is not ...:
        return tuple(map(some, inside))
    if origin is not None and issubclass(origin, Mapping):
        return {some(inside[0]): some(inside[1])}
    if origin is Callable or hint is Callable:
        return lambda *_: True
    if origin is not None:
        return (set if issubclass(origin, set | frozenset) else list)([some(inside[0])])
    return hint(**{name: some(kind) for name, kind in _needed(hint).items()})


def _needed(kind: Any) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    if not is_dataclass(kind):
        return hints
    needed = [one.name for one in fields(kind) if one.default is one.default_factory is MISSING]
    return {name: hints[name] for name in needed}


async def walls_of(name: str, ask: Callable[..., Any], database: Touched) -> set[int | None]:
    """From behind which walls a question of a request of workspace 7 is asked."""
    hints = get_type_hints(inspect.unwrap(ask))
    given = {each: some(hints[each]) for each in inspect.signature(ask).parameters}
    database.walls.clear()
    answer_for(7)
    # What it makes of an answer that has nothing in it is no matter.
    with suppress(Exception):
        await ask(**{**given, **GIVEN.get(name, {})})
    return set(database.walls)


async def test_what_crosses_workspaces_is_named_here_and_nothing_else_does() -> None:
    database = Touched()
    walls = {name: await walls_of(name, ask, database) for name, ask in questions(database)}
    assert [name for name, behind in walls.items() if not behind] == []
    assert sorted(name for name, behind in walls.items() if behind != {7}) == sorted(CROSSING)


def test_every_store_is_asked() -> None:
    written = set()
    for found in walk_packages(storage.__path__, "storage."):
        if "migrations" not in found.name:
            module = import_module(found.name)
            written |= {
                name for name in vars(module) if name.startswith("Sql") and name != "SqlModel"
            }
    asked = {type(store).__name__ for store in stores_of(Touched())}
    assert written - asked == set(ELSEWHERE)
