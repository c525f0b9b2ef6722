"""Compiles what is sent beside a text: photos and other files."""

from flows import complaints
from flows.attachments import kind_of
from flows.compile.fields import Fields
from flows.compile.reading import Reader
from flows.text import Text
from flows.yaml_text import Listing, Mapped, Node, Scalar

_KINDS = {
    "photo": "photo",
    "video": "video",
    "audio": "audio",
    "voice": "voice",
    "file": "document",
}


def media(reader: Reader, fields: Fields) -> tuple[tuple[str, Text], ...]:
    """Kinds with paths or addresses, as written; a path that names no file is complained about."""
    found = []
    for key in fields:
        kind = _KINDS.get(key)
        if kind is None:
            continue
        node = fields.get(key)
        text = reader.text(node, key)
        if text is not None and isinstance(node, Scalar):
            if text.constant:
                _must_exist(reader, node)
            found.append((kind, text))
    return tuple(found)


def album(reader: Reader, node: Node | None) -> tuple[tuple[str, Text], ...]:
    """What is shown together: a list of paths, addresses and `{video: …}`, or a list in a variable."""
    items = node.items if isinstance(node, Listing) else () if node is None else (node,)
    found: list[tuple[str, Text]] = []
    for item in items:
        if isinstance(item, Mapped):
            fields = reader.fields(item, "media", "album")
            found.extend(media(reader, fields))
        elif isinstance(item, Scalar) and (text := reader.text(item, "album")) is not None:
            if text.constant:
                _must_exist(reader, item)
            found.append((kind_of(text.source) if text.constant else "", text))
    if not found and node is not None:
        ru = "список: пути, адреса, {video: …} или «{{ переменная }}»"
        reader.expected(
            node, "album", ru, "a list of paths, addresses, {video: …}, or “{{ name }}”"
        )
    return tuple(found)


def _must_exist(reader: Reader, node: Scalar) -> None:
    path, existing = node.text.strip(), reader.known.media
    if existing is None or "://" in path or path in existing:
        return
    nearest = reader.report.nearest(path, existing)
    reader.report(complaints.NO_FILE, node.place, name=path, nearest=nearest)
