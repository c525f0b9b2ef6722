"""Compiles what bot.yaml says of the world outside: knowledge, secrets, channels."""

import re
from collections.abc import Collection

from flows import complaints
from flows.compile.fields import Fields
from flows.compile.reading import Reader
from flows.messengers import BY_NAME, Messenger
from flows.model import Source
from flows.vocabulary import words
from flows.yaml_text import Mapped, Node, Scalar, as_written

KNOWLEDGE = "knowledge"
_SECRET = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_VARIABLE = re.compile(r"\$\{(\w+)\}")


def source(reader: Reader, node: Node) -> Source:
    """A source of knowledge: a file or a folder of the bot's, or a category of documents."""
    if isinstance(node, Mapped):
        fields = reader.fields(node, "knowledge", KNOWLEDGE)
        category = reader.word(reader.required(fields, "documents", KNOWLEDGE), "documents")
        if category:
            reader.report(complaints.NO_DOCUMENTS_YET, node.place, name=category)
        return Source(documents=category)
    path = reader.word(node, KNOWLEDGE).rstrip("/")
    known = reader.known.knowledge
    if path and known is not None and not _holds(path, known):
        nearest = reader.report.nearest(path, known)
        reader.report(complaints.NO_FILE, node.place, name=path, nearest=nearest)
    return Source(path=path)


def _holds(path: str, files: Collection[str]) -> bool:
    return path in files or any(file.startswith(f"{path}/") for file in files)


def secret_names(reader: Reader, node: Node | None) -> tuple[str, ...]:
    """The names of `secrets`; one without a value is warned about where that is known."""
    names = []
    given = reader.known.given_secrets
    for item in reader.items(node):
        name = reader.word(item, "secrets")
        if name and not _SECRET.fullmatch(name):
            reader.report(complaints.BAD_SECRET_NAME, item.place, name=name)
        elif name and given is not None and name.casefold() not in given:
            reader.report(complaints.SECRET_UNSET, item.place, name=name, setting=name.upper())
        names.append(name)
    return tuple(filter(None, names))


def channels(reader: Reader, node: Node | None) -> dict[str, dict[str, str]]:
    """Each channel's keys as written; whoever opens it fills `${NAME}` from the environment."""
    found: dict[str, dict[str, str]] = {}
    fields = reader.fields(node, "channels", "channels") if node is not None else None
    for name in words("channels"):
        given = fields.get(name) if fields is not None else None
        if given is not None:
            messenger = BY_NAME[name]
            keys = _account(reader, given, messenger)
            for key in messenger.keys[: messenger.needs]:
                reader.required(keys, key, name)
            texts = {key: reader.word(keys.get(key), key) for key in messenger.keys}
            found[name] = {key: as_written(text) for key, text in texts.items() if text}
            for key in found[name].keys() - set(messenger.public):
                _check_token(reader, keys.get(key), found[name][key], f"{name}.{key}")
    return found


def _account(reader: Reader, node: Node, messenger: Messenger) -> Fields:
    """The keys of an account; those of another messenger's accounts are complained about."""
    keys = reader.fields(node, "account", messenger.name)
    for key in keys:
        if key not in messenger.keys:
            allowed = ", ".join(messenger.keys)
            reader.report(
                complaints.BAD_CHOICE,
                keys.key(key).place,
                name=key,
                where=f"channels.{messenger.name}",
                allowed=allowed,
            )
    return keys


def _check_token(reader: Reader, node: Node | None, text: str, where: str) -> None:
    """A token in the file would be read by everybody who reads the file."""
    if isinstance(node, Scalar) and not _VARIABLE.fullmatch(text):
        variable = where.replace(".", "_").upper()
        reader.report(complaints.TOKEN_IN_FILE, node.place, where=where, name=variable)
