"""Answers as people really type them, one readable table a language (`said/*.txt`)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.answers import BASE_TYPES, Fit, Misfit, narrowed
from flows.env import Env
from tests.flows.conftest import Talk

SAID = Path(__file__).parent / "said"
ZONES = {
    "de": "Europe/Berlin",
    "ru": "Europe/Moscow",
    "en": "America/New_York",
    "uz": "Asia/Tashkent",
}


@dataclass(frozen=True)
class Said:
    """A line of a table; `kind` is its heading with the bounds or the labels it names."""

    language: str
    kind: str
    text: str
    meant: str
    place: str

    @property
    def refused(self) -> str | None:
        """Words of the reason, where it must not fit."""
        return self.meant[1:].strip() if self.meant.startswith("✗") else None


def lines(language: str) -> Iterator[Said]:
    kind = ""
    path = SAID / f"{language}.txt"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("["):
            kind = line[1:-1]
        elif line and not line.startswith("#"):
            text, _, meant = line.partition(" => ")
            yield Said(language, kind, text, meant, f"{language}:{number}")


TABLES = [said for language in ("ru", "en", "uz") for said in lines(language)]
PLAIN = [said for said in TABLES if ":" not in said.kind]
LABELLED = [said for said in TABLES if ":" in said.kind]


def env_of(language: str) -> Env:
    zone = ZoneInfo(ZONES[language])
    return Env(language, zone, datetime(2026, 3, 2, 10, 0, tzinfo=zone))


def written(value: Any) -> str:
    """A value as the tables write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, dict):
        return f"{value['latitude']} {value['longitude']}"
    return value.isoformat() if isinstance(value, date) else str(value)


@pytest.mark.parametrize("said", PLAIN, ids=lambda said: f"{said.place} {said.text}")
def test_what_is_said_is_understood_or_answered_with_a_reason(said: Said) -> None:
    name, *bounds = said.kind.split()
    kind = narrowed(BASE_TYPES[name], **dict(bound.split("=") for bound in bounds))
    outcome = kind.parse(said.text, (), env_of(said.language))
    if said.refused is None:
        assert isinstance(outcome, Fit), outcome
        assert written(outcome.value) == said.meant
    else:
        assert isinstance(outcome, Misfit), outcome
        assert said.refused in outcome.reason


@pytest.mark.parametrize("said", LABELLED, ids=lambda said: f"{said.place} {said.text}")
def test_a_choice_is_known_by_label_form_slip_and_position(said: Said, talk: Talk) -> None:
    kind, _, labels = said.kind.partition(": ")
    offered = labels.replace(" | ", ", ")
    dialog = talk(
        f"""
        flow: проба
        when: /start
        steps:
          вопрос:
            - ask: Что?
              save: выбор
              as: {kind}
              buttons: [{offered}]
            - say: "[{{{{ выбор | join(' + ') }}}}]"
        """
    )
    dialog.hears("/start").hears(said.text)
    if kind == "many" and said.refused is None:
        dialog.hears("готово")
    answers = [one.text for one in dialog.play.said if one.text.startswith("[")]
    assert answers == ([] if said.refused is not None else [f"[{said.meant}]"])


def test_the_tables_are_as_large_as_they_are_said_to_be() -> None:
    assert len(TABLES) >= 450
    places = [(said.language, said.kind, re.sub(r"\s+", " ", said.text)) for said in TABLES]
    assert len(set(places)) == len(places)
