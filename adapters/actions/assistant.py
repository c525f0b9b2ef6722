"""What assistants made over the API answer with: what their owner told them, paid for once."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import structlog

from adapters.actions.job import Act, Job, by_name, gives, needs, spec
from bots.errors import NoMoney
from bots.model.assistant import Assistant
from bots.model.knowledge import Found
from bots.model.message import Address

ENOUGH = 0.5
"""How much of a question a passage must be about to be its answer."""

log = structlog.get_logger()

SPECS = by_name(
    spec(
        "assistant.answer",
        "ответ из вопросов и документов, которые дал владелец ассистента",
        "an answer from the questions and documents that the assistant's owner gave",
        takes={"question": needs("text", "вопрос клиента", "the customer's question")},
        gives={
            "found": gives("yes_no", "есть ли ответ", "whether there is one"),
            "text": gives("text", "ответ", "the answer"),
            "source": gives("text", "откуда он", "where it is from"),
            "why": gives("text", "почему ответа нет", "why there is none"),
        },
    )
)
"""Only bots that are assistants may name it: in a bot folder `knowledge.answer` does the same."""


class Knows(Protocol):
    """What searches the knowledge of assistants."""

    async def search(
        self, workspace: int, assistant_id: int | None, text: str, limit: int = 5
    ) -> list[Found]:
        """What fits, best first."""


class Charges(Protocol):
    """What answers are paid from."""

    async def charge(
        self, workspace: int, *, key: str, service: str, details: Mapping[str, Any]
    ) -> Any:
        """Once for each key. Raises NoMoney."""


class AssistantAnswers:
    """Looks for an answer, and gives it where it is paid for: an answer that is not there is free."""

    def __init__(
        self,
        of_bot: Callable[[str], Assistant],
        knows: Knows,
        charges: Charges,
        dialog_of: Callable[[Address], Awaitable[int | None]],
    ) -> None:
        """`of_bot` raises NotFound; `dialog_of` gives the number of a chat."""
        self._of_bot = of_bot
        self._knows = knows
        self._charges = charges
        self._dialog_of = dialog_of
        self.acts: Mapping[str, Act] = {"assistant.answer": self._answer}

    async def _answer(self, job: Job) -> dict[str, Any]:
        assistant = self._of_bot(job.address.bot)
        found = await self._knows.search(assistant.workspace, assistant.id, job.text("question"))
        if not found or found[0].score < ENOUGH:
            return _nothing("unknown")
        try:
            await self._pay(job)
        except NoMoney:
            log.info("The balance does not pay for an answer", workspace=assistant.workspace)
            return _nothing("no_money")
        best = found[0]
        return {"found": True, "text": best.text, "source": best.source, "why": ""}

    async def _pay(self, job: Job) -> None:
        address = job.address
        platform = address.channel.partition(":")[0]
        service = "widget_message" if platform == "web" else f"{platform}_message"
        details: dict[str, Any] = {"message_count": 2}
        dialog = await self._dialog_of(address)
        if dialog is not None:
            details["dialog_id"] = dialog
        await self._charges.charge(address.workspace, key=job.key, service=service, details=details)


def _nothing(why: str) -> dict[str, Any]:
    return {"found": False, "text": "", "source": "", "why": why}
