"""What customers think of us, kept for the figures: `stats.csat`."""

from collections.abc import Mapping
from typing import Any

from adapters.actions.job import Act, Job, by_name, gives, may, needs, spec
from bots.errors import ActionFailed
from bots.ports import Shelf
from flows.model import Example

SCORES = "scores: "
"""The shelf of a bot's scores begins so."""

SPECS = by_name(
    spec(
        "stats.csat",
        "запомнить оценку клиента",
        "keep a customer's rating",
        takes={
            "score": needs("number", "оценка", "the rating"),
            "about": may("text", "что оценивали", "what was rated"),
            "comment": may("text", "что человек добавил", "what the person added"),
        },
        gives={"saved": gives("yes_no", "всегда да", "always yes")},
        effect="yes",
        example=Example({"score": 5, "about": "разговор"}, {"saved": True}),
    )
)


class Stats:
    """Scores on the shelf, one entry for each call."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.acts: Mapping[str, Act] = {"stats.csat": self._score}

    async def _score(self, job: Job) -> dict[str, Any]:
        score = job.number("score")
        if not 0 <= score <= 1000:
            raise ActionFailed(f"{score:g} is no rating")
        kept = {
            "score": score,
            "about": job.text("about"),
            "comment": job.text("comment"),
            "channel": job.address.channel,
            "chat_id": job.address.chat_id,
            "at": job.now.isoformat(),
        }
        await self._shelf.put(job.address.workspace, SCORES + job.address.bot, job.key, kept)
        return {"saved": True}
