"""Holds calls against Meta's own OpenAPI description of the Cloud API, where it lies at hand."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from tests.servers.graph_checks import without_nulls
from tests.servers.specs import specs_folder
from tests.servers.whatsapp_calls import Call

Schema = Mapping[str, Any]

_FILE = "whatsapp/business-messaging-api_v23.0.yaml"
_UNDESCRIBED = ("cta_url", "location_request_message")
"""Interactive messages that the documentation has and the description does not."""
_WRONG: Mapping[str, str] = {
    ".location.latitude": "must be string",
    ".location.longitude": "must be string",
    ".language.policy": "is missing",
    ".sub_type": "must be one of",
}
"""Where the description contradicts the documentation, or the schema itself is mistaken."""


@cache
def specification() -> Schema | None:
    """The whole description, or None where nobody put it beside the checkout."""
    folder = specs_folder()
    if folder is None or not (folder / _FILE).is_file():
        return None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    described: Schema = yaml.load((folder / _FILE).read_text(), loader)  # noqa: S506
    return described


def faults_of(calls: Iterable[Call]) -> list[str]:
    """What of these calls is not as described, for all whose bodies are described at all."""
    compared = [call for call in calls if call.method in ("messages", "read", "media")]
    return [f"{call.method} {call.kind}{fault}" for call in compared for fault in faults(call)]


def faults(call: Call) -> list[str]:
    """What of a recorded call is not as described. LookupError: its method is not described."""
    described = specification()
    if described is None:
        raise LookupError("the specification is not at hand")
    schemas = described["components"]["schemas"]
    if call.method == "read":
        return list(_faults(schemas, schemas["MarkMessageRequestPayload"], call.parameters, ""))
    if call.method == "media":
        return _upload_faults(described, call)
    if call.method != "messages":
        raise LookupError(f"{call.method} has no body to compare")
    body = dict(call.parameters)
    if call.kind == "interactive" and body["interactive"].get("type") in _UNDESCRIBED:
        body["interactive"] = {**body["interactive"], "type": "list", "action": _LIST}
    if "contacts" in body:
        body["contacts"] = without_nulls(body["contacts"])
    if "to" not in body and "recipient" in body:
        body["to"] = body.pop("recipient")
    found = _faults(schemas, schemas[_name_of(schemas, call.kind)], body, "")
    return [fault for fault in found if not _is_known(fault)]


_LIST = {"button": "x", "sections": [{"rows": [{"id": "x", "title": "x"}]}]}
"""Stands for an action that is not described, so that all around it is compared."""


def _name_of(schemas: Schema, kind: str) -> str:
    mapping = schemas["Message"]["discriminator"]["mapping"]
    if kind not in mapping:
        raise LookupError(f"no message of type {kind!r} is described")
    return str(mapping[kind]).rpartition("/")[2]


def _upload_faults(described: Schema, call: Call) -> list[str]:
    path = "/{Version}/{Phone-Number-ID}/media"
    content = described["paths"][path]["post"]["requestBody"]["content"]
    known = set(content["multipart/form-data"]["schema"]["properties"]) | {"type"}
    given = {*call.parameters, *call.files}
    missing = {"file", "messaging_product"} - given
    return [f".{key} is unknown" for key in given - known] + [
        f".{key} is missing" for key in missing
    ]


def _is_known(fault: str) -> bool:
    return any(
        fault.partition(" ")[0].endswith(end) and fault.partition(" ")[2].startswith(says)
        for end, says in _WRONG.items()
    )


# ---------------------------------------------------------------- JSON Schema, as far as it is used


def _faults(schemas: Schema, schema: Schema, value: Any, path: str) -> Iterator[str]:
    schema = _whole(schemas, schema)
    if "oneOf" in schema:
        yield from _of_one(schemas, schema, value, path)
        schema = {key: part for key, part in schema.items() if key != "oneOf"}
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path} must be one of {schema['enum']}"
    kind = schema.get("type", "object" if "properties" in schema else None)
    if kind is not None and not _is_of(kind, value):
        yield f"{path} must be {kind}, is {type(value).__name__}"
    elif isinstance(value, dict):
        yield from _of_object(schemas, schema, value, path)
    elif isinstance(value, list):
        yield from _of_list(schemas, schema, value, path)
    elif isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        yield f"{path} has {len(value)} characters, may have {schema['maxLength']}"


def _whole(schemas: Schema, schema: Schema) -> Schema:
    """Without `$ref`, and with all parts of `allOf` as one, whose keys are known to one another."""
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if "allOf" not in schema:
        return schema
    merged: dict[str, Any] = {key: part for key, part in schema.items() if key != "allOf"}
    for part in (_whole(schemas, part) for part in schema["allOf"]):
        properties = {**merged.get("properties", {}), **part.get("properties", {})}
        required = [*merged.get("required", []), *part.get("required", [])]
        merged |= {**part, "properties": properties, "required": required}
    return merged


def _of_one(schemas: Schema, schema: Schema, value: Any, path: str) -> Iterator[str]:
    each = [list(_faults(schemas, part, value, path)) for part in schema["oneOf"]]
    if [] not in each:
        yield from min(each, key=len)


def _of_object(
    schemas: Schema, schema: Schema, value: Mapping[str, Any], path: str
) -> Iterator[str]:
    properties = schema.get("properties", {})
    yield from (
        f"{path}.{key} is missing" for key in schema.get("required", ()) if key not in value
    )
    for key, inner in value.items():
        if key in properties:
            yield from _faults(schemas, properties[key], inner, f"{path}.{key}")
        elif schema.get("additionalProperties") is False:
            yield f"{path}.{key} is unknown"


def _of_list(schemas: Schema, schema: Schema, value: list[Any], path: str) -> Iterator[str]:
    least, most = schema.get("minItems", 0), schema.get("maxItems", len(value))
    if not least <= len(value) <= most:
        yield f"{path} has {len(value)} elements, may have {least} to {most}"
    for number, inner in enumerate(value):
        yield from _faults(schemas, schema.get("items", {}), inner, f"{path}[{number}]")


def _is_of(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    types = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
    if kind == "number":
        return isinstance(value, int | float)
    return isinstance(value, types[kind])
