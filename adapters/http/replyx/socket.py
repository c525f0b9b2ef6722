"""The chapter "WebSocket API": a dialog as it goes on, and words of whoever follows it."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog
from fastapi import APIRouter
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect

from adapters.http.auth import SITE, authenticate
from adapters.http.client import place_outside
from adapters.http.dialect import Surface, answer, surface
from adapters.http.faults import fault_of
from adapters.http.ids import number_of
from adapters.http.limits import per_minute
from adapters.http.policy import people
from adapters.http.replyx.errors import DIALECT
from adapters.http.replyx.frames import (
    PING,
    PONG,
    SendMessage,
    Types,
    connected,
    error,
    event,
    id_of,
    read,
)
from adapters.http.sockets import FORBIDDEN, GONE, SESSION_OVER, TOO_FAST, TOO_SLOW
from adapters.http.wire import Closed, Gone, Wire
from bots.errors import Forbidden, Invalid, NotFound, Problem, TooMany, Unauthorised, Unavailable
from bots.model.account import Caller
from bots.model.conversation import Conversation
from bots.services.following import Follower

POLICY = people("viewer")
SPEAKS = people("operator")
MESSAGES = per_minute("replyx.socket", 50)
PARTING = 0.05
"""Seconds for a refused connection to end: uvicorn logs an error where we are done before it is."""
TRY_AGAIN = 60.0
"""Seconds after which somebody with too many sockets may try again."""
PATIENCE = 10
"""Refused messages after which somebody who goes on is closed."""
TYPES_AGAIN = 2.0
"""Seconds for which one is taken to be typing still."""

router = APIRouter()
log = structlog.get_logger()


@router.websocket("/ws/dialogs/{dialog_id}")
async def follow(websocket: WebSocket, dialog_id: str) -> None:
    """Refused before it opens: a foreign page 403, no good token 401, an unknown dialog 404."""
    here = surface(websocket)
    who: object = None
    place = place_outside(websocket)
    try:
        if not here.sockets.welcome(websocket):
            raise Forbidden(
                "Pages of this site may not open a socket: the server's owner names such sites in"
                " EASYFLOW_HTTP__ALLOWED_ORIGINS"
            )
        caller = await _caller(websocket)
        chat = await _dialog(here, caller, dialog_id)
        after = _after(websocket)
        who = caller.workspace, caller.account_id, caller.key_id
        if not here.sockets.come(who, place):
            who = None
            raise TooMany(TRY_AGAIN)
    except Problem as problem:
        await _refuse(websocket, problem)
        return
    try:
        await _serve(websocket, Talk(websocket, caller, chat), after)
    finally:
        here.sockets.leave(who, place)


async def _refuse(websocket: WebSocket, problem: Problem) -> None:
    # Whoever is gone already need not be told.
    with suppress(WebSocketDisconnect, OSError):
        await websocket.send_denial_response(answer(DIALECT, fault_of(problem), websocket))
        await asyncio.sleep(PARTING)


async def _serve(websocket: WebSocket, talk: "Talk", after: int | None) -> None:
    # Who follows before the handshake is over misses nothing from then on.
    following = talk.here.services.following
    follower = await following.follow(talk.chat, after)
    try:
        await websocket.accept()
        await talk.go_on(follower, asked=after is not None)
    except Closed as end:
        await talk.wire.close(end)
    except (Gone, WebSocketDisconnect):
        log.debug("Socket gone")
    finally:
        following.leave(follower)


async def _caller(connection: HTTPConnection) -> Caller:
    """A person by `?token=`; programs may send a header. Raises Unauthorised, Forbidden."""
    accounts = surface(connection).services.accounts
    token = connection.query_params.get("token")
    if token is not None:
        caller = await accounts.caller(token)
        if caller.kind != "user":
            raise Unauthorised("Keys do not belong into addresses: send the token of a login")
    elif {*connection.headers} & {"authorization", "x-api-key", SITE}:
        caller = await authenticate(connection.headers, accounts)
    else:
        raise Unauthorised("Send the token of a login in the address: ?token=…")
    POLICY.check(caller)
    return caller


async def _dialog(here: Surface, caller: Caller, id: str) -> Conversation:
    """Raises NotFound, for another workspace's too."""
    number = number_of("dialog", id)
    with suppress(NotFound):
        chat = await here.services.following.conversation(caller.workspace, number)
        if caller.bot in (None, chat.address.bot):
            return chat
    raise NotFound("dialog", number)


def _after(websocket: WebSocket) -> int | None:
    """The number of the last event that somebody has seen. Raises Invalid."""
    given = websocket.query_params.get("after")
    if given is None:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) < 16):
        raise Invalid("after", "Expected the seq of an event, such as 1002")
    return int(given)


class Talk:
    """One open socket: it tells, it hears, and it looks after itself."""

    def __init__(self, websocket: WebSocket, caller: Caller, chat: Conversation) -> None:
        self.here = surface(websocket)
        self.chat = chat
        self.wire = Wire(websocket, self.here.sockets.limits, self.here.clock)
        self._websocket = websocket
        self._caller = caller
        self._refused = 0
        self._typed_at = 0.0

    async def go_on(self, follower: Follower, *, asked: bool) -> None:
        """Until one side ends it. Raises Closed, Gone."""
        if asked:
            opening = connected(self.chat.id, follower.seq, follower.reset, self.here.clock())
            await self.wire.say(opening)
        await _first_end(self._tell(follower), self._hear(follower), self._keep())

    async def _tell(self, follower: Follower) -> None:
        while not follower.behind:
            try:
                told = await follower.next()
            except NotFound as problem:
                raise Closed(GONE, "no such dialog") from problem
            for what in told:
                await self.wire.say(event(self.chat.id, what, self.here.clock()))
        raise Closed(TOO_SLOW, "reads too slowly")

    async def _keep(self) -> None:
        """Show that we are there, and see that they still may be."""
        limits = self.here.sockets.limits
        loop = asyncio.get_running_loop()
        pinged = looked = loop.time()
        while True:
            await asyncio.sleep(min(limits.recheck, limits.ping))
            if loop.time() - pinged >= limits.ping:
                pinged = loop.time()
                await self.wire.say(PING)
            await self._check_session()
            if loop.time() - looked >= limits.revalidate:
                looked = loop.time()
                await self._check_dialog()

    async def _check_session(self) -> None:
        try:
            self._caller = await _caller(self._websocket)
        except Unavailable:
            return
        except Unauthorised as problem:
            raise Closed(SESSION_OVER, "the session is over") from problem
        except Forbidden as problem:
            raise Closed(FORBIDDEN, "no longer allowed") from problem

    async def _check_dialog(self) -> None:
        try:
            await _dialog(self.here, self._caller, str(self.chat.id))
        except Unavailable:
            return
        except NotFound as problem:
            raise Closed(GONE, "no such dialog") from problem

    # ------------------------------------------------------------ what they say

    async def _hear(self, follower: Follower) -> None:
        while True:
            text = await self.wire.hear()
            if text == PING:
                await self.wire.say(PONG)
            elif text != PONG:
                await self._take(text, follower)

    async def _take(self, text: str | None, follower: Follower) -> None:
        try:
            order = None
            try:
                order = read(text)
            finally:
                if not isinstance(order, Types):
                    await self._count()
            SPEAKS.check(self._caller)
            if isinstance(order, Types):
                await self._types(follower)
            elif order is not None:
                await self._say(order)
        except (Closed, Gone):
            raise
        except Exception as problem:  # noqa: BLE001 - the boundary: every error is answered
            fault = fault_of(problem)
            await self.wire.say(error(self.chat.id, fault, id_of(text), self.here.clock()))

    async def _count(self) -> None:
        """Raises TooMany, and Closed for who goes on all the same."""
        caller, limits = self._caller, self.here.limits
        who = caller.account_id if caller.kind == "user" else f"key {caller.key_id}"
        standing = await limits.spend(MESSAGES, caller.workspace, who)
        if standing.allowed:
            self._refused = 0
            return
        self._refused += 1
        if self._refused > PATIENCE:
            raise Closed(TOO_FAST, "too many messages")
        raise limits.refusal(standing)

    async def _say(self, order: SendMessage) -> None:
        """Whoever has a dialog speaks in it; in one of an API's client that nobody has, the client."""
        chat = await _dialog(self.here, self._caller, str(self.chat.id))
        who = order.who or ("user" if _is_test(chat) and self._caller.may("lead") else "operator")
        if who == "user":
            await self._ask(chat, order.text)
            return
        await self.here.services.dialogs.say(
            self._caller,
            chat.id,
            order.text,
            operator=order.operator_id,
            name=order.operator_name,
        )

    async def _ask(self, chat: Conversation, text: str) -> None:
        """Words of the customer, for whom only an API's client can speak."""
        if chat.address.channel != "api":
            raise Forbidden("The customer of this dialog writes by themselves: send as operator")
        if not self._caller.may("lead"):
            raise Forbidden("To speak as the user of a dialog needs the role lead")
        await self.here.services.chat.ask(
            self._caller,
            text=text,
            chat_id=chat.address.chat_id,
            user_id=chat.user_id,
            bot=chat.address.bot,
        )

    async def _types(self, follower: Follower) -> None:
        """The customer and the others see that an operator who has the dialog writes."""
        now = asyncio.get_running_loop().time()
        if now - self._typed_at < TYPES_AGAIN:
            return
        self._typed_at = now
        services = self.here.services
        who = await services.team.operator_of(self._caller)
        chat = await _dialog(self.here, self._caller, str(self.chat.id))
        await services.following.operator_types(chat, who, but=follower)


def _is_test(chat: Conversation) -> bool:
    """Whether an API's client talks with the bot: nobody else is there to be answered."""
    return chat.owner == "bot" and chat.address.channel == "api"


async def _first_end(*ways: Coroutine[Any, Any, None]) -> None:
    """Run all until one ends; whatever ended it is raised."""
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, (Closed, Gone)):
            raise end
    for end in ends:
        if isinstance(end, Exception):
            raise end
