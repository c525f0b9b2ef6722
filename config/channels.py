"""The channels that the owner wrote down: in the settings, and in bot.yaml with `${NAMES}` to fill in."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from dotenv import dotenv_values

from bots.messengers import Messenger, as_meant
from bots.model.channel import ChannelRecord
from bots.services.declared import Declared
from config.kept_secrets import kept_secret
from config.setting_parts import MessengerSettings
from config.settings import PREFIX, Settings

Channels = Mapping[str, Mapping[str, str]]
"""Channel -> key -> what bot.yaml says."""

PAYMENTS = "payments"
"""The key of an account that takes its customers' money itself."""

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_PAYMENTS = re.compile(rf"\b({PAYMENTS}|оплата)\s*:")


def declared(
    settings: Settings,
    bots: Mapping[str, Channels],
    messengers: Mapping[str, Messenger],
    *,
    workspace: int,
    environ: Mapping[str, str],
    env_file: Path | None = None,
) -> Declared:
    """Every channel of the settings and of these bots, and what is wrong with the others.

    A bot that names its own channels is served there alone. What messengers sign their calls with is
    made and kept in the data folder where it is not given.
    """
    return _Reading(settings, bots, messengers, workspace, variables(environ, env_file)).declared()


def takes_money(settings: Settings, bot_yaml: str = "") -> bool:
    """Whether an account of the settings, or of a bot as far as its text tells, is paid inside."""
    given = (keys for part in settings.messengers.values() for _, keys in part.accounts)
    return any(keys.get(PAYMENTS) for keys in given) or bool(_PAYMENTS.search(bot_yaml))


def variables(environ: Mapping[str, str], env_file: Path | None) -> dict[str, str]:
    """What the environment and the file say, whoever it is for; the environment wins."""
    values = dotenv_values(env_file, encoding="utf-8") if env_file is not None else {}
    return {name: value for name, value in {**values, **environ}.items() if value}


class _Reading:
    def __init__(
        self,
        settings: Settings,
        bots: Mapping[str, Channels],
        messengers: Mapping[str, Messenger],
        workspace: int,
        variables: Mapping[str, str],
    ) -> None:
        self._settings = settings
        self._bots = bots
        self._messengers = messengers
        self._workspace = workspace
        self._variables = variables
        self._records: list[ChannelRecord] = []
        self._complaints: list[str] = []
        self._undecided: set[tuple[str, str]] = set()

    def declared(self) -> Declared:
        for name, part in self._settings.messengers.items():
            for bot, given in part.accounts:
                self._of_settings(name, part, bot or self._settings.bot_among(self._bots), given)
        for bot, channels in self._bots.items():
            for name, keys in channels.items():
                self._of_folder(bot, name, keys)
        wanted = {record.platform for record in self._records}
        self._complaints += filter(None, (self._uncalled(name) for name in sorted(wanted)))
        return Declared(
            records=self._records,
            complaints=self._complaints,
            undecided=frozenset(self._undecided),
        )

    def _of_settings(
        self, name: str, part: MessengerSettings, bot: str, given: Mapping[str, str]
    ) -> None:
        messenger = self._messengers.get(name)
        if messenger is None:
            self._complaints.append(_unknown(f"EASYFLOW_{name.upper()}", name, self._messengers))
        elif bot not in self._bots:
            self._complaints.append(
                f"A channel of {messenger.title} is to be answered by «{bot}», but there is no such"
                f" bot folder in {self._settings.bots_dir}; there are: {', '.join(self._bots)}."
            )
        elif not self._bots[bot]:
            self._take(f"EASYFLOW_{name.upper()}__", messenger, bot, given, in_folder=False)

    def _of_folder(self, bot: str, name: str, keys: Mapping[str, str]) -> None:
        where = f"{bot}/bot.yaml: channels.{name}"
        messenger = self._messengers.get(name)
        if messenger is None:
            self._complaints.append(_unknown(where, name, self._messengers))
            return
        wrong = [line for key, text in keys.items() for line in self._unfilled(where, key, text)]
        if wrong:
            self._complaints += wrong
            self._undecided.add((bot, name))
            return
        filled = {
            key: _VARIABLE.sub(lambda variable: self._variables[variable[1]], text)
            for key, text in keys.items()
        }
        self._take(f"{where}.", messenger, bot, filled, in_folder=True)

    def _unfilled(self, where: str, key: str, text: str) -> Iterator[str]:
        for name in _VARIABLE.findall(text):
            if name.upper().startswith(PREFIX):
                # Whoever writes a bot may not have our secrets sent to an account of theirs.
                yield (
                    f"{where}.{key} takes the variable {name}, which is a setting of the server's own:"
                    " keep the value in a variable of another name"
                )
            elif name not in self._variables:
                yield (
                    f"{where}.{key} takes the variable {name}, which is not set: set it in the"
                    " environment or in .env"
                )

    def _take(
        self,
        where: str,
        messenger: Messenger,
        bot: str,
        given: Mapping[str, str],
        *,
        in_folder: bool,
    ) -> None:
        credentials, wrong = {key: as_meant(value) for key, value in given.items()}, []
        upper = str.lower if in_folder else str.upper
        for one in messenger.credentials:
            value = credentials.get(one.name)
            if not value and one.made:
                credentials[one.name] = self._kept(messenger.name, bot, one.name, in_folder)
            elif not value and one.required:
                wrong.append(f"{where}{upper(one.name)} is missing: {one.meaning}")
            elif value and one.pattern and not re.fullmatch(one.pattern, value):
                wrong.append(f"{where}{upper(one.name)}: use {one.form}")
        if wrong:
            self._complaints += wrong
            self._undecided.add((bot, messenger.name))
            return
        self._records.append(
            ChannelRecord(
                workspace=self._workspace,
                bot=bot,
                platform=messenger.name,
                origin="folder" if in_folder else "settings",
                credentials=credentials,
            )
        )

    def _kept(self, platform: str, bot: str, key: str, in_folder: bool) -> str:
        """The first account of a bot at a messenger has the plain name."""
        before = sum((one.platform, one.bot) == (platform, bot) for one in self._records)
        number = f"-{before + 1}" if before else ""
        return kept_secret(self._settings.data_dir, f"{platform}-{bot}{number}.secret")

    def _uncalled(self, name: str) -> str | None:
        """Why a messenger would not call us, or None where it would."""
        messenger, url = self._messengers[name], self._settings.public_url or ""
        if (
            url.startswith("http:")
            and messenger.webhook
            and self._settings.api_bases.get(name, messenger.api_base) == messenger.api_base
        ):
            return (
                f"EASYFLOW_PUBLIC_URL: {messenger.title} calls only https:// addresses: give such"
                " a one"
            )
        return None


def _unknown(where: str, name: str, messengers: Mapping[str, Messenger]) -> str:
    return f"{where}: there is no messenger {name}; there are: {', '.join(messengers)}"
