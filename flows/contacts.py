"""Telephone numbers, e-mail and web addresses in what people write."""

import re

import phonenumbers

_PHONE = re.compile(r"(?<![\w@/.])(?:\+|00)?\d(?:[\s()\-–—.‑]{0,3}\d){6,17}(?![\w@])")
_EMAIL = re.compile(
    r"(?<![\w.+\-@])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@"
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{1,30}(?![\w@-])"
)
_URL = re.compile(
    r"(?<![\w@./-])(?:(https?)://)?((?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+([^\W\d_][\w-]{1,30})"
    r"(?::\d{2,5})?)((?:[/?#][^\s<>\"«»]*)?)",
    re.IGNORECASE,
)
_BARE_ENDINGS = frozenset(
    [
        *("ru", "рф", "su", "com", "org", "net", "info", "biz", "io", "me", "app", "dev", "pro"),
        *("by", "kz", "uz", "ua", "kg", "tj", "am", "az", "ge", "md", "eu", "de", "fr", "it"),
        *("uk", "us", "es", "pl", "cz", "tr", "cn", "jp", "in", "tv", "cc", "ai", "gg", "shop"),
        *("store", "online", "site", "club", "moscow", "москва", "tech", "xyz", "ly", "to"),
    ]
)


def phone_number(written: str) -> str | None:
    """The E.164 form of a number written in any way; numbers of other lands begin with a plus."""
    digits = "".join([sign for sign in written if sign.isdecimal()])
    if not 7 <= len(digits) <= 17:
        return None
    if not digits.isascii():
        digits = "".join([str(int(sign)) for sign in digits])
    stripped = written.strip()
    if stripped.startswith("+"):
        return _international(digits)
    if stripped.startswith("00"):
        return _international(digits[2:])
    return _domestic(digits)


def _domestic(digits: str) -> str | None:
    """Without a plus it is a number of Russia."""
    if len(digits) == 11 and digits[0] in "78":
        return _russian(digits[1:])
    # Ten digits with an 8 in front are a number that was cut short.
    return f"+7{digits}" if len(digits) == 10 and digits[0] in "349" else None


def _russian(national: str) -> str | None:
    return f"+7{national}" if national[0] in "34679" or national[:3] == "800" else None


def _international(digits: str) -> str | None:
    if digits.startswith("7") and len(digits) == 11:
        return _russian(digits[1:])
    # `+8 999 …`: the prefix of calls inside Russia, behind a plus by habit.
    if digits.startswith("89") and len(digits) == 11:
        return _russian(digits[1:])
    try:
        parsed = phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        return None
    return f"+{digits}" if phonenumbers.is_possible_number(parsed) else None


def shared_phone(written: str) -> str | None:
    """The number of a shared contact, which messengers give with or without its plus."""
    digits = "".join([sign for sign in written if sign.isdecimal()])
    return _domestic(digits) or _international(digits)


def phones_in(text: str) -> list[str]:
    """The different numbers of a text."""
    if sum(map(str.isdecimal, text)) < 7:
        return []
    found = [phone_number(match.group()) for match in _PHONE.finditer(text)]
    return list(dict.fromkeys([number for number in found if number]))


def emails_in(text: str) -> list[str]:
    if "@" not in text:
        return []
    found = [_email(match.group()) for match in _EMAIL.finditer(text)]
    return list(dict.fromkeys([address for address in found if address]))


def _email(written: str) -> str | None:
    name, _, domain = written.rpartition("@")
    if name.startswith(".") or name.endswith(".") or ".." in name or len(written) > 254:
        return None
    return f"{name}@{domain.lower()}"


def urls_in(text: str) -> list[str]:
    """The different web addresses of a text, each with its scheme."""
    if "." not in text:
        return []
    found = [_url(match) for match in _URL.finditer(text)]
    return list(dict.fromkeys([address for address in found if address]))


def _url(found: re.Match[str]) -> str | None:
    scheme, host, ending, rest = found.groups()
    if not scheme and not host.lower().startswith("www.") and ending.lower() not in _BARE_ENDINGS:
        return None
    return f"{(scheme or 'https').lower()}://{host.lower()}{rest.rstrip('.,;:!?)')}"
