"""What the bot learnt of a customer, as far as operators should see it."""

from collections.abc import Iterator, Mapping
from typing import Any

from bots.model.conversation import Conversation
from flows.formats import masked
from flows.inside import standing

MOST = 12
"""So many lines; what comes after them is in the transcript."""
LONGEST = 120
HIDDEN = "•••"

_SECRETS = (
    *("password", "passwd", "secret", "token", "pin", "cvv", "cvc", "otp", "api_key"),
    *("пароль", "секрет", "токен", "пин", "пинкод", "кодовое_слово", "код_подтверждения"),
)
_CARD = range(13, 20)


def collected(
    chat: Conversation, language: str, untold: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str]]:
    """Names and values: of the flows under way, the top one first, then what is remembered of them.

    Those in `untold` are left out. What looks like a password is hidden, a card's number shows its end.
    """
    seen: set[str] = set()
    for name, value in _values(chat):
        text = worded(value, language)
        if name in seen or name in untold or not text or name.startswith((":", "_")):
            continue
        seen.add(name)
        yield name.replace("_", " "), hidden(name, text)
        if len(seen) == MOST:
            return


def hidden(name: str, text: str) -> str:
    """A value as it may be shown."""
    words = name.lower().replace("-", "_")
    if words in _SECRETS or any(words.endswith(f"_{one}") for one in _SECRETS):
        return HIDDEN
    digits = [int(sign) for sign in text if sign.isascii() and sign.isdigit()]
    rest = [sign for sign in text if not sign.isdigit() and sign not in " -"]
    if not rest and len(digits) in _CARD and _checks(digits):
        return masked("".join(map(str, digits)))
    return text


def worded(value: Any, language: str) -> str:
    """A value in a few words; "" for nothing."""
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return ("да" if value else "нет") if language == "ru" else ("yes" if value else "no")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Mapping):
        parts = ((name, worded(hidden_in(name, inner), language)) for name, inner in value.items())
        return _short(", ".join(f"{name}: {text}" for name, text in parts if text))
    if isinstance(value, list | tuple):
        return _short(", ".join(filter(None, (worded(one, language) for one in value))))
    return _short(" ".join(str(value).split()))


def hidden_in(name: Any, value: Any) -> Any:
    """The same for a part of a value."""
    return hidden(str(name), value) if isinstance(value, str) else value


def _values(chat: Conversation) -> Iterator[tuple[str, Any]]:
    for frame in reversed(standing(chat.position)):
        yield from frame.variables.items()
    yield from chat.user.items()


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def _checks(digits: list[int]) -> bool:
    """Luhn's sum, which numbers of bank cards have."""
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[-1::-2])) % 10 == 0
