"""A bot's files with the flows of an edited file in place of its own, line numbers kept."""

import re
from collections.abc import Mapping

from flows.report import Report
from flows.yaml_text import Mapped, Scalar, read_yaml

_BORDER = re.compile(r"^---[ \t]*$", re.MULTILINE)


def edited_files(files: Mapping[str, str], name: str, text: str) -> dict[str, str]:
    """The files after an edit: flows of the same name are gone, the edited file's are there.

    A file with a `bot:` at its top replaces bot.yaml.
    """
    if "bot" in _tops(name, text, "bot"):
        return {**files, "bot.yaml": text}
    names = set(_tops(name, text, "flow").values())
    kept = {
        path: _without(path, old, names) if path.startswith("flows/") else old
        for path, old in files.items()
    }
    kept = {path: old for path, old in kept.items() if old.strip() or not files[path].strip()}
    return {**kept, f"flows/~{name.rpartition('/')[2]}": text}


def _without(path: str, text: str, names: set[str]) -> str:
    """A file of flows without some; blank lines stand where they stood."""
    parts = _BORDER.split(text)
    left = [
        "\n" * part.count("\n") if names & set(_tops(path, part, "flow").values()) else part
        for part in parts
    ]
    if all(not part.strip() for part in left):
        return ""
    # A border before the first flow that stays would open an empty document.
    whole = left[0]
    for part in left[1:]:
        border = "---" if whole.strip() and part.strip() else ""
        whole += border + part
    return whole


def _tops(file: str, text: str, key: str) -> dict[str, str]:
    """The values of a key at the top of each document, by themselves; of `bot`, by the key."""
    found: dict[str, str] = {}
    for document in read_yaml(file, text, Report()):
        value = document.get(key) if isinstance(document, Mapped) else None
        if isinstance(value, Scalar):
            found[key if key == "bot" else value.text] = value.text
    return found
