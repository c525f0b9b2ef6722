"""The messengers as clients of the HTTP API see them: what each can do, who answers there, whether it works."""

from collections.abc import Mapping, Sequence

from bots.messengers import Messenger
from bots.services.channels import Channels
from bots.services.connection import Connection
from bots.services.runtime import Connected, Platform, Published

WEB = Platform(
    name="web",
    title="Web chat",
    capabilities=("text", "inline_keyboard", "media", "files"),
    webhook=False,
    writes_first=False,
)


class Platforms:
    """Every messenger we speak to, and the page, which always works."""

    def __init__(
        self, messengers: Mapping[str, Messenger], channels: Channels, published: Published
    ) -> None:
        self._messengers = messengers
        self._channels = channels
        self._published = published

    def platforms(self) -> Sequence[Platform]:
        found = [
            Platform(
                name=one.name,
                title=one.title,
                capabilities=one.capabilities,
                webhook=one.webhook,
                writes_first=one.writes_first,
            )
            for one in self._messengers.values()
        ]
        return [*found, WEB]

    def is_up(self, platform: str, workspace: int) -> bool:
        found = self._connections(platform, workspace)
        return platform == WEB.name or any(one.state.status == "up" for one in found)

    def accounts(self, platform: str, workspace: int) -> Sequence[Connected]:
        if platform == WEB.name:
            own = self._published.names(workspace)
            return [Connected(channel=WEB.name, bot=bot) for bot in own]
        return [
            Connected(channel=one.channel.name, bot=one.record.bot)
            for one in self._connections(platform, workspace)
        ]

    def _connections(self, platform: str, workspace: int) -> list[Connection]:
        return [
            one
            for one in self._channels.connections
            if (one.record.platform, one.record.workspace) == (platform, workspace)
        ]
