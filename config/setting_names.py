"""The settings as they are told of: by their names, for the documentation and for whoever reads them."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from config.setting_parts import SECRET
from config.settings import NESTING, PREFIX, Settings


class Setting(NamedTuple):
    """One setting as the documentation shows it."""

    name: str
    type: str
    default: str
    meaning: str
    secret: bool


def all_settings(
    model: type[BaseModel] = Settings, prefix: str = PREFIX, given: BaseModel | None = None
) -> list[Setting]:
    """Every setting by the name of its variable, groups opened; defaults are those `given`, if any."""
    found: list[Setting] = []
    inherited = [name for base in model.__bases__ for name in getattr(base, "model_fields", ())]
    for name in sorted(model.model_fields, key=lambda one: one in inherited):
        field = model.model_fields[name]
        full = prefix + name.upper()
        annotation: Any = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            group = getattr(given, name) if given is not None else field.default
            found += all_settings(annotation, full + NESTING, group)
        elif get_origin(annotation) is dict:
            named = f"{full}{NESTING}<NAME>"
            found.append(Setting(named, "secret", "", field.description or "", secret=True))
        else:
            type_ = _type(annotation)
            secret = type_ == "secret" or field.json_schema_extra is SECRET
            meaning = field.description or ""
            default = field.default if given is None else getattr(given, name)
            found.append(Setting(full, type_, _default(default), meaning, secret))
    return found


def table() -> str:
    """The settings as a Markdown table for the documentation."""
    rows = [
        f"| `{one.name}` | {one.type} | {one.default} | {one.meaning} |" for one in all_settings()
    ]
    return "\n".join(["| setting | type | default | meaning |", "|---|---|---|---|", *rows])


def secrets() -> set[str]:
    """The settings whose values are secrets; each may be read from a file, `<NAME>_FILE`."""
    return {one.name for one in all_settings() if one.secret}


def _type(annotation: Any) -> str:
    words: Mapping[str, str] = {
        "str": "text",
        "int": "number",
        "float": "number",
        "bool": "yes/no",
        "Path": "path",
        "Decimal": "roubles",
    }
    written = str(annotation)
    if "tuple" in written:
        return "JSON list"
    if "SecretStr" in written:
        return "secret"
    if "Literal" in written:
        chosen = next(
            (one for one in get_args(annotation) if get_origin(one) is Literal), annotation
        )
        return " ".join(f"`{one}`" for one in get_args(chosen))
    return next((words[name] for name in words if name.lower() in written.lower()), "text")


def _default(value: Any) -> str:
    return "" if value is None or value == () else f"`{value}`"
