"""A fake Bot API server in a process of its own.

    python -m tests.servers.fake_telegram --port 0 --token 111111:TEST=shop_bot [--quiet]

It takes any method as JSON, form or multipart, and is steered over HTTP: GET /__calls, /__state,
/__seen, /__group; POST /__script, /__update, /__group, /__pay, /__clock, /__file, /__reset. tests/servers/telegram.py wraps
that for tests.
With --quiet it keeps of a call only when it came, its method and its chat, and checks no limits.
"""

import asyncio
import base64
import hashlib
import time
from collections.abc import Awaitable, Sequence
from typing import Any

import orjson
import uvloop

from tests.servers.alone import Platform, options, play
from tests.servers.bodies import Parameters, Upload, parameters_of
from tests.servers.bot_api import BotApi
from tests.servers.bot_api_bots import Bot
from tests.servers.bot_api_calls import Wrong
from tests.servers.bot_api_groups import group_state
from tests.servers.bot_api_people import People
from tests.servers.bot_api_refused import Refused
from tests.servers.scripted import met, next_scripted
from tests.servers.tiny_http import Request, Response, json_response
from tests.servers.webhook_delivery import WebhookDelivery

DEFAULT_TOKEN = "111111:TEST-TOKEN=shop_bot"


class FakeTelegram(Platform):
    """Routes calls to the Bot API behind a script of failures, and keeps a record."""

    def __init__(self, bots: dict[str, str], *, quiet: bool) -> None:
        self._api = BotApi(bots, checks=not quiet)
        self._quiet = quiet
        self._calls: list[dict[str, Any]] = []
        self._script: list[dict[str, Any]] = []
        self._violations: list[dict[str, Any]] = []
        self._delivery = WebhookDelivery(self._called)
        self._api.rescheduled = self._delivery.all_pending
        self._api.happens = self._happens
        self._people = People(self._api.topics, self._deliver_wanted)

    async def close(self) -> None:
        await self._delivery.close()

    def handle(self, request: Request) -> Response | Awaitable[Response | None] | None:
        if request.path.startswith("/bot"):
            token, _, method = request.path[4:].partition("/")
            return self._call(token, method, request)
        if request.path.startswith("/file/bot"):
            return self._download(request.path)
        try:
            return self._control(request)
        except (KeyError, ValueError, TypeError) as error:
            return json_response({"error": f"{type(error).__name__}: {error}"}, 400)

    # ------------------------------------------------------------ the Bot API

    def _call(
        self, token: str, method: str, request: Request
    ) -> Response | Awaitable[Response | None] | None:
        try:
            bot = self._api.bot(token)
            parameters = parameters_of(request)
        except Refused as refused:
            return json_response(refused.body(), refused.code)
        except orjson.JSONDecodeError:
            return json_response(Refused(400, "Bad Request: can't parse JSON").body(), 400)
        chat_id = str(parameters.values.get("chat_id", ""))
        scripted = next_scripted(self._script, method=method, token=token, chat_id=chat_id)
        if scripted is not None:
            return self._play(scripted, bot, method, parameters)
        return self._answer(bot, method, parameters)

    def _answer(
        self, bot: Bot, method: str, parameters: Parameters
    ) -> Response | Awaitable[Response | None]:
        wrongs = self._api.wrongs(method, parameters)
        refusal = self._violated(bot, method, parameters, wrongs)
        if refusal is not None:
            self._record(bot, method, parameters, refusal.code)
            return json_response(refusal.body(), refusal.code)
        if method == "getUpdates":
            return self._poll(bot, parameters)
        return self._do(bot, method, parameters)

    def _violated(
        self, bot: Bot, method: str, parameters: Parameters, wrongs: Sequence[Wrong]
    ) -> Refused | None:
        """Keep what is wrong; gives what Telegram says to the first thing it does not overlook."""
        for wrong in wrongs:
            self._violations.append(
                {
                    "token": bot.token,
                    "method": method,
                    "chat_id": str(parameters.values.get("chat_id", "")),
                    "what": wrong.what,
                    "answer": wrong.answer,
                }
            )
        said = next((wrong.answer for wrong in wrongs if wrong.answer), None)
        if said is None:
            return None
        if said.startswith("Not Found"):
            return Refused(404, said)
        return Refused(400, f"Bad Request: {said}")

    def _do(self, bot: Bot, method: str, parameters: Parameters) -> Response:
        try:
            result = self._api.do(bot, method, parameters)
        except Refused as refused:
            self._record(bot, method, parameters, refused.code)
            return json_response(refused.body(), refused.code)
        except (KeyError, TypeError, ValueError) as error:
            if not self._quiet:
                raise
            # Nothing was checked, so anything may be missing.
            return json_response(Refused(400, f"Bad Request: {error!r}").body(), 400)
        self._record(bot, method, parameters, 200, result)
        return json_response({"ok": True, "result": result})

    def _called(self, bot: Bot, call: dict[str, Any]) -> None:
        """A webhook's answer held a call: it is done, and nobody learns what came of it."""
        method = str(call.pop("method", ""))
        done = self._answer(bot, method, Parameters(values=call))
        if not isinstance(done, Response):
            raise TypeError(f"{method} is no call for an answer")

    async def _poll(self, bot: Bot, parameters: Parameters) -> Response:
        self._record(bot, "getUpdates", parameters, 200)
        try:
            result = await self._api.updates(bot, parameters.values)
        except Refused as refused:
            return json_response(refused.body(), refused.code)
        return json_response({"ok": True, "result": result})

    def _download(self, path: str) -> Response:
        token, _, file_path = path.removeprefix("/file/bot").partition("/")
        content = self._api.files.contents.get(file_path.removeprefix("files/"))
        if token not in self._api.bots or content is None:
            return json_response(Refused(404, "Not Found").body(), 404)
        return Response(content, content_type="application/octet-stream")

    def _record(
        self, bot: Bot, method: str, parameters: Parameters, status: int, result: Any = None
    ) -> None:
        call: dict[str, Any] = {
            "at": time.monotonic(),
            "method": method,
            "chat_id": str(parameters.values.get("chat_id", "")),
        }
        if not self._quiet:
            first = result[0] if isinstance(result, list) and result else result
            number = first.get("message_id") if isinstance(first, dict) else None
            call |= {
                "token": bot.token,
                "status": status,
                "message_id": number,
                "parameters": parameters.values,
                "files": {key: _described(file) for key, file in parameters.files.items()},
            }
        self._calls.append(call)

    # ------------------------------------------------------------ the script

    async def _play(
        self, scripted: dict[str, Any], bot: Bot, method: str, parameters: Parameters
    ) -> Response | None:
        delay, action = float(scripted.get("delay") or 0), scripted.get("action") or "answer"
        if action == "late":
            answer = self._answer(bot, method, parameters)
            done = answer if isinstance(answer, Response) else await answer
            await asyncio.sleep(delay)
            return done
        await asyncio.sleep(delay)
        if action == "hang":
            self._record(bot, method, parameters, 0)
            await asyncio.sleep(3600)
        if action == "drop":
            self._record(bot, method, parameters, 0)
            return None
        if action == "swallow" or scripted.get("status") is None:
            answer = self._answer(bot, method, parameters)
            done = answer if isinstance(answer, Response) else await answer
            return None if action == "swallow" else done
        status = int(scripted["status"])
        self._record(bot, method, parameters, status)
        headers = scripted.get("headers") or {}
        if scripted.get("body") is not None:
            return Response(scripted["body"].encode(), status, "text/html", headers)
        refused = Refused(
            status, scripted.get("description") or "Scripted", **(scripted.get("parameters") or {})
        )
        return Response(orjson.dumps(refused.body()), status, headers=headers)

    # ------------------------------------------------------------ steering

    def _control(self, request: Request) -> Response | Awaitable[Response | None]:
        body = orjson.loads(request.body) if request.body else {}
        route = f"{request.method} {request.path}"
        if route == "GET /__calls":
            return json_response(self._calls[int(request.query.get("since", 0)) :])
        if route == "GET /__state":
            return json_response(self._state())
        if route == "POST /__script":
            if body.get("chat_id") is not None:
                body["chat_id"] = str(body["chat_id"])
            self._script.append(body)
            return json_response({})
        if route == "POST /__update":
            bot, copies = self._of(body.get("token")), int(body.get("copies") or 1)
            wanted = [
                update
                for update in body["updates"]
                if not body.get("only_allowed") or bot.wants(update)
            ]
            return json_response([self._take(bot, update, copies) for update in wanted])
        if route == "GET /__seen":
            bot = self._of(request.query.get("token"))
            return json_response(bot.chats.chat(request.query["chat_id"]).log)
        if route == "POST /__pay":
            return self._pay(self._of(body.get("token")), body)
        if route == "GET /__group":
            group = self._of(request.query.get("token")).groups.of(request.query["chat_id"])
            return json_response(group_state(group))
        if route == "POST /__group":
            return self._in_group(self._of(body.get("token")), body)
        if route == "GET /__answer":
            return self._answer_to(request.query["query"])
        if route == "POST /__clock":
            self._api.clock.ahead += float(body.get("forward") or 0)
            self._api.clock.stands_at = body.get("at", self._api.clock.stands_at)
            return json_response({})
        if route == "POST /__inline":
            self._api.inline = bool(body["on"])
            return json_response({})
        if route == "POST /__file":
            upload = Upload(body["name"], base64.b64decode(body["content"]))
            return json_response({"file_id": self._api.files.keep(upload)})
        if route == "POST /__reset":
            self._calls.clear()
            self._script.clear()
            self._violations.clear()
            self._api.clock.ahead, self._api.clock.stands_at = 0.0, None
            self._api.inline = True
            for bot in self._api.bots.values():
                bot.forget()
            return json_response({})
        return json_response({"error": f"no {route}"}, 404)

    def _of(self, token: str | None) -> Bot:
        return self._api.bots[token or next(iter(self._api.bots))]

    async def _pay(self, bot: Bot, body: dict[str, Any]) -> Response:
        """A customer pays an invoice: the queries before it, and the message with the payment."""
        customer = body["customer"]
        try:
            invoice = bot.payments.find(customer["id"], body.get("message_id"), body.get("link"))
        except LookupError as error:
            return json_response({"error": str(error)}, 400)
        outcome = await bot.payments.pay(
            invoice,
            customer,
            lambda update: self._happens(bot, update),
            within=float(body["within"]),
            order=body.get("order") or {},
            tip=int(body.get("tip") or 0),
        )
        if outcome["paid"]:
            message = {
                "from": customer,
                "chat": {"id": customer["id"], "type": "private"},
                "date": int(self._api.clock()),
                "successful_payment": outcome["payment"],
            }
            self._happens(bot, {"message": message})
        return json_response(outcome)

    def _happens(self, bot: Bot, update: dict[str, Any]) -> int | None:
        """Something that comes only to a bot that wants such updates. Gives the update's id."""
        if not bot.wants(update):
            return None
        if _is_kept(bot, update):
            return self._deliver(bot, bot.next_update, update, 1)
        return self._take(bot, update, 1)

    def _in_group(self, bot: Bot, body: dict[str, Any]) -> Response:
        """Somebody does something in a group; what Telegram would refuse is refused."""
        try:
            return json_response(self._people.do(bot, body))
        except Refused as refused:
            return json_response({"error": str(refused)}, 400)

    def _answer_to(self, query: str) -> Response:
        """What a bot said to a pressed button; null while it says nothing."""
        asked = next(
            (found for bot in self._api.bots.values() if (found := bot.queries.said(query))), None
        )
        return json_response(asked)

    def _deliver_wanted(self, bot: Bot, update: dict[str, Any], copies: int) -> int | None:
        return self._deliver(bot, bot.next_update, update, copies) if bot.wants(update) else None

    def _take(self, bot: Bot, update: dict[str, Any], copies: int) -> int:
        """Number an update, once its chat has taken note of it, and deliver it."""
        number = int(update.get("update_id") or bot.next_update)
        if not self._quiet and number >= bot.next_update:
            update = self._seen(bot, update)
        return self._deliver(bot, number, update, copies)

    def _deliver(self, bot: Bot, number: int, update: dict[str, Any], copies: int) -> int:
        """Hand an update to the webhook, or keep it for getUpdates."""
        bot.next_update = max(bot.next_update, number) + 1
        bot.pending[number] = {"update_id": number, **update}
        bot.news.set()
        if bot.webhook is not None:
            self._delivery.add(bot, number, copies)
        return number

    def _seen(self, bot: Bot, update: dict[str, Any]) -> dict[str, Any]:
        """The update with what the server knows better, once its chat has taken note of it."""
        for kind in ("callback_query", "inline_query", "pre_checkout_query", "shipping_query"):
            body = update.get(kind)
            if isinstance(body, dict) and (kind, str(body.get("id"))) not in bot.queries.asked:
                bot.queries.ask(kind, str(body.get("id")))
        return bot.chats.take(update)

    def _state(self) -> dict[str, Any]:
        return {
            "violations": self._violations,
            "calls": len(self._calls),
            "scripted": len(self._script),
            "met": met(self._script),
            "bots": {
                token: {
                    "pending": sorted(bot.pending),
                    "delivered": bot.delivered,
                    "attempts": bot.attempts,
                    "webhook": bot.webhook,
                    "allowed_updates": bot.allowed,
                    "menu_buttons": bot.menu_buttons,
                    "blocked_by": [chat.id for chat in bot.chats if chat.blocked],
                }
                for token, bot in self._api.bots.items()
            },
        }


def _is_kept(bot: Bot, update: dict[str, Any]) -> bool:
    """Whether it tells of a message of a group, which its group has taken note of already."""
    message = update.get("message")
    chat = message.get("chat") if isinstance(message, dict) else None
    return isinstance(chat, dict) and bot.groups.get(chat.get("id")) is not None


def _described(file: Upload) -> dict[str, Any]:
    digest = hashlib.sha256(file.content).hexdigest()
    return {"name": file.name, "size": len(file.content), "sha256": digest}


def main() -> None:
    given = options("Bot API", "--token", "<token>=<user name>")
    bots = dict(token.split("=", 1) for token in given.token or [DEFAULT_TOKEN])
    uvloop.run(play("Bot API", lambda: FakeTelegram(bots, quiet=given.quiet), given))


if __name__ == "__main__":
    main()
