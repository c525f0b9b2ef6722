"""Makes JSON Schemas of the files of a bot from the table of words, for editors that complete and check."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Literal

from flows.answers import BASE_TYPES
from flows.vocabulary import BESIDE, EVENTS, OVERRIDING, REQUIRED, WORDS, Where, Word, words

Language = Literal["ru", "en"]
Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
"""What the YAML language server of editors understands."""

FILES: Mapping[str, Where | None] = {
    "bot.schema.json": "bot",
    "flow.schema.json": "flow",
    "calendar.schema.json": "calendar",
    "canned.schema.json": None,
    "test.schema.json": "test",
}
"""The schema files of a bot, each with the place that its documents are; None where all keys are the
owner's own."""

_TOKEN = re.compile(r"'[^']*'|\{\w+\}|\w+:|\w+|[\[\]|+]")
_SENT = ("photo", "voice", "video", "file", "location", "contact", "sticker")
_NEEDED: Mapping[Language, str] = {"ru": "Обязательный ключ.", "en": "A required key."}


def schema_of(file: str, language: Language) -> Schema:
    """The schema of one of `FILES`, with the words' meanings in a language."""
    return _Maker(language).file(FILES[file])


def schema_files(language: Language) -> dict[str, str]:
    """The texts of all `FILES`, to lie beside a bot or in a folder that several share."""
    return {
        file: json.dumps(schema_of(file, language), ensure_ascii=False, indent=1) + "\n"
        for file in FILES
    }


class _Maker:
    """Turns shapes of the table into schemas; what several keys share becomes a definition."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._definitions: dict[str, Schema] = {}

    def file(self, place: Where | None) -> Schema:
        top = self._place(place) if place is not None else self.shape("names: text")
        return {"$schema": DRAFT, **top, "definitions": dict(sorted(self._definitions.items()))}

    # ------------------------------------------------------------ keys

    def _place(self, place: Where) -> Schema:
        return _closed(self._keys(place), REQUIRED.get(place, ()))

    def _keys(self, place: Where) -> dict[str, Schema]:
        return {word.name: self._word(word) for word in words(place).values()}

    def _word(self, word: Word) -> Schema:
        meaning = word.en if self._language == "en" else word.ru
        needed = (
            f"\n\n{_NEEDED[self._language]}" if word.name in REQUIRED.get(word.where, ()) else ""
        )
        shape = self.shape(word.value)
        return {
            "description": meaning,
            "markdownDescription": f"**{word.name}** — {meaning}{needed}",
            # What stands beside a reference is not read in this draft.
            **({"allOf": [shape]} if "$ref" in shape else shape),
        }

    # ------------------------------------------------------------ what several keys share

    def _shared(self, name: str, make: Callable[[], Schema]) -> Schema:
        if name not in self._definitions:
            self._definitions[name] = {}
            self._definitions[name] = make()
        return {"$ref": f"#/definitions/{name}"}

    def _block(self) -> Schema:
        action = self._shared("action", self._action)
        return _either([action, {"type": "array", "items": action, "minItems": 1}])

    def _action(self) -> Schema:
        """A verb with the keys beside it is one alternative; a step's former name another."""
        made: list[Schema] = [{"enum": ["done", "back", "again", "cancel"]}, *self._verbs({})]
        made.append(self._place("step"))
        return {"anyOf": made}

    def _named_action(self) -> Schema:
        """An action of a button, with what programs know the button by."""
        return {"anyOf": self._verbs({"name": self._word(words("button")["name"])})}

    def _verbs(self, more: Mapping[str, Schema]) -> list[Schema]:
        made = []
        for verb in words("verb").values():
            beside = BESIDE.get(verb.name)
            keys = {verb.name: self._word(verb)} | (self._keys(beside) if beside else {})
            keys |= more
            needed = REQUIRED.get(beside, ()) if beside else ()
            made.append(_closed(keys, [verb.name, *needed]))
        return made

    def _buttons(self) -> Schema:
        button = self._shared("button", partial(self._place, "button"))
        named = self._shared("named_action", self._named_action)
        value = _either([*_LABELS, button, self._shared("block", self._block), named])
        labelled = {"type": "object", "additionalProperties": value, "minProperties": 1}
        return _either([{"type": "array", "items": _either([_SCALAR, labelled])}, labelled])

    # ------------------------------------------------------------ shapes

    def shape(self, written: str) -> Schema:
        """The schema of a `Word.value`."""
        tokens = _TOKEN.findall(written)
        found = self._alternatives(tokens)
        assert not tokens, written
        return found

    def _alternatives(self, tokens: list[str]) -> Schema:
        found = [self._one(tokens)]
        while tokens and tokens[0] == "|":
            tokens.pop(0)
            found.append(self._one(tokens))
        return _either(found)

    def _one(self, tokens: list[str]) -> Schema:
        token = tokens.pop(0)
        if token == "[":
            items = self._alternatives(tokens)
            tokens.pop(0)
            return {"type": "array", "items": items}
        if token == "names:":
            return {"type": "object", "additionalProperties": self._alternatives(tokens)}
        if token.startswith("'"):
            return {"enum": [token[1:-1]]}
        if token.startswith("{"):
            return self._named(token[1:-1], tokens)
        return self._kind(token)

    def _named(self, name: str, tokens: list[str]) -> Schema:
        place = next(word.where for word in WORDS if word.where == name)
        if tokens and tokens[0] == "+":
            tokens.pop(0)
            return {**self._one(tokens), "properties": self._keys(place)}
        return self._shared(place, partial(self._place, place))

    def _kind(self, kind: str) -> Schema:
        if kind == "block":
            return self._shared("block", self._block)
        if kind == "buttons":
            return self._shared("buttons", self._buttons)
        return dict(_KINDS.get(kind, _SCALAR))


def _closed(keys: Mapping[str, Schema], needed: Iterable[str]) -> Schema:
    found = {"type": "object", "properties": dict(keys), "additionalProperties": False}
    required = list(needed)
    return {**found, "required": required} if required else {**found, "minProperties": 1}


def _either(schemas: list[Schema]) -> Schema:
    """Any of some schemas; literal words of several become one list for the editor to offer."""
    listed = [value for schema in schemas if set(schema) == {"enum"} for value in schema["enum"]]
    others = [schema for schema in schemas if set(schema) != {"enum"}]
    found = [*([{"enum": listed}] if listed else []), *others]
    return found[0] if len(found) == 1 else {"anyOf": found}


# Editors read an unquoted 5 or true as what YAML 1.2 makes of it; to the language it is a text.
_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_LABELS = (_SCALAR, {"type": "null"})


def _pattern(text: str) -> Schema:
    return {"type": "string", "pattern": text}


def _offered(names: Iterable[str]) -> Schema:
    """Names that the editor offers beside any other."""
    return {"anyOf": [{"enum": list(names)}, {"type": "string"}]}


_NUMBER: Schema = {"type": "integer", "minimum": 0}
_KINDS: Mapping[str, Schema] = {
    "channel": _offered(OVERRIDING),
    "duration": _pattern(r"^\s*\d+\s*[A-Za-zА-Яа-яЁё]"),
    "empty": {"type": "null"},
    "event": {"anyOf": [{"enum": list(EVENTS)}, _pattern(r"\.")]},
    "limit": _SCALAR,
    "number": _NUMBER,
    "sent": {"enum": list(_SENT)},
    "type": _offered(BASE_TYPES),
    "value": {},
    "window": _pattern(r"^\s*\d{1,2}([:.]\d\d)?\s*[-–—]\s*\d{1,2}([:.]\d\d)?\s*$"),
    "yes_no": {"enum": ["yes", "no", "да", "нет", True, False]},
}
