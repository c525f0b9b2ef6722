"""What bots say of their own channels, with the `${NAMES}` in it read from the environment."""

import re
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError

from config.environment import SettingsError
from config.settings import Settings, TelegramBotSettings

Channels = Mapping[str, Mapping[str, str]]
"""Channel -> key -> what bot.yaml says."""

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_TELEGRAM = "telegram"


def with_channels(
    settings: Settings,
    bots: Mapping[str, Channels],
    environ: Mapping[str, str],
    env_file: Path | None = None,
) -> Settings:
    """The settings, in which a bot that names its own channels is served there alone.

    Raises SettingsError with a line for each variable that is not there.
    """
    values = dotenv_values(env_file, encoding="utf-8") if env_file is not None else {}
    known = {name: value for name, value in {**values, **environ}.items() if value}
    wrong: list[str] = []
    own: list[TelegramBotSettings] = []
    for bot, channels in bots.items():
        if _TELEGRAM in channels:
            keys = _filled(bot, channels[_TELEGRAM], known, wrong)
            try:
                own.append(TelegramBotSettings(bot=bot, **keys))
            except ValidationError:
                wrong.append(
                    f"{bot}/bot.yaml: channels.telegram.webhook_secret: use 1 to 256 letters,"
                    " digits, _ and -"
                )
    if own and settings.no_webhooks:
        wrong.append(f"EASYFLOW_PUBLIC_URL: {settings.no_webhooks}")
    if wrong:
        raise SettingsError(wrong)
    if not own:
        return settings
    named = {one.bot for one in own}
    single = settings.bot_among(bots)
    kept = [one for one in settings.telegram_bots if (one.bot or single) not in named]
    telegram = settings.telegram.model_copy(update={"token": None, "bots": (*kept, *own)})
    return settings.model_copy(update={_TELEGRAM: telegram})


def _filled(
    bot: str, keys: Mapping[str, str], known: Mapping[str, str], wrong: list[str]
) -> dict[str, SecretStr]:
    found = {}
    for key, written in keys.items():
        for name in _VARIABLE.findall(written):
            if name not in known:
                wrong.append(
                    f"{bot}/bot.yaml: channels.telegram.{key} takes the variable {name}, which is"
                    " not set: set it in the environment or in .env"
                )
        text = _VARIABLE.sub(lambda variable: known.get(variable[1], "-"), written)
        found[key] = SecretStr(text)
    return found
