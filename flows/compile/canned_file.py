"""Compiles canned.yaml: the answers that operators have ready, by key."""

from collections.abc import Iterable

from flows import canned, complaints
from flows.compile.reading import Reader
from flows.text import Text
from flows.yaml_text import Mapped, Scalar

CANNED_FILE = "canned.yaml"
_LONGEST = 4096
"""Characters that every messenger takes in one message."""


def read_canned(reader: Reader, node: Mapped) -> dict[str, Text]:
    """The texts by key, in the order of the file."""
    found: dict[str, Text] = {}
    for key, value in node.entries:
        name = _key(reader, key, found)
        before = len(reader.uses)
        text = reader.text(value, key.text)
        if text is None or not isinstance(value, Scalar):
            continue
        if not value.text.strip():
            reader.expected(value, key.text, "текст ответа", "the words of the answer")
        if len(text.source) > _LONGEST:
            reason = reader.report.words(
                f"ответ длиннее {_LONGEST} знаков и не войдёт в одно сообщение — сократите его",
                f"the answer is over {_LONGEST} characters and fits no message: make it shorter",
            )
            reader.report(complaints.BAD_VALUE, value.place, reason=reason)
        for use in reader.uses[before:]:
            for path in canned.stray(text):
                reader.report(
                    complaints.NOT_IN_CANNED,
                    use.place,
                    name=path,
                    allowed=", ".join(_ALLOWED),
                )
        found[name] = text
    return found


def _key(reader: Reader, key: Scalar, before: Iterable[str]) -> str:
    """The key of an answer. An operator types it between a command and other words, in any case."""
    name = reader.name(key)
    same = next((one for one in before if one.casefold() == name.casefold()), None)
    words = reader.report.words
    if len(name.split()) > 1 or len(name) > canned.LONGEST_KEY:
        reader.report(complaints.BAD_NAME, key.place, name=name)
    elif name.casefold() in canned.RESERVED:
        reason = words(
            f"«{name}» — слово самой команды /canned, такой ответ не вызвать — назовите его иначе",
            f"“{name}” is a word of the command /canned itself, so this answer cannot be used: call"
            " it something else",
        )
        reader.report(complaints.BAD_VALUE, key.place, reason=reason)
    elif same is not None:
        reason = words(
            f"«{name}» и «{same}» — один и тот же ключ: большие буквы не важны — оставьте один",
            f"“{name}” and “{same}” are one key, for capital letters do not matter: keep one",
        )
        reader.report(complaints.BAD_VALUE, key.place, reason=reason)
    return name


_ALLOWED = (
    "user.…",
    *(f"{root}.{part}" for root, parts in canned.PARTS.items() for part in parts),
    *("number", "queue", "hours.…", "now", "today"),
)
