"""What VK's API does with calls about a community, its servers of events, and people."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.servers.vk_calls import EVENTS, numbers
from tests.servers.vk_errors import Refused, Violation
from tests.servers.vk_group import CallbackServer, Group

SERVERS = 10
"""https://dev.vk.com/ru/api/callback/getting-started: so many servers for one community."""


class Settings:
    """`confirm` is told of every server that has to be asked for the confirmation string."""

    def __init__(self) -> None:
        self.base = ""
        self.groups: Mapping[int, Group] = {}
        self.people: dict[int, dict[str, Any]] = {}
        self.confirm: Callable[[Group, CallbackServer], Any] = lambda group, server: None
        self.methods: Mapping[str, Callable[[Group, Mapping[str, str]], Any]] = {
            "groups.getById": self._groups,
            "groups.getCallbackConfirmationCode": lambda group, _: {"code": group.confirmation},
            "groups.getCallbackServers": self._servers,
            "groups.addCallbackServer": self._add_server,
            "groups.editCallbackServer": self._edit_server,
            "groups.deleteCallbackServer": self._delete_server,
            "groups.getCallbackSettings": self._callback_settings,
            "groups.setCallbackSettings": self._set_callback_settings,
            "groups.getLongPollServer": self._long_poll_server,
            "groups.getLongPollSettings": self._long_poll_settings,
            "groups.setLongPollSettings": self._set_long_poll_settings,
            "users.get": self._users,
            "utils.resolveScreenName": lambda _, values: self.resolve(values["screen_name"]) or [],
        }

    # ------------------------------------------------------------ the community

    def _groups(self, group: Group, values: Mapping[str, str]) -> dict[str, Any]:
        named = values.get("group_ids") or values.get("group_id") or str(group.id)
        found = []
        for name in named.split(","):
            for other in self.groups.values():
                if name in (str(other.id), other.screen_name):
                    found.append(_described(other))
        return {"groups": found, "profiles": []}

    def _servers(self, group: Group, values: Mapping[str, str]) -> dict[str, Any]:
        wanted = numbers(values["server_ids"]) if values.get("server_ids") else group.servers
        items = [group.servers[number].described() for number in wanted if number in group.servers]
        return {"count": len(items), "items": items}

    def _add_server(self, group: Group, values: Mapping[str, str]) -> dict[str, int]:
        if len(group.servers) >= SERVERS:
            raise Refused(2000)
        group.last_server += 1
        server = CallbackServer(
            group.last_server, values["title"], values["url"], values.get("secret_key", "")
        )
        group.servers[server.id] = server
        server.status = "wait"
        self.confirm(group, server)
        return {"server_id": server.id}

    def _edit_server(self, group: Group, values: Mapping[str, str]) -> int:
        server = _server(group, values)
        server.title = values["title"]
        server.url = values["url"]
        server.secret = values.get("secret_key", "")
        server.status = "wait"
        self.confirm(group, server)
        return 1

    def _delete_server(self, group: Group, values: Mapping[str, str]) -> int:
        del group.servers[_server(group, values).id]
        return 1

    def _callback_settings(self, group: Group, values: Mapping[str, str]) -> dict[str, Any]:
        server = _server(group, values)
        return {"api_version": server.version, "events": _flags(server.kinds)}

    def _set_callback_settings(self, group: Group, values: Mapping[str, str]) -> int:
        server = _server(group, values)
        server.version = values.get("api_version", server.version)
        _switch(server.kinds, values)
        return 1

    # ------------------------------------------------------------ the long poll

    def _long_poll_server(self, group: Group, values: Mapping[str, str]) -> dict[str, str]:
        poll = group.long_poll
        if not poll.enabled:
            raise Refused(100, "longpoll for this group is not enabled")
        poll.key = group.next_event()
        return {
            "key": poll.key,
            "server": f"{self.base}whp/{group.id}",
            "ts": str(poll.last),
        }

    def _long_poll_settings(self, group: Group, values: Mapping[str, str]) -> dict[str, Any]:
        poll = group.long_poll
        return {
            "is_enabled": poll.enabled,
            "api_version": poll.version,
            "events": _flags(poll.kinds),
        }

    def _set_long_poll_settings(self, group: Group, values: Mapping[str, str]) -> int:
        poll = group.long_poll
        if "enabled" in values:
            poll.enabled = values["enabled"] == "1"
        poll.version = values.get("api_version", poll.version)
        _switch(poll.kinds, values)
        return 1

    # ------------------------------------------------------------ people

    def person(self, user_id: int) -> dict[str, Any]:
        """Somebody we know nothing of has a name of her own all the same."""
        names = {"first_name": "Иван", "last_name": f"Покупатель{user_id}"}
        known = {"screen_name": f"id{user_id}", **self.people.get(user_id, {})}
        return {"id": user_id, **names, "can_access_closed": True, "is_closed": False, **known}

    def resolve(self, name: str) -> dict[str, Any] | None:
        """Who is called so: a person, a community or nobody."""
        for group in self.groups.values():
            if name in (group.screen_name, f"club{group.id}", f"public{group.id}"):
                return {"type": "group", "object_id": group.id}
        for user_id, known in self.people.items():
            if name == known.get("screen_name"):
                return {"type": "user", "object_id": user_id}
        if found := re.fullmatch(r"id(\d+)", name):
            return {"type": "user", "object_id": int(found[1])}
        return None

    def _users(self, group: Group, values: Mapping[str, str]) -> list[dict[str, Any]]:
        """Only what was asked for in `fields`, besides the names."""
        always = {"id", "first_name", "last_name", "can_access_closed", "is_closed", "deactivated"}
        wanted = always | set(values.get("fields", "").split(","))
        if not values.get("user_ids"):
            raise Violation(100, "user_ids is a required parameter for a community's token")
        found = []
        for name in values["user_ids"].split(","):
            known = {"object_id": int(name)} if name.isdigit() else self.resolve(name)
            if known is None:
                raise Refused(113)
            person = self.person(known["object_id"])
            found.append({key: value for key, value in person.items() if key in wanted})
        return found


def _server(group: Group, values: Mapping[str, str]) -> CallbackServer:
    """The named server, or the first one."""
    number = int(values.get("server_id") or next(iter(group.servers), 0))
    if number not in group.servers:
        raise Refused(104)
    return group.servers[number]


def _flags(kinds: set[str]) -> dict[str, int]:
    return {kind: int(kind in kinds) for kind in sorted(EVENTS)}


def _switch(kinds: set[str], values: Mapping[str, str]) -> None:
    for kind in EVENTS & values.keys():
        (kinds.add if values[kind] == "1" else kinds.discard)(kind)


def _described(group: Group) -> dict[str, Any]:
    picture = "https://vk.com/images/community_100.png"
    return {
        "id": group.id,
        "name": group.screen_name.capitalize(),
        "screen_name": group.screen_name,
        "is_closed": 0,
        "type": "group",
        "photo_50": picture,
        "photo_100": picture,
        "photo_200": picture,
    }
