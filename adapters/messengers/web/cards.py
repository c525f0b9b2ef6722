"""The bots that visitors may open a chat with: those of assistants that are open on pages."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from adapters.messengers.web.socket import BotCard
from bots.services.assistants import Assistants
from bots.services.runtime import Published


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """`folders` are the bots of the chooser, `first` says which of them comes first."""

    assistants: Assistants
    published: Published
    folders: Collection[str]
    first: Callable[[Collection[str]], str]

    def shown(self) -> list[BotCard]:
        """The bots of the chooser."""
        first = self.first(self.folders)
        found = filter(None, map(self.of, sorted(self.folders)))
        return sorted(found, key=lambda card: card.name != first)

    def of(self, name: str) -> BotCard | None:
        """Any bot by its name, whether or not the chooser shows it."""
        assistant = self.assistants.on_pages(name)
        if assistant is None:
            return None
        bot = self.published.current(name)
        return BotCard(name=name, title=bot.title, language=bot.language, domains=assistant.domains)
