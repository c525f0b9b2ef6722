"""What the Bot API and the network say, in the words of our error tree: one table for all calls."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import aiohttp

from adapters.answers import not_the_api, object_in
from adapters.wire import network_problem
from bots.errors import (
    ChannelBusy,
    ChannelDown,
    ChannelError,
    ChannelUnauthorised,
    Rejected,
    Unreachable,
)

DEFAULT_WAIT = 5.0
"""Seconds to wait when Telegram throttles without saying for how long."""

WRONG_TOKEN = (
    "Telegram does not accept the bot's token: copy the current one from @BotFather"
    " (/mybots, API Token) into EASYFLOW_TELEGRAM__TOKEN or wherever this channel has its token from"
)

# Parts of descriptions that come with 400, in lower case: this chat will not be reached again.
_GONE = (
    "chat not found",
    "user not found",
    "private chat not found",
    "peer_id_invalid",
    "user_is_blocked",
    "input_user_deactivated",
    "user is deactivated",
    "have no access to the user",
    "upgraded to a supergroup",
    "migrated to a supergroup",
)
_NOTHING_TO_CHANGE = "message is not modified"
_RETRY_AFTER = re.compile(r"retry after (\d+)")


class PollingConflict(ChannelDown):
    """Somebody else takes this bot's updates: another poller or a webhook."""


class ChatMoved(Unreachable):
    """A group became a supergroup: it is `chat_id` now."""

    def __init__(self, said: str, chat_id: int) -> None:
        self.chat_id = chat_id
        super().__init__(said)


def result_of(status: int, body: bytes, *, retry_after: str | None = None) -> Any:
    """The `result` of an answer, or our error. `retry_after` is the HTTP header of that name.

    An edit that changes nothing is a success without a result.
    """
    answer = object_in(body)
    if answer is None:
        wait = _seconds(retry_after, "")
        raise not_the_api(status, whose="the Bot API's", wait=wait)
    if answer.get("ok") is True:
        return answer.get("result")
    code = answer.get("error_code")
    description = answer.get("description")
    text = description if isinstance(description, str) else ""
    if _NOTHING_TO_CHANGE in text:
        return None
    parameters = answer.get("parameters")
    raise problem(
        code if type(code) is int else status,
        text,
        parameters if isinstance(parameters, dict) else {},
    )


def problem(code: int, description: str, parameters: Mapping[str, Any]) -> ChannelError:
    """The table. `code` is the Bot API's `error_code`, which repeats the HTTP status."""
    said = f"{code} {description or 'without a description'}"
    text = description.lower()
    if code == 429 or "retry_after" in parameters:
        return ChannelBusy(_seconds(parameters.get("retry_after"), text))
    if code in (401, 404):
        return ChannelUnauthorised(WRONG_TOKEN)
    if code == 409:
        return PollingConflict(said, sent=False)
    if type(moved := parameters.get("migrate_to_chat_id")) is int:
        return ChatMoved(said, moved)
    if code == 403:
        return Unreachable(said)
    if code == 400 and any(part in text for part in _GONE):
        return Unreachable(said)
    if 400 <= code < 500:
        return Rejected(said)
    return ChannelDown(said)


@contextmanager
def translated(token: str) -> Iterator[None]:
    """Turns what aiogram raises into ours, its decoding errors and a bare TypeError among them; what
    they repeat of the `token` is left out."""
    from aiogram import exceptions  # heavy: whoever gets here has loaded it already

    try:
        yield
    except exceptions.TelegramRetryAfter as error:
        raise ChannelBusy(float(error.retry_after)) from error
    except exceptions.TelegramNetworkError as error:
        raise ChannelDown("No connection or no answer in time") from error
    except exceptions.TelegramAPIError as error:
        said = str(error.message).replace(token, "...")
        raise problem(_code_of(error), said, {}) from error
    except exceptions.ClientDecodeError as error:
        raise ChannelDown("The answer was not the Bot API's") from error
    except TypeError as error:
        # A 5xx without a description: aiogram looks into it before it looks whether it is there.
        raise ChannelDown("The answer had no description") from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise network_problem(error) from error


def _code_of(error: Exception) -> int:
    from aiogram import exceptions  # heavy: loaded already

    codes: tuple[tuple[type[Exception], int], ...] = (
        (exceptions.TelegramEntityTooLarge, 413),
        (exceptions.TelegramMigrateToChat, 403),
        (exceptions.TelegramBadRequest, 400),
        (exceptions.TelegramUnauthorizedError, 401),
        (exceptions.TelegramForbiddenError, 403),
        (exceptions.TelegramNotFound, 404),
        (exceptions.TelegramConflictError, 409),
    )
    return next((code for kind, code in codes if isinstance(error, kind)), 500)


def _seconds(given: Any, text: str) -> float:
    if isinstance(given, str) and given.isdecimal():
        return float(given)
    if isinstance(given, int | float) and not isinstance(given, bool) and given >= 0:
        return float(given)
    told = _RETRY_AFTER.search(text)
    return float(told[1]) if told else DEFAULT_WAIT
