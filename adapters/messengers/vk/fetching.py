"""What customers attached, fetched from VK's own servers and no others; no token goes there."""

from urllib.parse import urlsplit

from adapters.guarded_http import GuardedHttp, Request
from adapters.messengers.vk.client import Connection
from bots.errors import AddressRefused, ChannelDown, NotFound, Rejected, RemoteFailed
from bots.ports import File

LARGEST = 50 * 1024 * 1024
LONGEST = 60.0

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


async def fetched(ref: str, *, connection: Connection, web: GuardedHttp) -> File:
    """A file by its address. Raises NotFound for what has none or is gone, a ChannelError else."""
    if not ref.startswith(("https://", "http://")):
        raise NotFound("file", ref)
    if not _of_vk(ref, connection):
        raise Rejected("The file does not lie on a server of VK's")
    try:
        answer = await web.fetch(Request(method="GET", url=ref, seconds=LONGEST))
    except AddressRefused as error:
        raise Rejected(f"The file's address is not called: {error}") from error
    except RemoteFailed as error:
        raise ChannelDown(f"The file cannot be fetched: {error}") from error
    if answer.status in (403, 404, 410):
        raise NotFound("file", ref)
    if answer.status != 200:
        raise ChannelDown(f"The file's server answered {answer.status}")
    name = urlsplit(ref).path.rpartition("/")[2]
    mime = answer.headers.get("content-type", "").partition(";")[0].strip()
    return File(content=answer.body, name=name, mime=mime)


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
