"""A talk in the terminal as a test file: what was typed is noted, played once more, written down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adapters.terminal.folders import shown_path
from bots.model.message import Attachment, Button
from bots.ports import Clock
from bots.services.recording import in_order, slug
from bots.tape import Tape
from flows.errors import Place
from flows.recording import Call, Deed, Recording, write_test
from flows.script_lines import Line
from flows.script_nodes import Told
from flows.testing import Company, Outcome, play
from flows.turn import Sent

NOWHERE = Place("", 1)

Calls = Callable[[str], Sequence[Call]]


class Notes:
    """Everything one person has done in a talk since it began."""

    def __init__(self, begun: datetime) -> None:
        self._begun = begun
        self._deeds: list[Deed] = []

    def says(self, at: datetime, text: str) -> None:
        self._add(at, Line(place=NOWHERE, move="says", text=text))

    def presses(self, at: datetime, button: Button) -> None:
        self._add(at, Line(place=NOWHERE, move="presses", text=button.text))

    def sends(self, at: datetime, attachment: Attachment) -> None:
        if attachment.kind == "contact" and attachment.details.get("own"):
            phone = str(attachment.details.get("phone", ""))
            self._add(at, Line(place=NOWHERE, move="shares", text=phone))
            return
        sent = Sent(kind=attachment.kind, ref=attachment.ref, details=attachment.details)
        self._add(at, Line(place=NOWHERE, move="sends", attached=(sent,)))

    def _add(self, at: datetime, line: Line) -> None:
        self._deeds.append(Deed(at, line))

    def recording(
        self,
        name: str,
        ended: datetime,
        calls: Sequence[Call],
        means: Mapping[str, str],
        events: Sequence[Deed] = (),
    ) -> Recording:
        return Recording(
            name=name,
            begun=self._begun,
            ended=ended,
            deeds=in_order(self._deeds, events),
            calls=calls,
            means=means,
        )

    @property
    def empty(self) -> bool:
        return not self._deeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Writes talks down as tests of the bot in a folder; `tape` has what the customer did not see."""

    folder: Path
    company: Callable[[], Company]
    tape: Tape
    clock: Clock

    def keep(self, notes: Notes, words: str, uuid: str) -> list[str]:
        """What came of it, in words; `uuid` is the conversation's."""
        company, tape = self.company(), self.tape
        stem = Path(words).name.partition(".")[0].replace("_", " ")
        had = notes.recording(stem, self.clock(), tape.calls(uuid), tape.means, tape.events(uuid))
        path = test_path(self.folder, words)
        try:
            written, outcomes = save(company, had, path)
        except OSError as error:
            return [f"{error.filename or path}: {error.strerror or error}"]
        return told(company, shown_path(written), outcomes)


def save(company: Company, recording: Recording, path: Path) -> tuple[Path, list[Outcome]]:
    """Write a test file where none is yet, and play it. Raises OSError."""
    text = write_test(company.bot, recording, fresh=company.fresh, understands=company.means)
    written = _write_anew(path, text)
    return written, play(company, {f"tests/{written.name}": text})


def test_path(folder: Path, name: str) -> Path:
    """Where a test of a name goes: a path is taken as it is, words become a file of `tests/`."""
    if name.endswith((".yaml", ".yml")):
        given = Path(name)
        stem = given.name.removesuffix(".yml").removesuffix(".yaml").removesuffix(".test")
        inside = given.parent if given.is_absolute() else folder / given.parent
        return (inside if given.parent != Path() else folder / "tests") / f"{slug(stem)}.test.yaml"
    return folder / "tests" / f"{slug(name)}.test.yaml"


def _write_anew(path: Path, text: str) -> Path:
    """Never over a file that is there: then a number is added."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stem = path.name.removesuffix(".test.yaml")
    for number in range(1, 1000):
        ending = "" if number == 1 else f"_{number}"
        candidate = path.with_name(f"{stem}{ending}.test.yaml")
        try:
            with candidate.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        return candidate
    raise FileExistsError(f"{path} and 998 more are there already")


def told(company: Company, written: str, outcomes: Sequence[Outcome]) -> list[str]:
    """Where the test was written and how it went, for the one at the terminal."""
    language = company.bot.language
    failed = [outcome for outcome in outcomes if not outcome.passed]
    if not failed:
        return [
            Told(f"записано и проверено: {written}", f"written and played: {written}").by(language)
        ]
    lines = [
        Told(
            f"записано: {written}, но при проверке вышло иначе — поправьте файл:",
            f"written: {written}, but played again it went otherwise — mend the file:",
        ).by(language)
    ]
    return [*lines, *(str(row) for outcome in failed for row in outcome.rows)]
