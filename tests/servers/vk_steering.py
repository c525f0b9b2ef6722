"""The hand on the fake VK: what tests tell it over HTTP, and what it tells them."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from tests.servers.bodies import Upload
from tests.servers.scripted import met
from tests.servers.tiny_http import Request, Response, json_response
from tests.servers.vk_api import VkApi
from tests.servers.vk_calls import EVENTS
from tests.servers.vk_delivery import CallbackDelivery
from tests.servers.vk_group import STATES, CallbackServer, Group
from tests.servers.vk_inbound import Inbound

Records = list[dict[str, Any]]


class Steering:
    """Shares the lists of calls, scripted answers and violations with the server."""

    def __init__(
        self,
        api: VkApi,
        calls: Records,
        script: Records,
        violations: Records,
        *,
        remembers: bool = True,
    ) -> None:
        self._api = api
        self._calls = calls
        self._script = script
        self._violations = violations
        self._inbound = Inbound(api.clock, remembers=remembers)
        self._delivery = CallbackDelivery(api.clock)
        api.talks.happened = self._publish
        api.settings.confirm = self._delivery.confirm
        self._routes: Mapping[str, Callable[[dict[str, Any], Mapping[str, str]], Any]] = {
            "GET /__calls": lambda _, query: calls[int(query.get("since", 0)) :],
            "GET /__state": lambda _, query: self._state(),
            "GET /__screen": lambda _, query: self._screen(query),
            "POST /__script": self._add_script,
            "POST /__update": self._update,
            "POST /__press": self._press,
            "POST /__person": self._person,
            "POST /__group": self._change_group,
            "POST /__callback": self._set_callback,
            "POST /__long_poll": self._steer_long_poll,
            "POST /__file": self._file,
            "POST /__clock": lambda body, _: api.clock.move(**body),
            "POST /__reset": self._reset,
        }

    async def close(self) -> None:
        await self._delivery.close()

    def handle(self, request: Request) -> Response:
        """Raises KeyError and the like for a body that does not fit its route."""
        route = self._routes.get(f"{request.method} {request.path}")
        if route is None:
            return json_response({"error": f"no {request.method} {request.path}"}, 404)
        answer = route(orjson.loads(request.body) if request.body else {}, request.query)
        return json_response({} if answer is None else answer)

    def _group(self, body: Mapping[str, Any]) -> Group:
        group_id = body.get("group_id")
        if group_id is None:
            return next(iter(self._api.groups.values()))
        return self._api.groups[int(group_id)]

    # ------------------------------------------------------------ events

    def _publish(
        self,
        group: Group,
        kind: str,
        body: dict[str, Any],
        *,
        copies: int = 1,
        fields: Mapping[str, Any] | None = None,
    ) -> int:
        """How many will get the event: confirmed servers and the long poll that want its kind."""
        event = {
            "group_id": group.id,
            "type": kind,
            "event_id": group.next_event(),
            "object": body,
            **(fields or {}),
        }
        takers = 0
        for server in group.servers.values():
            if server.status == "ok" and (kind in server.kinds or kind not in EVENTS):
                self._delivery.add(group, server, {"v": server.version, **event}, copies)
                takers += 1
        poll = group.long_poll
        if poll.enabled and (kind in poll.kinds or kind not in EVENTS):
            told = orjson.dumps({"v": poll.version, **event})
            poll.events += [orjson.loads(told) for _ in range(copies)]
            poll.news.set()
            takers += 1
        return takers

    def _update(self, body: dict[str, Any], query: Mapping[str, str]) -> Any:
        group = self._group(body)
        told = []
        for event in body["events"]:
            fields = {key: event[key] for key in event.keys() - {"type", "object"}}
            told.append(self._happen(group, event["type"], event["object"], body, fields))
        return told

    def _happen(
        self,
        group: Group,
        kind: str,
        body: dict[str, Any],
        asked: Mapping[str, Any],
        fields: Mapping[str, Any],
    ) -> dict[str, Any]:
        """The object as it was told; counted as lost if nobody listens."""
        if not asked.get("raw"):
            body = self._inbound.complete(group, kind, body)
        copies = int(asked.get("copies") or 1)
        if not self._publish(group, kind, body, copies=copies, fields=fields):
            group.lost += 1
        return body

    def _press(self, body: dict[str, Any], query: Mapping[str, str]) -> Any:
        group = self._group(body)
        user_id = int(body["user_id"])
        peer = group.peer(int(body.get("peer_id") or user_id))
        pressed = self._inbound.pressed(group, peer, user_id, body["label"])
        if isinstance(pressed, str):
            return {"opened": pressed}
        return self._happen(group, *pressed, body, {})

    # ------------------------------------------------------------ the state of things

    def _add_script(self, body: dict[str, Any], query: Mapping[str, str]) -> None:
        if body.get("peer_id") is not None:
            body["peer_id"] = str(body["peer_id"])
        self._script.append(body)

    def _person(self, body: dict[str, Any], query: Mapping[str, str]) -> None:
        group = self._group(body)
        peer_id = int(body["peer_id"])
        state = body.get("state")
        if state is not None:
            if state != "allowed" and state not in STATES:
                raise ValueError(f"state is allowed or one of {sorted(STATES)}")
            group.peer(peer_id).state = state
        if profile := body.get("profile"):
            self._api.settings.people.setdefault(peer_id, {}).update(profile)

    def _change_group(self, body: dict[str, Any], query: Mapping[str, str]) -> None:
        group = self._group(body)
        for name in ("bot_features", "revoked", "per_second"):
            if name in body:
                setattr(group, name, body[name])

    def _set_callback(self, body: dict[str, Any], query: Mapping[str, str]) -> Any:
        """A server as an owner sets it up on the community's page, confirmed already."""
        group = self._group(body)
        group.last_server += 1
        server = CallbackServer(group.last_server, "test", body["url"], body.get("secret") or "")
        server.status = "ok"
        server.kinds = set(body.get("kinds") or EVENTS)
        group.servers[server.id] = server
        return {"server_id": server.id}

    def _steer_long_poll(self, body: dict[str, Any], query: Mapping[str, str]) -> None:
        """Switch it on or off; let the key expire; forget all events up to one."""
        poll = self._group(body).long_poll
        if "enabled" in body:
            poll.enabled = bool(body["enabled"])
            poll.kinds = set(body.get("kinds") or EVENTS)
        if body.get("expire_key"):
            poll.key = ""
        if (last := body.get("forget_to")) is not None:
            count = max(min(int(last), poll.last) - poll.dropped, 0)
            del poll.events[:count]
            poll.dropped += count
        if body.get("restart"):
            poll.events.clear()
            poll.dropped = 0
        poll.news.set()

    def _file(self, body: dict[str, Any], query: Mapping[str, str]) -> Any:
        upload = Upload(body["name"], base64.b64decode(body["content"]))
        return {"url": self._api.base + self._api.files.keep(upload)}

    def _reset(self, body: dict[str, Any], query: Mapping[str, str]) -> None:
        """Forget the record and the script; with `whole` talks, settings and servers too."""
        for kept in (self._calls, self._script, self._violations):
            kept.clear()
        if body.get("whole"):
            for group in self._api.groups.values():
                group.forget()
            self._api.settings.people.clear()
            self._api.clock.reset()

    def _screen(self, query: Mapping[str, str]) -> Any:
        peer = self._group(query).peer(int(query["peer_id"]))
        return [seen.body() for seen in peer.timeline]

    def _state(self) -> dict[str, Any]:
        return {
            "calls": len(self._calls),
            "scripted": len(self._script),
            "met": met(self._script),
            "violations": self._violations,
            "groups": {
                str(group.id): {
                    "pending": sorted(group.pending),
                    "delivered": group.delivered,
                    "attempts": group.attempts,
                    "lost": group.lost,
                    "confirmation": group.confirmation,
                    "servers": [
                        server.described() | {"kinds": sorted(server.kinds)}
                        for server in group.servers.values()
                    ],
                    "long_poll": {
                        "enabled": group.long_poll.enabled,
                        "last": group.long_poll.last,
                    },
                }
                for group in self._api.groups.values()
            },
        }
