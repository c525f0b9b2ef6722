"""The fake VK's API: who calls, by what rules, and what does it."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.servers.vk_calls import check_call
from tests.servers.vk_errors import Refused
from tests.servers.vk_files import Files
from tests.servers.vk_group import STATES, FakeClock, Group
from tests.servers.vk_settings import Settings
from tests.servers.vk_talks import Talks


class VkApi:
    """The methods. `checks` off leaves out rules and memory, and counts messages only."""

    def __init__(self, groups: list[Group], *, checks: bool = True) -> None:
        self.by_token = {group.token: group for group in groups}
        self.groups = {group.id: group for group in groups}
        self.clock = FakeClock()
        self.files = Files()
        self.settings = Settings()
        self.settings.groups = self.groups
        self.talks = Talks(self.clock, self.files, self.settings, remembers=checks)
        self.base = ""
        self._checks = checks
        self._methods: Mapping[str, Callable[[Group, Mapping[str, str]], Any]] = {
            **self.talks.methods,
            "photos.getMessagesUploadServer": self._photo_server,
            "photos.saveMessagesPhoto": self._save_photo,
            "docs.getMessagesUploadServer": self._document_server,
            "docs.save": self._save_document,
            **self.settings.methods,
        }

    def at(self, base: str) -> None:
        """The server's own address, with a slash: it stands in what is answered."""
        self.base = self.settings.base = base

    def group(self, token: str) -> Group:
        """Raises Refused 5 as VK does it for no token, a wrong one and one taken back."""
        if not token:
            raise Refused(5, "no access_token passed.")
        group = self.by_token.get(token)
        if group is None:
            raise Refused(5, "invalid access_token (4).")
        if group.revoked:
            raise Refused(5, "access_token was revoked.")
        return group

    def do(self, group: Group, method: str, values: Mapping[str, str]) -> Any:
        """The `response` of a method; raises Refused, or Violation where the call itself is wrong."""
        if self._checks:
            check_call(method, values)
            self._keep_pace(group)
            named = values.get("group_id")
            if named and named != str(group.id) and method != "groups.getById":
                raise Refused(15, "no access to this group")
        if method not in self._methods:
            raise Refused(3)
        return self._methods[method](group, values)

    def _keep_pace(self, group: Group) -> None:
        if group.per_second is None:
            return
        now = self.clock.now()
        group.recent = [at for at in group.recent if at > now - 1.0]
        if len(group.recent) >= group.per_second:
            raise Refused(6)
        group.recent.append(now)

    # ------------------------------------------------------------ files

    def _photo_server(self, group: Group, values: Mapping[str, str]) -> dict[str, Any]:
        self._check_reach(group, values)
        url = self.files.place("photo", self.base)
        return {"album_id": -64, "upload_url": url, "user_id": 0, "group_id": group.id}

    def _document_server(self, group: Group, values: Mapping[str, str]) -> dict[str, Any]:
        self._check_reach(group, values)
        return {"upload_url": self.files.place(values.get("type", "doc"), self.base)}

    def _check_reach(self, group: Group, values: Mapping[str, str]) -> None:
        """Files are taken for those alone who can be written to; 0 stands for nobody."""
        peer_id = int(values.get("peer_id") or 0)
        if self._checks and peer_id and (peer := group.peer(peer_id)).state != "allowed":
            raise Refused(STATES[peer.state])

    def _save_photo(self, group: Group, values: Mapping[str, str]) -> Any:
        return self.files.save_photo(values, -group.id, int(self.clock.now()), self.base)

    def _save_document(self, group: Group, values: Mapping[str, str]) -> Any:
        return self.files.save_document(values, -group.id, int(self.clock.now()), self.base)
