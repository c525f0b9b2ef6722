"""Which messengers there are: every folder of `adapters/messengers` that says so, found by its name."""

import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from adapters import messengers as home
from bots.elsewhere import Elsewhere, nothing_elsewhere
from bots.errors import ChannelUnauthorised
from bots.messengers import Account, AskedInline, Messenger
from bots.model.channel import ChannelRecord
from bots.ports import Clock, Invoices, MessengerChannel, NewId, Shelf, Sleep
from flows.messengers import NAMES


def messengers() -> dict[str, Messenger]:
    """Every messenger by its name, in the order of `flows.messengers`, later ones behind."""
    found = {}
    for package in pkgutil.iter_modules(home.__path__):
        module = f"{home.__name__}.{package.name}.channel"
        if package.ispkg and find_spec(module) is not None:
            messenger = getattr(import_module(module), "MESSENGER", None)
            if isinstance(messenger, Messenger):
                found[messenger.name] = messenger
    first = [name for name in NAMES if name in found]
    return {name: found[name] for name in (*first, *sorted(found.keys() - set(first)))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opener:
    """Opens a channel of any messenger; goes nowhere yet.

    `api_bases` are where messengers are called if not at their own address; `folder` and `language`
    give a bot's. `hide` is told what no log may show, before anything could.
    """

    messengers: Mapping[str, Messenger]
    api_bases: Mapping[str, str]
    shelf: Shelf
    clock: Clock
    new_id: NewId
    sleep: Sleep
    folder: Callable[[str], Path | None]
    language: Callable[[str], str]
    hide: Callable[[Iterable[str]], None]
    invoices: Invoices | None = None
    is_desk: Callable[[str, str], bool] = lambda channel, chat_id: False
    asked_inline: AskedInline | None = None
    elsewhere: Elsewhere = nothing_elsewhere

    def __call__(self, record: ChannelRecord) -> MessengerChannel:
        """Raises ChannelUnauthorised for what cannot be opened, saying what to do."""
        messenger = self.messengers.get(record.platform)
        if messenger is None:
            raise ChannelUnauthorised(
                f"There is no messenger {record.platform!r}; there are: {', '.join(self.messengers)}"
            )
        given = record.credentials or {}
        plain = {one.name for one in messenger.credentials if not one.secret}
        self.hide(value for name, value in given.items() if name not in plain)
        for credential in messenger.credentials:
            if credential.required and not given.get(credential.name):
                raise ChannelUnauthorised(
                    f"{messenger.title} needs {credential.name}: {credential.meaning}"
                )
        return messenger.open(
            Account(
                workspace=record.workspace,
                bot=record.bot,
                credentials=given,
                api_base=self.api_bases.get(record.platform) or messenger.api_base,
                shelf=self.shelf,
                clock=self.clock,
                new_id=self.new_id,
                sleep=self.sleep,
                folder=partial(self.folder, record.bot),
                language=partial(self.language, record.bot),
                invoices=self.invoices,
                is_desk=self.is_desk,
                asked_inline=self.asked_inline,
                elsewhere=self.elsewhere,
            )
        )
