"""Telephone numbers, e-mail and web addresses in what people write."""

import re
from functools import lru_cache

import phonenumbers

_PHONE = re.compile(r"(?<![\w@/.])(?:\+\s?|00)?[(]?\d(?:[\s()\-–—.‑]{0,3}\d){6,17}(?![\w@])")
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
SEVENS = frozenset({"RU", "KZ"})
"""Lands that share +7 and dial 8 before a number."""


# ---------------------------------------------------------------- telephones


def phone_number(written: str, land: str = "RU") -> str | None:
    """The E.164 form of a number written in any way; those of other lands begin with a plus."""
    digits = phone_digits(written)
    if not 7 <= len(digits) <= 17:
        return None
    stripped = written.strip(" (")
    if stripped.startswith("+"):
        return _international(digits)
    if stripped.startswith("00"):
        return _international(digits[2:])
    return _domestic(digits, land)


def phone_digits(written: str) -> str:
    digits = "".join(filter(str.isdecimal, written))
    # A shared contact comes here as the messenger gives it.
    return digits if digits.isascii() else "".join([str(int(sign)) for sign in digits])


def _domestic(digits: str, land: str) -> str | None:
    """A number without a plus is of the bot's land, else a Russian one."""
    if land not in SEVENS:
        local = _local(digits, land)
        if local is not None:
            return local
    if len(digits) == 11 and digits[0] in "78":
        return _russian(digits[1:])
    # Ten digits with an 8 in front are a number that was cut short.
    sevens = "3479" if land == "KZ" else "349"
    return f"+7{digits}" if len(digits) == 10 and digits[0] in sevens else None


@lru_cache(512)
def _local(digits: str, land: str) -> str | None:
    try:
        parsed = phonenumbers.parse(digits, land)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _russian(national: str) -> str | None:
    return f"+7{national}" if national[0] in "34679" or national[:3] == "800" else None


def _international(digits: str) -> str | None:
    if digits.startswith("7") and len(digits) == 11:
        return _russian(digits[1:])
    # `+8 999 …`: the prefix of calls inside Russia, behind a plus by habit.
    if digits.startswith("89") and len(digits) == 11:
        return _russian(digits[1:])
    return _abroad(digits)


@lru_cache(512)
def _abroad(digits: str) -> str | None:
    try:
        parsed = phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        return None
    return f"+{digits}" if phonenumbers.is_possible_number(parsed) else None


def shared_phone(written: str) -> str | None:
    """The number of a shared contact, which messengers give with or without its plus."""
    digits = phone_digits(written)
    return _domestic(digits, "RU") or _international(digits)


def phones_in(text: str, land: str = "RU") -> list[str]:
    """The different numbers of a text."""
    if sum(map(str.isdecimal, text)) < 7:
        return []
    found = [phone_number(match.group(), land) for match in _PHONE.finditer(text)]
    return list(dict.fromkeys([number for number in found if number]))


def answered_phone(text: str, land: str) -> str | None:
    """The number an answer gives; alone in it, one of another land may lack its plus."""
    found = phones_in(text, land)
    if found:
        return found[0] if len(found) == 1 else None
    digits = phone_digits(text)
    # Eleven digits with an 8 in front are a Russian number gone wrong.
    if not 11 <= len(digits) <= 13 or digits[0] in "78" or any(map(str.isalpha, text)):
        return None
    abroad = _abroad(digits)
    valid = abroad is not None and phonenumbers.is_valid_number(phonenumbers.parse(abroad, None))
    return abroad if valid else None


# ---------------------------------------------------------------- addresses


def answered_email(text: str) -> str | None:
    """The address an answer gives, `ann @ mail.ru` and `mailto:` with it."""
    found = emails_in(re.sub(r"\s{0,3}@\s{0,3}", "@", text))
    return found[0] if len(found) == 1 else None


def emails_in(text: str) -> list[str]:
    if "@" not in text:
        return []
    found = [_email(match.group()) for match in _EMAIL.finditer(text)]
    return list(dict.fromkeys([address for address in found if address]))


def _email(written: str) -> str | None:
    name, _, domain = written.rpartition("@")
    if name.startswith(".") or name.endswith(".") or ".." in name or len(written) > 254:
        return None
    return None if mixed(domain) else f"{name}@{domain.lower()}"


def mixed(domain: str) -> bool:
    """Whether the ending is of another alphabet than what stands before it: `mail.ру`."""
    before, _, ending = domain.rpartition(".")
    return before.isascii() and not ending.isascii()


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
