"""What a Bot API server does with calls, as far as a bot in private chats can tell."""

import asyncio
import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.servers.bodies import Parameters
from tests.servers.bot_api_calls import Wrong
from tests.servers.bot_api_chats import Chats
from tests.servers.bot_api_content import Content
from tests.servers.bot_api_files import KINDS, Files
from tests.servers.bot_api_payments import Payments, Queries
from tests.servers.bot_api_refused import Refused
from tests.servers.bot_api_rules import as_typed, check

ONLY_IF_ASKED_FOR = ("chat_member", "message_reaction", "message_reaction_count")
"""Updates that come to those alone who name them: https://core.telegram.org/bots/api#setwebhook"""


class Clock:
    """Seconds since 1970, and whatever tests moved it forward by."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass(slots=True)
class Bot:
    """A bot by its token: its updates, its webhook and what it sent."""

    token: str
    username: str
    clock: Callable[[], float]
    webhook: dict[str, Any] | None = None
    allowed: list[str] = field(default_factory=list)
    pending: dict[int, dict[str, Any]] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    next_update: int = 1000
    attempts: int = 0
    delivered: int = 0
    last_error: str = ""
    last_error_at: float = 0
    commands: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    menu_buttons: dict[str, Any] = field(default_factory=dict)
    poller: object = None
    chats: Chats = field(init=False)
    queries: Queries = field(init=False)
    payments: Payments = field(init=False)

    def __post_init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """All but where updates go, and how many have gone there."""
        self.chats = Chats(self.clock)
        self.queries = Queries(self.clock)
        self.payments = Payments(self.queries)
        self.commands.clear()
        self.menu_buttons.clear()
        if self.webhook is None:
            self.pending.clear()
            self.allowed = []

    @property
    def id(self) -> int:
        return int(self.token.partition(":")[0])

    @property
    def user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": True, "first_name": "Bot", "username": self.username}

    def wants(self, update: Mapping[str, Any]) -> bool:
        kinds = [kind for kind in update if kind != "update_id"]
        if self.allowed:
            return all(kind in self.allowed for kind in kinds)
        return not any(kind in ONLY_IF_ASKED_FOR for kind in kinds)


class BotApi:
    """The methods. `checks` off leaves out what costs time and only a test of limits needs."""

    def __init__(self, bots: Mapping[str, str], *, checks: bool = True) -> None:
        self.clock = Clock()
        self.bots = {token: Bot(token, name, self.clock) for token, name in bots.items()}
        self.files = Files(checks=checks)
        self.rescheduled: Callable[[Bot], None] = lambda bot: None
        self.happens: Callable[[Bot, dict[str, Any]], Any] = lambda bot, update: None
        self._checks = checks
        self._content = Content(self.files)
        self._albums = itertools.count(1)
        self._methods: dict[str, Callable[[Bot, dict[str, Any], Parameters], Any]] = {
            "getMe": lambda bot, values, _: {
                **bot.user,
                "can_join_groups": True,
                "can_read_all_group_messages": False,
                "supports_inline_queries": False,
            },
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "getFile": lambda bot, values, _: self.files.info(values),
            "sendChatAction": lambda bot, values, _: bot.chats.act(values),
            "sendMediaGroup": self._send_album,
            "copyMessage": self._copy,
            "forwardMessage": self._forward,
            "deleteMessage": lambda bot, values, _: bot.chats.delete(
                values["chat_id"], values["message_id"]
            ),
            "deleteMessages": self._delete_many,
            "setMessageReaction": lambda bot, values, _: bot.chats.react(values),
            "answerCallbackQuery": self._answered("callback_query"),
            "answerPreCheckoutQuery": self._answered("pre_checkout_query"),
            "answerShippingQuery": self._answered("shipping_query"),
            "answerWebAppQuery": lambda bot, values, _: {
                "inline_message_id": f"inline-{values['web_app_query_id']}"
            },
            "createInvoiceLink": lambda bot, values, _: bot.payments.link(values),
            "refundStarPayment": self._refund,
            "setMyCommands": self._set_commands,
            "deleteMyCommands": self._set_commands,
            "getMyCommands": lambda bot, values, _: bot.commands.get(_scope(values), []),
            "setChatMenuButton": self._set_menu_button,
            "getChat": self._chat_info,
        }

    def bot(self, token: str) -> Bot:
        if token not in self.bots:
            raise Refused(401, "Unauthorized")
        return self.bots[token]

    def wrongs(self, method: str, parameters: Parameters) -> list[Wrong]:
        """What is wrong with a call, before anything is done."""
        if not self._checks:
            return []
        as_typed(method, parameters)
        return check(method, parameters)

    def do(self, bot: Bot, method: str, parameters: Parameters) -> Any:
        """The result of any method but getUpdates. Raises Refused."""
        if not self._checks and method in _QUICK:
            return self._send_quickly(bot, method, parameters)
        does = self._methods.get(method)
        if does is not None:
            return does(bot, parameters.values, parameters)
        if method.startswith("send"):
            return self._send(bot, method, parameters)
        if method.startswith(("edit", "stop")):
            return self._edit(bot, method, parameters)
        return True

    async def updates(self, bot: Bot, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """getUpdates: the newest poller wins, the older one is told of the conflict."""
        if bot.webhook is not None:
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook",
            )
        bot.allowed = values.get("allowed_updates") or bot.allowed
        offset = int(values.get("offset") or 0)
        for number in [number for number in bot.pending if number < offset]:
            del bot.pending[number]
            bot.delivered += 1
        me = bot.poller = object()
        bot.news.set()  # wakes an older poller
        deadline = time.monotonic() + float(values.get("timeout") or 0)
        while True:
            bot.news.clear()
            if bot.pending:
                limit = int(values.get("limit") or 100)
                return [bot.pending[number] for number in sorted(bot.pending)[:limit]]
            try:
                await asyncio.wait_for(bot.news.wait(), max(deadline - time.monotonic(), 0))
            except TimeoutError:
                return []
            if bot.poller is not me:
                raise Refused(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one"
                    " bot instance is running",
                )

    # ------------------------------------------------------------ messages

    def _send_quickly(self, bot: Bot, method: str, parameters: Parameters) -> dict[str, Any]:
        """Without looking at anything, and without keeping it."""
        chat_id = parameters.values.get("chat_id")
        return {
            "message_id": bot.chats.chat(chat_id).next_id(),
            "from": bot.user,
            "chat": {"id": chat_id, "type": "private", "first_name": "Customer"},
            "date": int(time.time()),
            "text": parameters.values.get("text"),
        }

    def _send(self, bot: Bot, method: str, parameters: Parameters, **more: Any) -> dict[str, Any]:
        content = self._content.of(method, parameters)
        message = self._put(bot, parameters.values, {**content, **more})
        if method == "sendInvoice":
            bot.payments.sent(message["chat"]["id"], message["message_id"], parameters.values)
        return message

    def _put(
        self, bot: Bot, values: Mapping[str, Any], content: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Into the chat, with what hangs on it: what it replies to, and its buttons."""
        chat = bot.chats.reachable(values["chat_id"])
        markup = values.get("reply_markup") or None
        if "invoice" in content and markup is None:
            label = f"Pay {content['invoice']['total_amount']} {content['invoice']['currency']}"
            markup = {"inline_keyboard": [[{"text": label, "pay": True}]]}
        reply: dict[str, Any] = {}
        if (wanted := values.get("reply_parameters")) is not None:
            reply = self._reply(bot, values, wanted)
        message: dict[str, Any] = {
            "message_id": chat.next_id(),
            "from": bot.user,
            "chat": {"id": values["chat_id"], "type": "private", "first_name": "Customer"},
            "date": int(self.clock()),
            **reply,
            **content,
        }
        if markup is not None and "inline_keyboard" in markup:
            message["reply_markup"] = markup
        if self._checks:
            chat.keep(message, own=True, at=self.clock(), markup=markup)
        return message

    def _reply(
        self, bot: Bot, values: Mapping[str, Any], wanted: Mapping[str, Any]
    ) -> dict[str, Any]:
        there = bot.chats.chat(wanted.get("chat_id", values["chat_id"]))
        kept = there.messages.get(int(wanted["message_id"]))
        if kept is None:
            if wanted.get("allow_sending_without_reply"):
                return {}
            raise Refused(400, "Bad Request: message to be replied not found")
        text = kept.message.get("text") or kept.message.get("caption") or ""
        quote = wanted.get("quote")
        if quote and quote not in text:
            raise Refused(400, "Bad Request: QUOTE_TEXT_INVALID")
        short = {key: value for key, value in kept.message.items() if key != "reply_to_message"}
        return {"reply_to_message": short} | (
            {"quote": {"text": quote, "position": text.find(quote)}} if quote else {}
        )

    def _send_album(
        self, bot: Bot, values: dict[str, Any], parameters: Parameters
    ) -> list[dict[str, Any]]:
        """A message for every part, all of one group, or nothing at all."""
        bot.chats.reachable(values["chat_id"])
        for part in values["media"]:
            # Refused as a whole: nothing of an album is sent before all of it can be.
            made = Parameters({part["type"]: part["media"]}, parameters.files)
            self.files.sent(part["type"], made, keep=False)
        group = {"media_group_id": str(next(self._albums))}
        methods = {kind: method for method, kind in KINDS.items()}
        messages = []
        for part in values["media"]:
            inner = {**part, part["type"]: part["media"], "chat_id": values["chat_id"]}
            if "reply_parameters" in values:
                inner["reply_parameters"] = values["reply_parameters"]
            one = Parameters(inner, parameters.files)
            messages.append(self._send(bot, methods[part["type"]], one, **group))
        return messages

    def _edit(self, bot: Bot, method: str, parameters: Parameters) -> Any:
        values = parameters.values
        if values.get("inline_message_id") is not None:
            return True
        if not self._checks:
            return {"message_id": values.get("message_id"), "chat": {"id": values["chat_id"]}}
        return bot.chats.edit(method, values, self._content.of_edit(method, parameters))

    def _copy(self, bot: Bot, values: dict[str, Any], _: Parameters) -> dict[str, Any]:
        kept = bot.chats.chat(values["from_chat_id"]).needs(
            values["message_id"], "message to copy not found"
        )
        content = self._content.again(kept.message)
        if "caption" in values and "text" not in content:
            content["caption"] = values["caption"]
        return {"message_id": self._put(bot, values, content)["message_id"]}

    def _forward(self, bot: Bot, values: dict[str, Any], _: Parameters) -> dict[str, Any]:
        kept = bot.chats.chat(values["from_chat_id"]).needs(
            values["message_id"], "message to forward not found"
        )
        origin = {
            "type": "user",
            "date": kept.message["date"],
            "sender_user": kept.message.get("from") or bot.user,
        }
        content = self._content.again(kept.message)
        return self._put(bot, values, {**content, "forward_origin": origin})

    def _delete_many(self, bot: Bot, values: dict[str, Any], _: Parameters) -> bool:
        """What is not there is passed over."""
        chat = bot.chats.reachable(values["chat_id"])
        for number in values["message_ids"]:
            if number in chat.messages:
                bot.chats.delete(values["chat_id"], number)
        return True

    # ------------------------------------------------------------ questions and money

    def _answered(self, kind: str) -> Callable[[Bot, dict[str, Any], Parameters], bool]:
        def answer(bot: Bot, values: dict[str, Any], _: Parameters) -> bool:
            if not self._checks:
                return True
            return bot.queries.answer(kind, str(values[f"{kind}_id"]), values)

        return answer

    def _refund(self, bot: Bot, values: dict[str, Any], _: Parameters) -> bool:
        payment = bot.payments.refund(values)
        told = {key: value for key, value in payment.items() if key in _REFUNDED}
        self.happens(bot, {"message": {**_from(bot, values["user_id"]), "refunded_payment": told}})
        return True

    # ------------------------------------------------------------ the bot itself

    def _set_webhook(self, bot: Bot, values: dict[str, Any], _: Parameters) -> bool:
        bot.allowed = values.get("allowed_updates") or []
        if values.get("drop_pending_updates"):
            bot.pending.clear()
        if not values.get("url"):
            return self._delete_webhook(bot, values, _)
        bot.webhook = {
            "url": values["url"],
            "secret": values.get("secret_token", ""),
            "max_connections": values.get("max_connections", 40),
        }
        bot.last_error = ""
        self.rescheduled(bot)
        return True

    def _delete_webhook(self, bot: Bot, values: dict[str, Any], _: Parameters) -> bool:
        if values.get("drop_pending_updates"):
            bot.pending.clear()
        bot.webhook = None
        bot.news.set()
        return True

    def _webhook_info(self, bot: Bot, values: dict[str, Any], _: Parameters) -> dict[str, Any]:
        info: dict[str, Any] = {
            "url": bot.webhook["url"] if bot.webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(bot.pending),
        }
        if bot.webhook:
            info |= {"ip_address": "127.0.0.1", "max_connections": bot.webhook["max_connections"]}
        if bot.last_error:
            info |= {
                "last_error_date": int(bot.last_error_at),
                "last_error_message": bot.last_error,
            }
        return info | ({"allowed_updates": bot.allowed} if bot.allowed else {})

    def _set_commands(self, bot: Bot, values: dict[str, Any], _: Parameters) -> bool:
        bot.commands[_scope(values)] = values.get("commands", [])
        return True

    def _set_menu_button(self, bot: Bot, values: dict[str, Any], _: Parameters) -> bool:
        bot.menu_buttons[str(values.get("chat_id", ""))] = values.get("menu_button")
        return True

    def _chat_info(self, bot: Bot, values: dict[str, Any], _: Parameters) -> dict[str, Any]:
        person = bot.chats.chat(values["chat_id"]).person
        if not person:
            raise Refused(400, "Bad Request: chat not found")
        names = ("first_name", "last_name", "username")
        named: dict[str, Any] = {key: person[key] for key in names if key in person}
        gifts = ("unlimited", "limited", "unique")
        return {
            "id": values["chat_id"],
            "type": "private",
            **named,
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": {
                **{f"{kind}_gifts": True for kind in gifts},
                "premium_subscription": True,
                "gifts_from_channels": True,
            },
        }


_QUICK = ("sendMessage",)
_REFUNDED = (
    "currency",
    "total_amount",
    "invoice_payload",
    "telegram_payment_charge_id",
    "provider_payment_charge_id",
)


def _scope(values: Mapping[str, Any]) -> tuple[str, str]:
    """Whom commands are for: the scope as words, and the language."""
    scope = values.get("scope") or {"type": "default"}
    who = " ".join(str(scope[key]) for key in ("type", "chat_id", "user_id") if key in scope)
    return who, values.get("language_code", "")


def _from(bot: Bot, chat_id: Any) -> dict[str, Any]:
    """The beginning of a message that tells the bot something of a chat."""
    return {
        "from": bot.user,
        "chat": {"id": chat_id, "type": "private"},
        "date": int(bot.clock()),
    }
