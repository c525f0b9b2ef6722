"""What customers attached, fetched from VK's own servers and no others; no token goes there."""

from urllib.parse import urlsplit

from adapters.linked_files import LinkedFiles
from adapters.messengers.vk.client import Connection
from bots.errors import Rejected
from bots.ports import File

HOSTS = (
    "vk.com",
    "vk.ru",
    "vk.me",
    "userapi.com",
    "vkuser.net",
    "vkuserphoto.ru",
    "vkuservideo.net",
    "vkuservideo.com",
    "vkuseraudio.net",
    "vkuseraudio.com",
    "mycdn.me",
    "okcdn.ru",
)
"""Servers of VK's files, and all below them."""


async def fetched(ref: str, *, connection: Connection, linked: LinkedFiles) -> File:
    """A file by its address. Raises NotFound for what has none or is gone, a ChannelError else."""
    if ref.startswith(("https://", "http://")) and not _of_vk(ref, connection):
        raise Rejected("The file does not lie on a server of VK's")
    return await linked.get(ref)


def _of_vk(ref: str, connection: Connection) -> bool:
    """A server of somebody's own has its files beside its API."""
    try:
        address, own = urlsplit(ref), urlsplit(connection.api_base)
        host, port = address.hostname or "", address.port
    except ValueError:
        return False
    if not connection.public and (host, port) == (own.hostname, own.port):
        return True
    return address.scheme == "https" and any(
        host == one or host.endswith(f".{one}") for one in HOSTS
    )
