"""The judge: it knows what customers wrote and what they saw, and nothing of what we think we did.

The bot of the rig (`bots/counter`) answers the n-th message of a chat with «n:its words». What was
lost is missing, what changed a conversation twice moves every number behind it, and what was sent
twice stands there twice.
"""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

WORST = 5
"""Chats shown where something is wrong."""


@dataclass
class Verdict:
    """How many messages have no answer, counted twice, or were answered out of order; and how many
    answers were seen twice, which a crash in the middle of a send may do."""

    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    repeated: int = 0
    worst: list[str] = field(default_factory=list)

    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.disordered)


def judge(
    told: Mapping[str, Sequence[str]],
    wrote: Mapping[str, Sequence[str]],
    *,
    in_order: bool = True,
) -> Verdict:
    """`told` are the answers that each chat saw, `wrote` its messages, both in order.

    Where a messenger itself brings what failed beside what came after it, the words are not
    `in_order`; the numbers of the answers are, always.
    """
    verdict = Verdict()
    for chat, words in wrote.items():
        before = (verdict.lost, verdict.doubled, verdict.disordered)
        _judge_chat(verdict, list(told.get(chat, ())), list(words), in_order=in_order)
        if before != (verdict.lost, verdict.doubled, verdict.disordered):
            verdict.worst.append(f"{chat}: {list(told.get(chat, ()))}")
    strangers = told.keys() - wrote.keys()
    verdict.doubled += sum(len(told[chat]) for chat in strangers)
    del verdict.worst[WORST:]
    return verdict


def _judge_chat(verdict: Verdict, seen: list[str], wrote: list[str], *, in_order: bool) -> None:
    once = [text for place, text in enumerate(seen) if place == 0 or seen[place - 1] != text]
    verdict.repeated += len(seen) - len(once)
    # What the bot says outside of its flow has no number; its words are nobody's, and count as such.
    numbers = [int(text.partition(":")[0]) for text in once if text[:1].isdecimal()]
    words = [text.partition(":")[2] for text in once]
    counts = Counter(words)
    verdict.lost += sum((Counter(wrote) - counts).values())
    verdict.doubled += sum((counts - Counter(wrote)).values())
    verdict.disordered += sum(after <= before for before, after in itertools.pairwise(numbers))
    if in_order and Counter(wrote) == counts:
        verdict.disordered += sum(one != other for one, other in zip(words, wrote, strict=True))
