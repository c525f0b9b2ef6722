"""Compiles what is sent beside a text: photos and other files."""

from flows import complaints
from flows.compile.fields import Fields
from flows.compile.reading import Reader
from flows.text import Text
from flows.yaml_text import Scalar

_KINDS = {
    "photo": "photo",
    "video": "video",
    "audio": "audio",
    "voice": "voice",
    "file": "document",
}


def media(reader: Reader, fields: Fields) -> tuple[tuple[str, Text], ...]:
    """Kinds with paths or addresses; a path that names no file is complained about."""
    found = []
    for key, kind in _KINDS.items():
        node = fields.get(key)
        text = reader.text(node, key)
        if text is not None and isinstance(node, Scalar):
            if text.constant:
                _must_exist(reader, node)
            found.append((kind, text))
    return tuple(found)


def _must_exist(reader: Reader, node: Scalar) -> None:
    path, existing = node.text.strip(), reader.known.media
    if existing is None or "://" in path or path in existing:
        return
    nearest = reader.report.nearest(path, existing)
    reader.report(complaints.NO_FILE, node.place, name=path, nearest=nearest)
