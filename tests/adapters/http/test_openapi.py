"""The OpenAPI document tells of every operation what it takes, answers and refuses, with examples."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi.routing import APIRoute
from jsonschema_rs import Draft202012Validator, ValidationError

from adapters.http import easyflow, replyx
from adapters.http.app import SPOKEN
from adapters.http.dialect import speaker
from adapters.http.origins import ASKED_BY_PAGES
from tests.adapters.http.fakes import build_house

JSON = "application/json"
Document = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Document:
    async def asked() -> Document:
        house = await build_house()
        async with house.client:
            found: Document = (await house.client.get("/openapi.json")).json()
        return found

    return asyncio.run(asked())


def operations(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def resolved(document: Document, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in schema:
        found: Mapping[str, Any] = document["components"]["schemas"][schema["$ref"].split("/")[-1]]
        return found
    return schema


def example_of(document: Document, content: Mapping[str, Any]) -> Any:
    """What stands beside the schema, on the schema, or on what its list holds."""
    if "example" in content:
        return content["example"]
    schema = resolved(document, content["schema"])
    if "anyOf" in schema:
        schema = resolved(document, schema["anyOf"][0])
    if "example" in schema:
        return schema["example"]
    if schema.get("type") == "array":
        item = resolved(document, schema["items"])
        return [item["example"]] if "example" in item else None
    return None


def complaint(document: Document, content: Mapping[str, Any]) -> str | None:
    example = example_of(document, content)
    if example is None:
        return "has no example"
    schema = {**content["schema"], "components": document["components"]}
    try:
        Draft202012Validator(schema).validate(example)
    except ValidationError as error:
        return f"has an example that is none: {error.message}"
    return None


def test_every_operation_says_what_it_is(document: Document) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names)) > 20
    assert all(name.isascii() for name in names)
    titles = tuple(f"{package.DIALECT.title}: " for package in SPOKEN)
    for method, path, operation in operations(document):
        assert operation["summary"], (method, path)
        assert operation["description"], (method, path)
        assert len(operation["tags"]) == 1, (method, path)
        assert operation["tags"][0].startswith(titles), (method, path)
    told = {tag["name"] for tag in document["tags"]}
    assert told == {operation["tags"][0] for _, _, operation in operations(document)}


def test_every_body_and_every_answer_has_an_example_that_fits(document: Document) -> None:
    wrong = []
    for method, path, operation in operations(document):
        parts = {"body": operation.get("requestBody", {}).get("content", {})}
        parts |= {
            status: each.get("content", {}) for status, each in operation["responses"].items()
        }
        for part, contents in parts.items():
            if JSON in contents and (said := complaint(document, contents[JSON])):
                wrong.append(f"{method} {path}: {part} {said}")
    assert wrong == []


def test_every_refusal_has_the_envelope_of_its_contract(document: Document) -> None:
    dialects = [package.DIALECT for package in SPOKEN]
    for method, path, operation in operations(document):
        envelope = f"#/components/schemas/{speaker(dialects, path).error.__name__}"
        for status, response in operation["responses"].items():
            if status >= "400":
                content = response["content"][JSON]
                assert content["schema"] == {"$ref": envelope}, (method, path, status)
                assert response["description"]


def test_every_operation_tells_the_refusals_that_the_frame_makes(document: Document) -> None:
    for method, path, operation in operations(document):
        if "/webhook/" in path:
            continue
        answers = set(operation["responses"])
        assert {"400", "500", "503"} <= answers, (method, path)
        if operation.get("security"):
            pages: list[dict[str, list[str]]] = (
                [{"SiteToken": []}] if path in ASKED_BY_PAGES else []
            )
            assert operation["security"] == [{"Bearer": []}, {"ApiKey": []}, *pages], (method, path)
            assert {"401", "403"} <= answers, (method, path)
        if "requestBody" in operation:
            assert {"413", "422"} & answers, (method, path)
        if "{" in path and operation.get("security"):
            assert "404" in answers or path in EVERYBODYS, (method, path)


EVERYBODYS = {"/api/v1/conversation/sessions/{user_id}"}
"""Where an id that nobody knows is no mistake: nothing is known of it yet."""


def test_the_contracts_that_are_served_whole_are_there(document: Document) -> None:
    paths = set(document["paths"])
    assert paths >= {"/api/v1/conversation/chat", "/api/v1/messaging/send", "/api/dialogs"}


def test_no_schema_is_fastapis_own(document: Document) -> None:
    schemas = document["components"]["schemas"]
    assert not {"HTTPValidationError", "ValidationError"} & set(schemas)


def test_every_operation_has_a_title_of_its_own() -> None:
    """Without one it is headed by the name of its function: `Add Ai Token`."""
    unnamed = [
        f"{route.name} of {route.path}"
        for router in (*replyx.routers(), *easyflow.routers())
        for route in router.routes
        if isinstance(route, APIRoute) and route.summary is None
    ]
    assert not unnamed
