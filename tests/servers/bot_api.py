"""What a Bot API server does with calls, as far as a bot in private chats and in groups can tell."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.servers.bodies import Parameters
from tests.servers.bot_api_bots import Bot, Clock
from tests.servers.bot_api_calls import Wrong
from tests.servers.bot_api_files import Files
from tests.servers.bot_api_messages import Messages
from tests.servers.bot_api_refused import Refused
from tests.servers.bot_api_rules import as_typed, check
from tests.servers.bot_api_topics import Topics, about


class BotApi:
    """The methods. `checks` off leaves out what costs time and only a test of limits needs."""

    def __init__(self, bots: Mapping[str, str], *, checks: bool = True) -> None:
        self.clock = Clock()
        self.bots = {token: Bot(token, name, self.clock) for token, name in bots.items()}
        self.files = Files(checks=checks)
        self.rescheduled: Callable[[Bot], None] = lambda bot: None
        self.happens: Callable[[Bot, dict[str, Any]], Any] = lambda bot, update: None
        self._checks = checks
        self.inline = True
        self.topics = Topics(lambda bot, update: self.happens(bot, update))
        self._messages = Messages(self.files, self.clock, keeps=checks)
        self._methods: dict[str, Callable[[Bot, dict[str, Any], Parameters], Any]] = {
            "getMe": lambda bot, values, _: {
                **bot.user,
                "can_join_groups": True,
                "can_read_all_group_messages": False,
                "supports_inline_queries": self.inline,
            },
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "getFile": lambda bot, values, _: self.files.info(values),
            "sendChatAction": lambda bot, values, _: bot.chats.act(values),
            "sendMediaGroup": self._messages.send_album,
            "copyMessage": self._messages.copy,
            "forwardMessage": self._messages.forward,
            "deleteMessage": lambda bot, values, _: bot.chats.delete(
                values["chat_id"], values["message_id"]
            ),
            "deleteMessages": self._messages.delete_many,
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
            "answerInlineQuery": self._answered("inline_query"),
            **self.topics.methods,
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
            return self._messages.send_quickly(bot, method, parameters)
        bot.groups.admit(method, parameters.values)
        does = self._methods.get(method)
        if does is not None:
            return does(bot, parameters.values, parameters)
        if method.startswith("send"):
            return self._messages.send(bot, method, parameters)
        if method.startswith(("edit", "stop")):
            return self._messages.edit(bot, method, parameters)
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
        group = bot.groups.get(values["chat_id"])
        if group is not None:
            return about(group)
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
