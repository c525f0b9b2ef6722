"""References to files that another channel keeps, so that one messenger is sent what came by another."""

from typing import NamedTuple

_WITH_COLON = 2


class Kept(NamedTuple):
    """A file: the channel that gives it out, what it calls it there, and a name for people."""

    channel: str
    ref: str
    name: str


def elsewhere(channel: str, ref: str, name: str) -> str:
    """What stands for it in an attachment of any other channel. A name never has a slash."""
    plain = name.replace("\\", "/").rpartition("/")[2]
    return f"{channel}/{plain}/{ref}"


def kept_elsewhere(ref: str) -> Kept | None:
    """Where a file is; None for a path, an address, or a channel's own reference."""
    channel, _, rest = ref.partition("/")
    name, slash, own = rest.partition("/")
    platform, colon, account = channel.partition(":")
    # An address has its two slashes there, and no messenger is called after a drive.
    if not (slash and own and colon and account and len(platform) >= _WITH_COLON and name):
        return None
    return Kept(channel, own, name)
