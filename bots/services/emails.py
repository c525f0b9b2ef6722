"""E-mail addresses, written one way only, so that each person has one account."""

import re
import unicodedata

from bots.errors import Invalid

LONGEST = 254
_LOCAL = re.compile(r"[^\s@\"(),:;<>\[\\\]]{1,64}")
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")


def normalised(written: str, *, field: str = "email") -> str:
    """In small letters, its domain as people write it and not as `xn--`. Raises Invalid."""
    email = folded(written)
    local, at, domain = email.rpartition("@")
    fits = (
        at
        and len(email) <= LONGEST
        and email.isprintable()
        and _LOCAL.fullmatch(local)
        and not local.startswith(".")
        and not local.endswith(".")
        and ".." not in local
        and all(_LABEL.fullmatch(label) for label in domain.split("."))
    )
    if not fits:
        raise Invalid(field, "is no e-mail address")
    return email


def folded(written: str) -> str:
    """Like `normalised`, for finding: what is no address is nobody's."""
    text = unicodedata.normalize("NFKC", written).strip().casefold()
    local, at, domain = text.rpartition("@")
    return f"{local}{at}{_domain(domain)}"


def _domain(written: str) -> str:
    if len(written) > LONGEST:
        return written
    try:
        return written.encode("idna").decode().encode().decode("idna")
    except UnicodeError:
        return written
