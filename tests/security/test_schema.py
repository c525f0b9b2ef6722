"""Requests made out of the OpenAPI document, right ones and wrong ones: nothing answers 5xx."""

import os
import sqlite3
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bots.services.keys import digest
from tests.security.tenants import quiet
from tests.servers.easyflow import EasyFlow

EXAMPLES = int(os.environ.get("EASYFLOW_EXAMPLES", "10"))
"""For each call, right and wrong alike."""
ALLOWED = 100
"""So often one key may call within a minute."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
MEANT: frozenset[int] = frozenset({501, 502, 503})
"""Documented answers: another service was asked and refused, or is not there."""


class Keys:
    """Secret keys of the first workspace, another one before a limit is reached."""

    def __init__(self, server: EasyFlow) -> None:
        self._server = server
        self._left = 0
        self._numbers = count(1)
        self._key = ""

    def next(self) -> str:
        if self._left == 0:
            self._key, self._left = f"a-key-for-requests-{next(self._numbers):06}", ALLOWED - 1
            self._add(self._key)
        self._left -= 1
        return self._key

    def _add(self, key: str) -> None:
        row = {
            "workspace": 1,
            "account_id": 1,
            "name": "requests",
            "prefix": key[:12],
            "digest": digest(key),
            "kind": "secret",
            "domains": "[]",
            "created_at": 0,
        }
        columns, values = ", ".join(row), ", ".join("?" * len(row))
        with sqlite3.connect(self._server.data / "easyflow.db", timeout=30) as db:
            db.execute(f"INSERT INTO api_keys ({columns}) VALUES ({values})", list(row.values()))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EasyFlow]:
    data = tmp_path_factory.mktemp("schema") / "data"
    with quiet(data) as running:
        yield running


def strategy(operation: Any) -> st.SearchStrategy[Case[Any]]:
    return st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )


def test_no_request_of_the_document_is_answered_5xx(server: EasyFlow) -> None:
    document = schemathesis.openapi.from_url(f"{server.base}/openapi.json")
    keys = Keys(server)
    failures: list[str] = []
    tried = 0
    for found in document.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if "/webhook/" in operation.path:
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize="EASYFLOW_EXAMPLES" not in os.environ,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy(operation))
        def check(case: Case[Any]) -> None:
            nonlocal tried
            tried += 1
            response = case.call(
                headers={"Authorization": f"Bearer {keys.next()}", "X-Forwarded-For": place(tried)}
            )
            if response.status_code in MEANT:
                return
            try:
                case.validate_response(response, checks=CHECKS)
            except BaseExceptionGroup as error:
                failures.append(
                    f"{case.method} {case.formatted_path}: {error.exceptions[0]} {error}"
                )

        check()
    assert tried > EXAMPLES * 20
    assert failures == []
    assert "Traceback" not in server.log
    assert server.call("GET", "/readyz")[0] == 200


def place(number: int) -> str:
    """Strangers are counted by their addresses: each comes from another one."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
