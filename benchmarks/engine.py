"""`python -m benchmarks.engine`: the flow engine alone, the loader, and what a loaded flow weighs."""

import gc
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.actions.catalogue import CATALOGUE
from config.bot_folders import read_bot_folder
from flows import engine
from flows.load import load_bot
from flows.model import Bot
from flows.turn import (
    Around,
    Chosen,
    Fired,
    Heard,
    Input,
    Press,
    Returned,
    Run,
    Sent,
    SetTimer,
    Step,
    Understand,
)

SHOP = Path(__file__).parent.parent / "config" / "bots" / "shop"
MORNING = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
RESULTS: dict[str, Any] = {
    "marketplace.order": {"status": "delivered", "delivered_at": "2026-02-27"},
    "marketplace.create_return": {"id": "В-77", "days": 3},
    "stats.csat": {"saved": True},
}
ENGINE_AT_MOST = 40.0
LOADING_AT_MOST = 1.5
FLOW_AT_MOST = 2.0


@dataclass(slots=True)
class Chat:
    """One customer of the shop, played straight into the engine: no storage, no messenger.

    `calls` are the engine's calls so far; it is pure, so they can be made again. `turns` are those
    that the runtime would have committed: a result that is there at once belongs to the turn that
    asked for it.
    """

    bot: Bot
    now: datetime = MORNING
    position: dict[str, Any] = field(default_factory=dict)
    user: dict[str, Any] = field(default_factory=dict)
    offered: tuple[Press, ...] = ()
    timers: dict[str, SetTimer] = field(default_factory=dict)
    calls: list[tuple[Bot, dict[str, Any], Input, Around]] = field(default_factory=list)
    turns: int = 0

    def take(self, what: Input) -> None:
        """A turn, and those that follow from it by themselves."""
        following: Input | None = what
        while following is not None:
            following = self._advance(following)

    def _advance(self, what: Input) -> Input | None:
        call = (self.bot, self.position, what, Around(now=self.now, user=self.user))
        self.calls.append(call)
        step = engine.advance(*call)
        self._note(step)
        wanted = next((one for one in step.effects if isinstance(one, (Run, Understand))), None)
        if not (isinstance(wanted, Understand) or (isinstance(wanted, Run) and wanted.quick)):
            self.turns += 1
        if isinstance(wanted, Understand):
            return Chosen(wait=wanted.wait)
        if wanted is not None:
            return Returned(wait=wanted.wait, value=RESULTS[wanted.action])
        return None

    def _note(self, step: Step) -> None:
        self.position = step.position
        self.offered = step.offered
        if step.user is not None:
            self.user = step.user
        for effect in step.effects:
            if isinstance(effect, SetTimer):
                self.timers[effect.name] = effect

    def press(self, label: str) -> Heard:
        """The press of a button that is offered now."""
        return Heard(button=next(one.payload for one in self.offered if label in one.text))

    def quiet(self) -> Fired:
        """The customer sends no more photos."""
        timer = next(one for name, one in self.timers.items() if name.startswith("collect"))
        self.now = timer.due
        return Fired(payload=timer.payload)


def turns(chat: Chat) -> Iterator[Callable[[], Input]]:
    """A return at the shop: greeting, menu, a misfit, photos, a phone, a confirmation, a rating."""
    photo = Sent(kind="photo", ref="a.jpg")
    yield lambda: Heard(text="/start")
    yield lambda: chat.press("Оформить возврат")
    yield lambda: Heard(text="12")
    yield lambda: Heard(text="№ 12344")
    yield lambda: chat.press("Брак")
    yield lambda: Heard(attached=(photo,))
    yield lambda: Heard(attached=(photo,))
    yield lambda: chat.quiet()
    yield lambda: Heard(text="8 (999) 123-45-67")
    yield lambda: chat.press("Отправить")
    yield lambda: Heard(text="5")


def shop() -> Bot:
    """The example shop, compiled."""
    folder = read_bot_folder(SHOP)
    return load_bot(folder.name, folder.files, CATALOGUE, media=folder.media).bot


def per_turn(bot: Bot, dialogs: int = 40) -> float:
    """CPU microseconds a turn of the engine takes, in the quietest of fifty short rounds."""
    chat = Chat(bot)
    for what in turns(chat):
        chat.take(what())
    rounds = []
    for _ in range(50):
        started = time.process_time()
        for _ in range(dialogs):
            for call in chat.calls:
                engine.advance(*call)
        rounds.append(time.process_time() - started)
    return min(rounds) / dialogs / chat.turns * 1e6


def flow_of(name: str, steps: int) -> str:
    """A flow of so many steps, as owners write them: asked, checked, branched."""
    lines = [f"flow: {name}", f"about: Пройти {name}", f"when: [/{name}, пройти {name}]", "steps:"]
    for number in range(steps):
        lines += [
            f"  step_{number}:",
            f"    - ask: Вопрос номер {number}, сколько вам нужно?",
            f"      save: answer_{number}",
            "      as: number",
            "      max: 100",
            "      retry: Нужно число до ста, например 7.",
            f"    - if: answer_{number} > 50",
            "      then:",
            f'        - say: "Это много: {{{{ answer_{number} }}}} шт."',
        ]
    answers = ", ".join(f"{{{{ answer_{number} }}}}" for number in range(steps))
    return "\n".join([*lines, f'    - say: "Спасибо, записали: {answers}."', "    - done", ""])


def loading(flows: int = 50, steps: int = 40) -> float:
    """CPU seconds of loading and linting a folder of so many flows of so many steps."""
    files = {f"flows/f{number}.yaml": flow_of(f"f{number}", steps) for number in range(flows)}
    files["bot.yaml"] = "bot: Большой\nlanguage: ru\nstart: f0\n"
    rounds = []
    for _ in range(3):
        gc.collect()
        started = time.process_time()
        load_bot("big", files, CATALOGUE)
        rounds.append(time.process_time() - started)
    return min(rounds)


def weight(steps: int = 200) -> float:
    """MiB that a loaded flow of so many steps adds to a bot."""
    files = {
        "bot.yaml": "bot: Один\nlanguage: ru\nstart: f0\n",
        "flows/f.yaml": flow_of("f0", steps),
    }
    kept = [load_bot("warm", files, CATALOGUE)]
    tracemalloc.start()
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    kept.append(load_bot("weighed", files, CATALOGUE))
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (after - before) / (1 << 20)


def verdict(value: float, at_most: float) -> str:
    """Whether an aim is met."""
    return "holds" if value <= at_most else "DOES NOT HOLD"


def report() -> None:
    """Print the three figures with their aims."""
    spent = per_turn(shop())
    print("the engine alone, a return at the example shop (13 turns)")
    print(f"  {spent:.1f} us of CPU per turn, at most {ENGINE_AT_MOST:.0f}: ", end="")
    print(verdict(spent, ENGINE_AT_MOST))
    seconds = loading()
    print("loading and linting 50 flows of 40 steps")
    print(f"  {seconds:.2f} s of CPU, at most {LOADING_AT_MOST}: ", end="")
    print(verdict(seconds, LOADING_AT_MOST))
    mebibytes = weight()
    print("a loaded flow of 200 steps")
    print(f"  {mebibytes:.2f} MiB, at most {FLOW_AT_MOST}: {verdict(mebibytes, FLOW_AT_MOST)}")


if __name__ == "__main__":
    report()
