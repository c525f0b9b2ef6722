"""Which files WhatsApp takes, for which kind of message, and how large."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.servers.graph_errors import Refused

# https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#supported-media-types
KILOBYTE = 1024
MEGABYTE = 1024 * KILOBYTE
_OFFICE = "application/vnd.openxmlformats-officedocument."
MEDIA: Mapping[str, tuple[int, Sequence[str]]] = {
    "image": (5 * MEGABYTE, ("image/jpeg", "image/png")),
    "sticker": (500 * KILOBYTE, ("image/webp",)),
    "audio": (16 * MEGABYTE, ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg")),
    "video": (16 * MEGABYTE, ("video/mp4", "video/3gpp", "video/3gp")),
    "document": (
        100 * MEGABYTE,
        (
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            f"{_OFFICE}wordprocessingml.document",
            f"{_OFFICE}spreadsheetml.sheet",
            f"{_OFFICE}presentationml.presentation",
        ),
    ),
}
STILL_STICKER = 100 * KILOBYTE


def check_file(mime: str, content: bytes) -> str:
    """Raises Refused for a file that nobody may upload; gives the kind of message it is for."""
    bare = mime.partition(";")[0].strip()
    kind = next((kind for kind, (_, mimes) in MEDIA.items() if bare in mimes), None)
    if kind is None:
        known = ", ".join(sorted(_all_mimes()))
        says = (
            f"(#100) Param file must be a file with one of the following types: {known}. Received"
        )
        raise Refused(100, message=f"{says} file of type '{mime}'.", wrong=True)
    most = MEDIA[kind][0]
    if kind == "sticker" and b"ANIM" not in content[:64]:
        most = STILL_STICKER
    if len(content) > most:
        says = f"{kind} of {len(content)} bytes, the most is {most}"
        raise Refused(131053, says, wrong=True)
    if not content:
        raise Refused(131053, "the file is empty", wrong=True)
    return kind


def _all_mimes() -> Iterator[str]:
    for _, mimes in MEDIA.values():
        yield from mimes


def media_of(message: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every file a checked message shows: its kind, and the object with `id` or `link`."""
    kind = message["type"]
    if kind in MEDIA:
        yield kind, message[kind]
    if kind == "interactive":
        header = message["interactive"].get("header", {})
        if header.get("type") in MEDIA:
            yield header["type"], header[header["type"]]
    if kind == "template":
        for component in message["template"].get("components", ()):
            for parameter in component.get("parameters", ()):
                if parameter["type"] in MEDIA:
                    yield parameter["type"], parameter[parameter["type"]]
