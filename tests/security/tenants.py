"""Two tenants of one server with a thing of every kind, and calls made out of the OpenAPI document."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import asyncpg

from adapters.http.ids import FORMAT
from storage.every_table import METADATA
from storage.postgres.url import connecting
from tests.servers.easyflow import EasyFlow, free_port
from tests.surface.people import Person

JSON = "application/json"
MULTIPART = "multipart/form-data"
_numbers = count(1)

UNMARKED: Mapping[tuple[str, str], str] = {
    ("/api/v1/", "user_id"): "customer",
    ("/api/v1/", "session_id"): "session",
    ("/api/v1/", "message_id"): "message",
    ("/api/v1/", "chat_id"): "session",
    ("/api/v1/integration/", "platform_id"): "connection",
    ("/hooks/", "chat_id"): "session",
    ("/api/dialogs", "operator_id"): "operator",
}
"""What ids name that are their clients' own words, by the beginning of the address and their name."""

NO_IDS: frozenset[tuple[str, str]] = frozenset(
    {
        ("/api/v1/messaging/context/{platform}/{chat_id}/{user_id}", "platform"),
        ("/api/v1/messaging/files/{message_id}/{number}", "number"),
        ("/api/v1/messaging/webhook/{platform}", "platform"),
        ("/hooks/events", "id"),
    }
)
"""Parameters that look like ids and name nothing of a workspace."""

CLIENTS_OWN: frozenset[tuple[str, str]] = frozenset(
    {
        ("POST /api/v1/conversation/chat", "user_id"),
        ("POST /api/v1/conversation/chat", "session_id"),
        ("GET /api/v1/conversation/sessions/{user_id}", "user_id"),
        ("POST /api/v1/integration/connect", "user_id"),
        ("GET /api/v1/integration/connected", "user_id"),
        ("GET /api/v1/analytics/metrics", "user_id"),
    }
)
"""Names that a client makes up: nobody knows them yet, so they are not refused, only empty."""


def quiet(data: Path, database: str = "") -> EasyFlow:
    """A server whose Telegram is a port of this machine that nobody listens on."""
    nobody = f"http://127.0.0.1:{free_port()}"
    server = EasyFlow(data, default_bot="shop", log__level="warning", telegram__api_base=nobody)
    if database:
        server.set(database_url=database)
    return server


@dataclass(frozen=True, slots=True)
class Parameter:
    """An id somewhere in a call, and the noun of what it names."""

    name: str
    place: str
    noun: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """A call that the document describes."""

    method: str
    path: str
    described: Mapping[str, Any]
    schemas: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_open(self) -> bool:
        return "security" not in self.described

    @property
    def contents(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.described.get("requestBody", {}).get("content", {})
        return found

    @property
    def is_form(self) -> bool:
        return MULTIPART in self.contents

    @property
    def body(self) -> dict[str, Any]:
        """Its example; of a form each field that must be."""
        if self.is_form:
            return {name: "1" for name in self._fields if name != "file"}
        if JSON not in self.contents:
            return {}
        schema = self._body_schema
        return dict(self.contents[JSON].get("example") or schema.get("example") or {})

    def ids(self) -> Iterator[Parameter]:
        """Raises AssertionError for what looks like an id and is neither marked nor exempt."""
        for one in self.described.get("parameters", ()):
            if one["in"] in ("path", "query"):
                yield from self._id(one["name"], one["in"], one["schema"])
        for name, schema in self._fields.items():
            yield from self._id(name, "body", schema)

    def _id(self, name: str, place: str, schema: Mapping[str, Any]) -> Iterator[Parameter]:
        marked = _marked(schema)
        noun = marked or self._unmarked(name)
        looks = place == "path" or name == "id" or name.endswith("_id")
        if noun is not None:
            yield Parameter(name, place, noun, _is_number(schema))
        elif looks and (self.path, name) not in NO_IDS:
            raise AssertionError(f"{self.name}: whose is {name}? Mark it (adapters/http/ids.py)")

    def _unmarked(self, name: str) -> str | None:
        if (self.path, name) in NO_IDS:
            return None
        fitting = [
            (len(prefix), noun)
            for (prefix, unmarked), noun in UNMARKED.items()
            if unmarked == name and self.path.startswith(prefix)
        ]
        return max(fitting)[1] if fitting else None

    @property
    def _body_schema(self) -> Mapping[str, Any]:
        for content in self.contents.values():
            return self._resolved(content["schema"])
        return {}

    @property
    def _fields(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._body_schema.get("properties", {})
        return found

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" in schema:
            return self._resolved(self.schemas[schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            return self._resolved(schema["anyOf"][0])
        return schema


def _marked(schema: Mapping[str, Any]) -> str | None:
    for one in (schema, *schema.get("anyOf", ())):
        if one.get("format") == FORMAT:
            return str(one["x-names"])
    return None


def _is_number(schema: Mapping[str, Any]) -> bool:
    return any(one.get("type") == "integer" for one in (schema, *schema.get("anyOf", ())))


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """All calls but messengers' webhooks, which have signatures of their own."""
    return [
        Operation(method.upper(), path, described, document["components"]["schemas"])
        for path, item in document["paths"].items()
        for method, described in item.items()
        if "/webhook/" not in path
    ]


@dataclass(slots=True)
class Tenant:
    """A workspace by one of its people, its things by noun, and the words that only it may see."""

    person: Person
    word: str
    things: dict[str, str] = field(default_factory=dict)

    @property
    def server(self) -> EasyFlow:
        return self.person.server


def send(
    person: Person, operation: Operation, ids: Mapping[str, str], **more: Any
) -> tuple[int, Any]:
    """A call with these ids in it, wherever they stand; the rest of its body is the example's."""
    path, query = operation.path, dict[str, str]()
    body = {**operation.body, **more}
    if "platform" in body and "chat_id" in body:
        body["platform"] = "api"
    for one in operation.ids():
        value = ids[one.name]
        if one.place == "path":
            path = path.replace(f"{{{one.name}}}", quote(value, safe=""))
        elif one.place == "query":
            query[one.name] = value
        else:
            body[one.name] = int(value) if one.is_number else value
    for name in ("platform", "number"):
        path = path.replace(f"{{{name}}}", {"platform": "api", "number": "1"}[name])
    for one in operation.described.get("parameters", ()):
        if one["in"] == "query" and one.get("required") and one["name"] not in query:
            query[one["name"]] = _value(one["name"])
    path += f"?{urlencode(query)}" if query else ""
    if operation.is_form:
        content, kind = form({**body, "file": ("a.txt", b"Words in a file.")})
        return person.call(operation.method, path, content, headers={"Content-Type": kind})
    return person.call(operation.method, path, body or None)


def _value(name: str) -> str:
    return {"start_date": "2024-01-01", "end_date": "2024-01-31"}.get(name, "1")


def form(fields: Mapping[str, Any]) -> tuple[bytes, str]:
    """A form's body and its content type; a file is its name and its content."""
    parts = []
    for name, value in fields.items():
        if isinstance(value, tuple):
            file, content = value
            head = f'name="{name}"; filename="{file}"\r\nContent-Type: text/plain'
        else:
            head, content = f'name="{name}"', str(value).encode()
        parts.append(f"--x\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content)
    return b"\r\n".join([*parts, b"--x--\r\n"]), f"{MULTIPART}; boundary=x"


# ---------------------------------------------------------------- a thing of every noun


def _ok(made: tuple[int, Any]) -> Any:
    status, answer = made
    assert status in (200, 201), (status, answer)
    return answer


def _session(tenant: Tenant) -> str:
    body = {"message": f"{tenant.word} привет", "user_id": tenant.things["customer"]}
    return str(_ok(tenant.person.call("POST", "/api/v1/conversation/chat", body))["session_id"])


def _message(tenant: Tenant) -> str:
    history = tenant.person.get(f"/api/v1/conversation/history/{tenant.things['session']}")
    return str(history["messages"][0]["message_id"])


def _dialog(tenant: Tenant) -> str:
    return str(tenant.person.get("/api/dialogs")["dialogs"][0]["id"])


def _operator(tenant: Tenant) -> str:
    path = f"/api/dialogs/{tenant.things['dialog']}/handoff"
    _ok(tenant.person.call("POST", f"{path}/request", {"reason": tenant.word}))
    taken = _ok(tenant.person.call("POST", f"{path}/take", {}))
    said = {"text": f"{tenant.word} from an operator"}
    _ok(tenant.person.call("POST", f"/api/dialogs/{tenant.things['dialog']}/messages", said))
    return str(taken["manager"]["id"])


def _connection(tenant: Tenant) -> str:
    body = {
        "user_id": tenant.things["customer"],
        "platform": "wildberries",
        "credentials": {"api_key": f"{tenant.word}-secret", "supplier_id": tenant.word},
    }
    made = _ok(tenant.person.call("POST", "/api/v1/integration/connect", body))
    return str(made["connection_id"])


def _assistant(tenant: Tenant) -> str:
    return str(tenant.person.get("/api/assistants")[0]["id"])


def _document(tenant: Tenant) -> str:
    content = f"{tenant.word} stands in a document.".encode()
    body, kind = form(
        {"assistant_id": tenant.things["assistant"], "file": (f"{tenant.word}.txt", content)}
    )
    call = tenant.person.call("POST", "/api/documents/upload", body, headers={"Content-Type": kind})
    id = str(_ok(call)["id"])
    _until(lambda: _status(tenant, id) == "completed")
    return id


def _status(tenant: Tenant, document: str) -> str:
    listed = tenant.person.get("/api/documents")
    return next(str(each["status"]) for each in listed if str(each["id"]) == document)


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _question(tenant: Tenant) -> str:
    body = {
        "assistant_id": int(tenant.things["assistant"]),
        "question": f"{tenant.word}?",
        "answer": f"{tenant.word}!",
        "tags": [tenant.word],
    }
    return str(_ok(tenant.person.call("POST", "/api/qa-knowledge", body))["id"])


MAKE: Mapping[str, Callable[[Tenant], str]] = {
    "customer": lambda tenant: f"user-{tenant.word}",
    "session": _session,
    "message": _message,
    "dialog": _dialog,
    "operator": _operator,
    "connection": _connection,
    "assistant": _assistant,
    "document": _document,
    "question": _question,
}
"""How a thing of a noun is made through the API, in this order."""


def furnished(person: Person) -> Tenant:
    """A tenant with one of each."""
    tenant = Tenant(person, f"canary{next(_numbers)}x{person.id}")
    for noun, make in MAKE.items():
        tenant.things[noun] = make(tenant)
    return tenant


def settled(server: EasyFlow, workspace: int) -> dict[str, list[str]]:
    """The rows of a workspace once nothing is under way in it any more."""
    rows = rows_of(server, workspace)
    deadline = time.monotonic() + 60
    while True:
        time.sleep(0.5)
        now = rows_of(server, workspace)
        if now == rows:
            return rows
        assert time.monotonic() < deadline
        rows = now


# ---------------------------------------------------------------- what is in the database


WALLED = {
    name: table.columns.keys()
    for name, table in METADATA.tables.items()
    if "workspace" in table.columns
}


def asked(url: str, query: str, value: int) -> list[Any]:
    """What PostgreSQL answers."""

    async def ask() -> list[Any]:
        connection = await asyncpg.connect(**connecting(url))
        try:
            return list(await connection.fetch(query, value))
        finally:
            await connection.close()

    return asyncio.run(ask())


def rows_of(server: EasyFlow, workspace: int) -> dict[str, list[str]]:
    """All rows of a workspace, table by table, but for what only tells that somebody was there."""
    seen = {"last_used_at", "seen_at", "last_seen_at"}
    found: dict[str, list[str]] = {}
    url = server.environ.get("EASYFLOW_DATABASE_URL", "")
    if url.startswith("postgresql"):
        for table, names in WALLED.items():
            told = ", ".join(name for name in names if name not in seen)
            there = asked(url, f"SELECT {told} FROM {table} WHERE workspace = $1", workspace)
            found[table] = sorted(json.dumps([str(value) for value in row]) for row in there)
        return found
    with sqlite3.connect(f"file:{server.data / 'easyflow.db'}?mode=ro", uri=True) as db:
        db.text_factory = lambda raw: raw.decode(errors="replace")
        for (table,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall():
            columns = [row[1] for row in db.execute(f"PRAGMA table_info('{table}')")]
            if "workspace" in columns:
                rows = db.execute(f"SELECT * FROM '{table}' WHERE workspace = ?", [workspace])
                kept = [i for i, name in enumerate(columns) if name not in seen]
                found[table] = sorted(json.dumps([str(row[i]) for i in kept]) for row in rows)
    return found


def workspace_of(server: EasyFlow, person: Person) -> int:
    """Whose workspace it is, which no contract shows."""
    url = server.environ.get("EASYFLOW_DATABASE_URL", "")
    if url.startswith("postgresql"):
        return int(asked(url, "SELECT workspace FROM accounts WHERE id = $1", person.id)[0][0])
    with sqlite3.connect(f"file:{server.data / 'easyflow.db'}?mode=ro", uri=True) as db:
        row = db.execute("SELECT workspace FROM accounts WHERE id = ?", [person.id]).fetchone()
    return int(row[0])
