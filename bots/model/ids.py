"""What an id of ours tells by itself."""


def made_at(id: str) -> float | None:
    """When an id (UUIDv7 as 32 hex digits) was made, in seconds since 1970; None for another's id."""
    if len(id) != 32 or id[12] != "7":
        return None
    try:
        return int(id[:12], 16) / 1000
    except ValueError:
        return None
