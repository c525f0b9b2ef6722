"""From environment variables and .env to settings; what is wrong is said with its cure."""

import difflib
import json
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource
from pydantic_settings import SettingsError as UnreadableSettings

from config.setting_names import all_settings, secrets
from config.settings import NESTING, PREFIX, Settings

_FILE = "_FILE"
_OWNERS = f"{PREFIX}SECRETS{NESTING}"
_LONGEST_SHOWN = 60


class SettingsError(Exception):
    """Settings that cannot be used; each line names one, what was found, and the cure."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


def load_settings(environ: Mapping[str, str], env_file: Path | None = None) -> Settings:
    """The settings of the process. A variable of the environment wins over the same one in .env."""
    given = _given(environ, env_file)
    wrong: list[str] = []
    given = _with_files_read(given, wrong)

    class FromEnviron(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (_Environ(settings_cls, given),)

    try:
        settings = FromEnviron()
    except ValidationError as error:
        wrong += [_line(one) for one in error.errors(include_url=False)]
    except UnreadableSettings as error:
        wrong.append(_not_json(error, given))
    if wrong:
        raise SettingsError(wrong)
    return settings


def unknown_settings(environ: Mapping[str, str], env_file: Path | None = None) -> list[str]:
    """A warning for each EASYFLOW_* variable that nobody reads, with the nearest right name."""
    known = {*(one.name for one in all_settings()), *(name + _FILE for name in secrets())}
    warnings = []
    for name in _given(environ, env_file):
        if name not in known and not _is_a_whole(name) and not name.startswith(_OWNERS):
            near = difflib.get_close_matches(
                name.removeprefix(PREFIX), [one.removeprefix(PREFIX) for one in known], n=1
            )
            hint = f": did you mean {PREFIX}{near[0]}?" if near else ", it does nothing"
            warnings.append(f"There is no setting {name}{hint}")
    return warnings


def idle_settings(settings: Settings) -> list[str]:
    """A warning for each messenger of which something is set, but not what an account begins with."""
    warnings = []
    for name, part in settings.messengers.items():
        first, *others = part.needed()
        given = [key for key in (*others, "bot") if getattr(part, key)]
        if given and not part.accounts:
            group = f"{PREFIX}{name.upper()}{NESTING}"
            warnings.append(
                f"{group}{first.upper()} is empty or missing, so {group}{given[0].upper()} does"
                " nothing"
            )
    return warnings


class _Environ(EnvSettingsSource):
    """Reads the given variables in place of the process' own."""

    def __init__(self, settings: type[BaseSettings], given: Mapping[str, str]) -> None:
        self._given = {name.lower(): value for name, value in given.items()}
        super().__init__(settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._given


def _given(environ: Mapping[str, str], env_file: Path | None) -> dict[str, str]:
    """Our variables that say something, by their names in upper case."""
    written = dotenv_values(env_file, encoding="utf-8") if env_file is not None else {}
    return {
        name.upper(): value
        for name, value in {**written, **environ}.items()
        if name.upper().startswith(PREFIX) and value
    }


def _with_files_read(given: dict[str, str], wrong: list[str]) -> dict[str, str]:
    """Secrets may stand in files (Docker, systemd): `<NAME>_FILE` names the file."""
    result = dict(given)
    owners = {name.removesuffix(_FILE) for name in given if name.startswith(_OWNERS)}
    for name in sorted(secrets() | owners):
        path = result.pop(name + _FILE, None)
        if path is None:
            continue
        if name in given:
            wrong.append(f"{name}: it is given and {name}{_FILE} too: keep one of them")
            continue
        try:
            result[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            wrong.append(f"{name}{_FILE}: cannot read {path!r}: {reason}")
    return result


def _is_a_whole(name: str) -> bool:
    """Whether a variable holds a whole group as JSON, such as EASYFLOW_HTTP."""
    field = Settings.model_fields.get(name.removeprefix(PREFIX).lower())
    annotation = field.annotation if field else None
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _line(error: ErrorDetails) -> str:
    place = [str(part).upper() for part in error["loc"]]
    name = PREFIX + NESTING.join(place) if place else PREFIX.rstrip("_")
    message = error["msg"].removeprefix("Value error, ")
    if not place:
        setting, _, message = message.partition(": ")
        name = PREFIX + setting
    found = error["input"]
    if name in secrets() or "BOTS" in place or not isinstance(found, str):
        return f"{name}: {_cure(error, message)}"
    return f"{name}: found {found[:_LONGEST_SHOWN]!r}. {_cure(error, message)}"


def _cure(error: ErrorDetails, message: str) -> str:
    limits = error.get("ctx") or {}
    match error["type"]:
        case "int_parsing" | "int_type":
            return "Write a whole number"
        case "greater_than_equal":
            return f"Write a number of at least {limits['ge']}"
        case "less_than_equal":
            return f"Write a number of at most {limits['le']}"
        case "bool_parsing" | "bool_type":
            return "Write yes or no"
        case "literal_error":
            return f"Write one of: {limits.get('expected')}"
        case "too_short" | "string_too_short":
            return f"It is too short: write at least {limits.get('min_length')} characters"
        case "too_long" | "string_too_long":
            return f"It is too long: write at most {limits.get('max_length')} characters"
        case "missing":
            return "It is missing"
        case _:
            return message[:1].upper() + message[1:]


def _not_json(error: UnreadableSettings, given: Mapping[str, str]) -> str:
    """A list that is no JSON; the library's message names only the field."""
    for name in sorted(_lists() & given.keys()):
        if name.removeprefix(PREFIX).split(NESTING)[0].lower() in str(error) and not _is_json(
            given[name]
        ):
            return f"{name}: Write JSON, such as " + (
                '[{"bot": "shop", "token": "…"}]' if name.endswith("BOTS") else '["https://…"]'
            )
    return str(error)


def _lists() -> set[str]:
    return {one.name for one in all_settings() if one.type == "JSON list"}


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
