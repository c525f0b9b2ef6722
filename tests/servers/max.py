"""The fake MAX for tests: started, asked and steered from Python."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self
from urllib.parse import urlencode

import orjson

from tests.servers import max_events
from tests.servers.fake import Fake, acknowledged, enough
from tests.servers.max_screen import lines_of_dialog

NICK = "shop_bot"
TOKEN = "TEST-TOKEN"
SECRET = "s3cret"


@dataclass(frozen=True, slots=True)
class Call:
    """A call the server got. `at` is CLOCK_MONOTONIC, the same in every process of a machine.

    `method` is as in `max_calls.METHODS`, or `upload` and `download`; `status` is 0 where nothing was
    answered, `code` MAX's word for an error. With `quiet` only `at`, `method` and `user_id` are kept.
    """

    at: float
    method: str
    user_id: str
    token: str = ""
    status: int = 200
    code: str = ""
    response: Any = None
    path: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return (self.body or {}).get("text") or ""

    @property
    def attachments(self) -> list[Any]:
        return (self.body or {}).get("attachments") or []

    @property
    def labels(self) -> list[list[str]]:
        keyboards = [one for one in self.attachments if one["type"] == "inline_keyboard"]
        rows = [row for one in keyboards for row in one["payload"]["buttons"]]
        return [[one["text"] for one in row] for row in rows]


class Max(Fake):
    """A running server. `with Max.start() as max_:` ends its process afterwards."""

    def __init__(self, bots: Mapping[str, str], *, quiet: bool, port: int) -> None:
        given = [f"--bot={nick}={token}" for nick, token in bots.items()]
        super().__init__("tests.servers.fake_max", *given, quiet=quiet, port=port)
        self.bots = bots

    @classmethod
    def start(
        cls, bots: Mapping[str, str] | None = None, *, quiet: bool = False, port: int = 0
    ) -> Self:
        """`bots` are nicks with tokens; without any there is one, NICK."""
        return cls(bots or {NICK: TOKEN}, quiet=quiet, port=port)

    # ------------------------------------------------------------ what it saw

    def calls(
        self, method: str | None = None, *, user_id: int | str | None = None, since: int = 0
    ) -> list[Call]:
        """Calls in order of receipt; without `method` all but those that ask for updates."""
        made = [Call(**call) for call in self._ask("GET", f"/__calls?since={since}")]
        return [
            call
            for call in made
            if (call.method == method if method else call.method != "GET /updates")
            and (user_id is None or call.user_id == str(user_id))
        ]

    async def expect(
        self,
        count: int,
        method: str = "POST /messages",
        *,
        user_id: int | str | None = None,
        within: float = 60.0,
    ) -> list[Call]:
        """Wait until at least so many calls came; fails with what did come."""
        found = await enough(
            lambda: self.calls(method, user_id=user_id),
            count,
            within=within,
            otherwise=lambda: f"{method}; all calls: {self.calls()}",
        )
        return list(found)

    def said(self, user_id: int, *, token: str | None = None) -> list[str]:
        """What stands in the dialog, in lines of tests/servers/screen."""
        return lines_of_dialog(self.seen(user_id, token=token))

    def seen(self, user_id: int, *, token: str | None = None) -> list[dict[str, Any]]:
        """What was seen in the dialog, in order: {"who", "act", "message", "extra"}."""
        asked = {"user_id": str(user_id)} | ({"token": token} if token else {})
        seen: list[dict[str, Any]] = self._ask("GET", f"/__screen?{urlencode(asked)}")
        return seen

    def violations(self) -> list[dict[str, Any]]:
        """Calls that broke a rule of MAX's documentation; a suite holds them to be none."""
        found: list[dict[str, Any]] = self._ask("GET", "/__state")["violations"]
        return found

    def state(self, token: str | None = None) -> dict[str, Any]:
        """A bot's `pending` and `waiting` updates, its `subscriptions` and `commands`."""
        token = token or next(iter(self.bots.values()))
        state: dict[str, Any] = self._ask("GET", "/__state")["bots"][token]
        return state

    async def settled(self, *, token: str | None = None, within: float = 60.0) -> None:
        """Wait until the bot acknowledged every update."""

        def left() -> int:
            state = self.state(token)
            return int(state["pending"] + state["waiting"])

        await acknowledged(left, within=within)

    def reset(self, *, whole: bool = False) -> None:
        """Forget calls, script and violations; `whole`: dialogs and subscriptions as well."""
        self._ask("POST", "/__reset", {"whole": whole})

    # ------------------------------------------------------------ what it does

    def call(
        self, method: str, path: str, body: Any = None, *, token: str | None = None
    ) -> tuple[int, Any]:
        """A call as a bot makes it; gives status and answer."""
        token = token if token is not None else next(iter(self.bots.values()))
        headers = {"Content-Type": "application/json", "Authorization": token}
        content = orjson.dumps(body) if body is not None else b""
        self._connection.request(method, path, content, headers)
        response = self._connection.getresponse()
        return response.status, orjson.loads(response.read())

    def script(
        self,
        *,
        method: str | None = None,
        user_id: int | str | None = None,
        token: str | None = None,
        times: int | None = 1,
        status: int = 0,
        code: str = "",
        message: str = "",
        body: str = "",
        headers: Mapping[str, str] | None = None,
        delay: float = 0.0,
        action: Literal["answer", "hang", "drop", "swallow"] = "answer",
    ) -> None:
        """Answer the next `times` matching calls (None: all of them) in this way.

        With `code` it is an error of MAX's with this status, without it `body` as HTML. `delay` comes
        before whatever the answer is. `drop` closes the connection and does nothing, `swallow` does
        the call and closes without an answer, `hang` never answers.
        """
        scripted = {
            "method": method,
            "user_id": None if user_id is None else str(user_id),
            "token": token,
            "times": times,
            "status": status,
            "code": code,
            "message": message,
            "body": body,
            "headers": headers,
            "delay": delay,
            "action": action,
        }
        self._ask("POST", "/__script", scripted)

    def update(
        self,
        *updates: Mapping[str, Any],
        token: str | None = None,
        copies: int = 1,
        raw: bool = False,
    ) -> list[dict[str, Any]]:
        """Something happened: updates of tests/servers/max_events, or of one's own.

        Gives them as they were told to the bot, with numbers and moments of MAX's. `copies` delivers
        each that often; `raw` tells them just as they are given.
        """
        asked = {"token": token, "updates": updates, "copies": copies, "raw": raw}
        told: list[dict[str, Any]] = self._ask("POST", "/__update", asked)
        return told

    def says(self, user_id: int, text: str | None = "", **fields: Any) -> dict[str, Any]:
        """A customer writes; `fields` as in max_events.written. Gives the message."""
        told: dict[str, Any] = self.update(max_events.message(user_id, text, **fields))[0][
            "message"
        ]
        return told

    def presses(
        self,
        user_id: int,
        label: str,
        *,
        token: str | None = None,
        copies: int = 1,
        phone: str = "",
    ) -> dict[str, Any]:
        """A customer presses the newest button with this label. Raises LookupError without one.

        Gives the update, or `{"opened": …}` for a button that only leads somewhere.
        """
        asked = {"token": token, "user_id": user_id, "label": label, "copies": copies}
        try:
            told: dict[str, Any] = self._ask("POST", "/__press", {**asked, "phone": phone})
        except RuntimeError as error:
            raise LookupError(str(error)) from error
        return told

    def person(
        self,
        user_id: int,
        state: Literal["open", "suspended", "removed", "none"],
        *,
        token: str | None = None,
    ) -> None:
        """Whether a customer can be written to, without a word of theirs."""
        self._ask("POST", "/__person", {"token": token, "user_id": user_id, "state": state})

    def bot(self, token: str | None = None, **settings: Any) -> None:
        """`revoked` takes the token back; `processing` is how often a file is not ready yet."""
        self._ask("POST", "/__bot", {"token": token} | settings)

    def file(self, name: str, content: bytes) -> str:
        """A file that a customer sent; where it can be fetched."""
        encoded = base64.b64encode(content).decode()
        return str(self._ask("POST", "/__file", {"name": name, "content": encoded})["url"])

    def forget_files(self) -> None:
        """No token is good any more."""
        self._ask("POST", "/__forget_files")
