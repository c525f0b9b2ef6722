"""Places on the map as people type them: a pair of coordinates, a link to a map."""

import re
from urllib.parse import unquote

LONGEST = 2_000
_PAIR = r"(-?\d{1,3}\.\d+)\s*[,;/ ]\s*(-?\d{1,3}\.\d+)"
_COORDINATES = re.compile(
    r"(?:geo:|координаты:?\s*|coordinates:?\s*)?[(]?(-?\d{1,3}(?:\.\d+)?)°?\s*([ns])?"
    r"(?:\s*[,;]\s*|\s+)(-?\d{1,3}(?:\.\d+)?)°?\s*([ew])?[)]?"
)
_DECIMAL_COMMAS = re.compile(r"(-?\d{1,3}),(\d{3,})\s*[,; ]\s*(-?\d{1,3}),(\d{3,})")
_DEGREES = re.compile(
    r"(\d{1,3})°\s*(\d{1,2})[′']\s*(\d{1,2}(?:\.\d+)?)[″\"]\s*([nsсю])[\s,;]*"
    r"(\d{1,3})°\s*(\d{1,2})[′']\s*(\d{1,2}(?:\.\d+)?)[″\"]\s*([ewвз])"
)
_LINK = re.compile(r"https?://\S+|geo:\S+")
_LATITUDE_FIRST = (
    re.compile(r"!3d(-?\d+\.\d+)!4d(-?\d+\.\d+)"),
    re.compile(rf"[?&](?:q|query|destination|daddr|center)=(?:loc:)?{_PAIR}"),
    re.compile(r"[?&#]mlat=(-?\d+\.\d+)&mlon=(-?\d+\.\d+)"),
    re.compile(rf"/@{_PAIR}"),
    re.compile(rf"#map=\d+/{_PAIR}"),
    re.compile(rf"^geo:{_PAIR}"),
)
_LONGITUDE_FIRST = (
    re.compile(rf"whatshere\[point\]={_PAIR}"),
    re.compile(rf"[?&](?:pt|poi\[point\])={_PAIR}"),
    re.compile(rf"/{_PAIR}"),
    re.compile(rf"[?&](?:ll|m)={_PAIR}"),
)
"""Russian maps write the longitude first."""
_RUSSIAN_MAPS = re.compile(r"https?://(?:[\w-]+\.)*(?:yandex|2gis)\.")
_APPLE_OR_GOOGLE = re.compile(rf"[?&]s?ll={_PAIR}")

Pair = tuple[float, float]


def place_in(text: str) -> dict[str, float] | None:
    """`55.7558, 37.6173`, or the point a link to a map shows."""
    found = coordinates(text)
    if found is None or abs(found[0]) > 90 or abs(found[1]) > 180:
        return None
    return {"latitude": found[0], "longitude": found[1]}


def coordinates(text: str) -> Pair | None:
    """Latitude and longitude as they are written, wherever on earth or off it."""
    plain = text.strip().casefold()
    if len(plain) > LONGEST:
        return None
    link = _LINK.search(plain)
    if link is not None:
        return _of_link(unquote(link.group()))
    return _typed(plain.rstrip(".")) if len(plain) < 80 else None


def shows_link(text: str) -> bool:
    return _LINK.search(text.casefold()[:LONGEST]) is not None


def _of_link(link: str) -> Pair | None:
    russian = _RUSSIAN_MAPS.match(link) is not None
    for pattern in _LONGITUDE_FIRST if russian else (*_LATITUDE_FIRST, _APPLE_OR_GOOGLE):
        found = pattern.search(link)
        if found is not None:
            first, second = float(found.group(1)), float(found.group(2))
            return (second, first) if russian else (first, second)
    return None


def _typed(plain: str) -> Pair | None:
    commas = _DECIMAL_COMMAS.fullmatch(plain)
    if commas is not None:
        whole, part, across, rest = commas.groups()
        return float(f"{whole}.{part}"), float(f"{across}.{rest}")
    degrees = _DEGREES.search(plain)
    if degrees is not None:
        return _of_degrees(degrees)
    found = _COORDINATES.fullmatch(plain)
    # Two whole numbers are more often something else.
    if found is None or "." not in plain and not found.group(2) and not found.group(4):
        return None
    north, side, east, other = found.groups()
    return float(north) * (-1 if side == "s" else 1), float(east) * (-1 if other == "w" else 1)


def _of_degrees(found: re.Match[str]) -> Pair:
    north, south, east, west = found.group(1, 2, 3), found.group(4), found.group(5, 6, 7), found[8]
    return (
        _decimal(north) * (-1 if south in "sю" else 1),
        _decimal(east) * (-1 if west in "wз" else 1),
    )


def _decimal(parts: tuple[str | None, ...]) -> float:
    degrees, minutes, seconds = (float(part or 0) for part in parts)
    return round(degrees + minutes / 60 + seconds / 3600, 6)
