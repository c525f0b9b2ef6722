"""Reads compose.yaml as Compose does: variables filled in, profiles chosen, services in order."""

import re
from collections.abc import Collection, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import yaml
from dotenv import dotenv_values

_VARIABLE = re.compile(r"\$(?:\$|\{(\w+)(?::([-+?])((?:[^{}]|\{[^{}]*\})*))?\}|(\w+))")

KEYS = {
    *("build", "cap_add", "cap_drop", "command", "depends_on", "deploy", "entrypoint", "env_file"),
    *("environment", "healthcheck", "image", "init", "logging", "networks", "ports", "profiles"),
    *(
        "read_only",
        "restart",
        "security_opt",
        "shm_size",
        "stop_grace_period",
        "stop_signal",
        "tmpfs",
    ),
    *("user", "volumes"),
}
"""What a service of ours may say: a slip of the pen would be refused by Compose as well."""


class MissingVariable(ValueError):
    """A variable without which the file cannot be used."""


def filled(text: str, variables: Mapping[str, str]) -> str:
    """`$NAME`, `${NAME}`, `${NAME:-otherwise}`, `${NAME:+instead}`, `${NAME:?why not}`, `$$`."""

    def one(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        value = variables.get(found[1] or found[4], "")
        match found[2]:
            case "-":
                return value or filled(found[3], variables)
            case "+":
                return filled(found[3], variables) if value else ""
            case "?":
                if not value:
                    raise MissingVariable(f"{found[1]}: {found[3]}")
        return value

    return _VARIABLE.sub(one, text)


def _deep(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return filled(value, variables)
    if isinstance(value, list):
        return [_deep(one, variables) for one in value]
    if isinstance(value, dict):
        return {key: _deep(one, variables) for key, one in value.items()}
    return value


class Compose:
    """The file with what an .env says; services are those that `docker compose up` would start."""

    def __init__(self, path: Path, env_file: Path, *, profiles: Collection[str] = ()) -> None:
        written = {
            name: value or ""
            for name, value in dotenv_values(env_file).items()
            if value is not None
        }
        self.variables = written
        text = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.file: dict[str, Any] = _deep(text, written)
        chosen = {*profiles, *written.get("COMPOSE_PROFILES", "").split(",")} - {""}
        self.services: dict[str, dict[str, Any]] = {
            name: service
            for name, service in self.file["services"].items()
            if not service.get("profiles") or chosen & set(service["profiles"])
        }

    def needs(self, name: str) -> dict[str, dict[str, Any]]:
        """Whom a service waits for, and for what; raises KeyError where it is not there but must."""
        given = self.services[name].get("depends_on", {})
        told = given if isinstance(given, dict) else {one: {} for one in given}
        found = {}
        for other, how in told.items():
            if other in self.services:
                found[other] = how
            elif how.get("required", True):
                raise KeyError(f"{name} needs {other}, which is not among what is started")
        return found

    def order(self) -> list[str]:
        """The services, each behind those that it needs. Raises CycleError."""
        return list(
            TopologicalSorter({one: self.needs(one) for one in self.services}).static_order()
        )

    def environ(self, name: str) -> dict[str, str]:
        """What a service's processes are told: its env_files, and over them its environment."""
        service = self.services[name]
        told: dict[str, str] = {}
        for one in service.get("env_file", []):
            if one["path"] == ".env":
                told |= self.variables
        return told | {key: str(value) for key, value in service.get("environment", {}).items()}

    def replicas(self, name: str) -> int:
        """How many of a service are started."""
        return int(self.services[name].get("deploy", {}).get("replicas", 1))
