"""The fake VK for tests: started, asked and steered from Python."""

import asyncio
import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import urlencode

import orjson

from tests.servers import vk_events
from tests.servers.fake import acknowledged, enough
from tests.servers.vk_process import GROUP, TOKEN, Call, VkProcess
from tests.servers.vk_screen import lines_of_talk

__all__ = ["GROUP", "SECRET", "TOKEN", "Call", "Vk"]

SECRET = "s3cret"


class Vk(VkProcess):
    """`with Vk.start() as vk:` is a VK of its own for as long as that lasts."""

    # ------------------------------------------------------------ what it saw

    def calls(
        self, method: str | None = None, *, peer_id: int | str | None = None, since: int = 0
    ) -> list[Call]:
        """Calls in order of receipt; without `method` all but those to the long poll."""
        made = [Call(**call) for call in self._ask("GET", f"/__calls?since={since}")]
        return [
            call
            for call in made
            if (call.method == method if method else call.method != "longpoll")
            and (peer_id is None or call.peer_id == str(peer_id))
        ]

    async def expect(
        self,
        count: int,
        method: str = "messages.send",
        *,
        peer_id: int | str | None = None,
        within: float = 60.0,
    ) -> list[Call]:
        """Wait until at least so many calls came; fails with what did come."""
        found = await enough(
            lambda: self.calls(method, peer_id=peer_id),
            count,
            within=within,
            otherwise=lambda: f"{method}; all calls: {self.calls()}",
        )
        return list(found)

    def said(self, peer_id: int, *, group_id: int | None = None) -> list[str]:
        """What stands in the talk, the customer's own words too, in lines of tests/servers/screen."""
        return lines_of_talk(self.seen(peer_id, group_id=group_id))

    def seen(self, peer_id: int, *, group_id: int | None = None) -> list[dict[str, Any]]:
        """What was seen in the talk, in order: {"author", "kind", "message", "extra"}."""
        asked = {"peer_id": peer_id} | ({"group_id": group_id} if group_id else {})
        log: list[dict[str, Any]] = self._ask("GET", f"/__screen?{urlencode(asked)}")
        return log

    def violations(self) -> list[dict[str, Any]]:
        """Calls that broke a rule of VK's documentation; a suite holds them to be none."""
        found: list[dict[str, Any]] = self._ask("GET", "/__state")["violations"]
        return found

    def state(self, group_id: int | None = None) -> dict[str, Any]:
        """A community's `pending` events, counts of `delivered`, `attempts` and `lost`, servers."""
        state: dict[str, Any] = self._ask("GET", "/__state")["groups"][str(self._group(group_id))]
        return state

    async def settled(self, *, group_id: int | None = None, within: float = 60.0) -> None:
        """Wait until the bot acknowledged every event that was posted to it."""
        await acknowledged(lambda: self.state(group_id)["pending"], within=within)
        if lost := self.state(group_id)["lost"]:
            raise AssertionError(
                f"{lost} events had nobody to go to: set_callback() or set_long_poll()"
            )

    def reset(self, *, whole: bool = False) -> None:
        """Forget calls, script and violations; `whole`: talks, settings and servers as well."""
        self._ask("POST", "/__reset", {"whole": whole})

    async def confirmed(
        self, server_id: int, *, group_id: int | None = None, within: float = 60.0
    ) -> str:
        """Wait until the server was asked for the confirmation string: `ok`, or `failed`."""
        deadline = asyncio.get_running_loop().time() + within
        while True:
            servers = {one["id"]: one["status"] for one in self.state(group_id)["servers"]}
            if servers[server_id] != "wait":
                return str(servers[server_id])
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"callback server {server_id} did not answer")
            await asyncio.sleep(0.02)

    def call(self, method: str, *, token: str | None = None, **parameters: Any) -> Any:
        """A call as a bot makes it; gives the whole answer, `response` or `error`."""
        token = token if token is not None else next(iter(self.groups.values()))[1]
        form = {"access_token": token, "v": "5.199"} | parameters
        self._connection.request(
            "POST",
            f"/method/{method}",
            urlencode(form),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        return orjson.loads(self._connection.getresponse().read())

    # ------------------------------------------------------------ what it does

    def script(
        self,
        *,
        method: str | None = None,
        peer_id: int | str | None = None,
        token: str | None = None,
        times: int | None = 1,
        share: float | None = None,
        code: int | None = None,
        description: str = "",
        extra: Mapping[str, Any] | None = None,
        status: int | None = None,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
        delay: float = 0.0,
        action: Literal["answer", "hang", "drop", "swallow"] = "answer",
    ) -> None:
        """Answer the next `times` matching calls (None: all of them) in this way, or a
        `share` of them by chance.

        `code` makes VK's error of this number; without it `status` and `body` are sent as HTML.
        `delay` comes before whatever the answer is. `drop` closes the connection and does nothing,
        `swallow` does the call and closes without an answer, `hang` never answers. `method` may be
        `upload`, `download` and `longpoll` too.
        """
        scripted = {
            "method": method,
            "peer_id": peer_id,
            "token": token,
            "times": times,
            "share": share,
            "code": code,
            "description": description,
            "extra": extra,
            "status": status,
            "body": body,
            "headers": headers,
            "delay": delay,
            "action": action,
        }
        self._ask("POST", "/__script", scripted)

    def update(
        self,
        *events: Mapping[str, Any],
        group_id: int | None = None,
        copies: int = 1,
        raw: bool = False,
    ) -> list[dict[str, Any]]:
        """Something happened in VK: events of tests/servers/vk_events, or of one's own.

        Gives the objects as they were told to the bot: with numbers, dates and whatever VK knows.
        `copies` delivers each that often; `raw` tells them just as they are given.
        """
        asked = {"group_id": group_id, "events": events, "copies": copies, "raw": raw}
        told: list[dict[str, Any]] = self._ask("POST", "/__update", asked)
        return told

    def says(self, user_id: int, text: str = "", **fields: Any) -> dict[str, Any]:
        """A customer writes; `fields` as in vk_events.message. Gives the message."""
        told: dict[str, Any] = self.update(vk_events.message(user_id, text, **fields))[0]["message"]
        return told

    def presses(
        self,
        user_id: int,
        label: str,
        *,
        peer_id: int | None = None,
        group_id: int | None = None,
        copies: int = 1,
    ) -> dict[str, Any]:
        """A customer presses the newest button with this label; fails if she sees none.

        Gives the event's object, or `{"opened": …}` for a button that only leads somewhere.
        """
        asked = {"group_id": group_id, "user_id": user_id, "peer_id": peer_id}
        told: dict[str, Any] = self._ask(
            "POST", "/__press", asked | {"label": label, "copies": copies}
        )
        return told

    def person(
        self,
        peer_id: int,
        *,
        state: str | None = None,
        group_id: int | None = None,
        **profile: Any,
    ) -> None:
        """What is known of a person or chat.

        `state` is allowed, denied (901: as for everybody who has not written), blacklisted (900),
        private (902), deleted (18), missing (936), timed_out (950) and for chats left (917).
        """
        asked = {"peer_id": peer_id, "state": state, "group_id": group_id, "profile": profile}
        self._ask("POST", "/__person", asked)

    def allow(self, *peer_ids: int) -> None:
        """These may be written to, though they have not written."""
        for peer_id in peer_ids:
            self.person(peer_id, state="allowed")

    def group(self, group_id: int | None = None, **settings: Any) -> None:
        """`bot_features` off refuses keyboards (912); `revoked` the token (5); `per_second` calls (6)."""
        self._ask("POST", "/__group", {"group_id": group_id} | settings)

    def set_callback(
        self,
        url: str,
        secret: str = SECRET,
        *,
        kinds: Iterable[str] = (),
        group_id: int | None = None,
    ) -> int:
        """A confirmed callback server, as an owner sets it up by hand; all kinds unless named."""
        asked = {"group_id": group_id, "url": url, "secret": secret, "kinds": list(kinds)}
        return int(self._ask("POST", "/__callback", asked)["server_id"])

    def set_long_poll(
        self, *, on: bool = True, kinds: Sequence[str] = (), group_id: int | None = None
    ) -> None:
        """What an owner switches by hand; all kinds unless named."""
        asked = {"group_id": group_id, "enabled": on, "kinds": list(kinds)}
        self._ask("POST", "/__long_poll", asked)

    def break_long_poll(self, way: str, *, group_id: int | None = None) -> None:
        """`history` is lost in part (failed 1), `key` has expired (2), `all` is lost (3)."""
        state = self.state(group_id)["long_poll"]
        ways: dict[str, dict[str, Any]] = {
            "history": {"forget_to": state["last"]},
            "key": {"expire_key": True},
            "all": {"restart": True},
        }
        self._ask("POST", "/__long_poll", {"group_id": group_id} | ways[way])

    def clock(self, *, forward: float = 0.0, stop: bool | None = None) -> None:
        """Move VK's clock by seconds; stopped, it moves by this alone."""
        self._ask("POST", "/__clock", {"forward": forward, "stop": stop})

    def file(self, name: str, content: bytes) -> str:
        """A file that a customer sent; where it can be fetched."""
        encoded = base64.b64encode(content).decode()
        return str(self._ask("POST", "/__file", {"name": name, "content": encoded})["url"])

    def _group(self, group_id: int | None) -> int:
        return group_id if group_id is not None else next(iter(self.groups))
