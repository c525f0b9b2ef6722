"""References to files that another channel keeps, so that one messenger is sent what came by another."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from bots.errors import ChannelBusy, ChannelDown, ChannelUnauthorised, NotFound, Rejected
from bots.ports import Channel, File

_WAIT = 10.0
"""Seconds after which a file is asked for again while its channel does not answer."""


class Kept(NamedTuple):
    """A file: the channel that gives it out, what it calls it there, and a name for people."""

    channel: str
    ref: str
    name: str


Elsewhere = Callable[[Kept], Awaitable[File]]
"""Fetches what another channel keeps. Raises Rejected, ChannelBusy."""


async def nothing_elsewhere(kept: Kept) -> File:
    """For channels that stand alone."""
    raise Rejected(f"{kept.name}: there is no other channel that would keep it")


def elsewhere(channel: str, ref: str, name: str) -> str:
    """What stands for it in an attachment of any other channel; it ends as the file's name does."""
    plain = name.replace("\\", "/").rpartition("/")[2]
    return f"{channel}/{ref}/{plain or 'file'}"


def kept_elsewhere(ref: str) -> Kept | None:
    """Where a file is; None for a path, an address, or a channel's own reference."""
    channel, slash, rest = ref.partition("/")
    platform, colon, account = channel.partition(":")
    own, _, name = rest.rpartition("/")
    # An address has nothing between its colon and its slashes.
    if not (slash and colon and platform and account and own and name):
        return None
    return Kept(channel, own, name)


async def fetched(channels: Mapping[str, Channel], kept: Kept) -> File:
    """The file. Raises Rejected where it is not to be had; ChannelBusy where it is not just now.

    That its own channel does not answer says nothing of the one it is to be sent by.
    """
    channel = channels.get(kept.channel)
    if channel is None:
        raise Rejected(f"{kept.name}: {kept.channel}, which keeps it, is not connected")
    try:
        file = await channel.fetch(kept.ref)
    except NotFound as error:
        raise Rejected(f"{kept.name}: {error}") from error
    except (ChannelDown, ChannelUnauthorised) as error:
        raise ChannelBusy(_WAIT) from error
    return replace(file, name=kept.name)
