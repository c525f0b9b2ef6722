"""What a customer sees in a messenger, as plain lines for golden files, the same for every platform.

    client: Привет
    bot: Здравствуйте!
        Чем помочь?
      [Записаться] [Цены]
      [Наш сайт → https://example.com]
      (list «Выбрать»: Стрижка — 40 минут | Бритьё)
    client: presses «Записаться»
    bot: [photo hello.jpg] Подпись
    bot edits: Новый текст
    bot: (reaction 👍)

A bubble begins at the margin; further lines of its text stand four spaces in, what hangs on it two.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Menu:
    """A list that opens when its button `label` is pressed; `sections` are titles with rows."""

    label: str
    sections: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Bubble:
    """One bubble, or one thing done to an earlier one.

    `author` is `bot`, `client` or whoever else writes. `act` says what was done instead of writing:
    `edits`, `deletes`, `replies to «…»`. `media` are descriptions without brackets, made by
    `location`, `contact` and the like. `buttons` hang on the bubble, row by row. `keyboard` stands
    under the chat from now on: None leaves it as it was, empty takes it away. `notes` are whatever
    else is seen, each a line in round brackets.
    """

    author: str
    text: str = ""
    act: str = ""
    media: Sequence[str] = ()
    reaction: str | None = None
    pressed: str | None = None
    buttons: Sequence[Sequence[str]] = ()
    keyboard: Sequence[Sequence[str]] | None = None
    menu: Menu | None = None
    cards: "Sequence[Bubble]" = ()
    notes: Sequence[str] = ()


def rendered(bubbles: Iterable[Bubble]) -> list[str]:
    """All bubbles in their order, one line or more for each."""
    return [line for bubble in bubbles for line in lines_of(bubble)]


def lines_of(bubble: Bubble) -> list[str]:
    first, *more = _content(bubble).split("\n")
    who = f"{bubble.author} {bubble.act}".strip()
    lines = [f"{who}: {first}" if first else who]
    lines += [f"    {line}".rstrip() for line in more]
    lines += [f"  {_row(row)}" for row in bubble.buttons]
    if bubble.menu is not None:
        lines.append(f"  ({_menu(bubble.menu)})")
    if bubble.keyboard is not None:
        lines += [f"  keyboard: {_row(row)}" for row in bubble.keyboard]
        lines += [] if bubble.keyboard else ["  keyboard: none"]
    for card in bubble.cards:
        lines += [f"  {line}" for line in lines_of(card)]
    return lines + [f"  ({note})" for note in bubble.notes]


def button(label: str, *, url: str = "", asks: str = "") -> str:
    """A button's label as it stands in a row: with where it leads, or what of the phone it asks."""
    if url:
        return f"{label} → {url}"
    return f"{label} ({asks})" if asks else label


def file(kind: str, name: str = "") -> str:
    """`photo hello.jpg`; without a name the kind alone."""
    return f"{kind} {name}".strip()


def location(latitude: float | str, longitude: float | str, *names: str) -> str:
    """`names` are what a place is called and where it is, if said."""
    words = ", ".join(name for name in names if name)
    return f"location {_degrees(latitude)},{_degrees(longitude)} {words}".rstrip()


def contact(name: str, phone: str) -> str:
    return f"contact {name} {phone}".rstrip()


def _content(bubble: Bubble) -> str:
    if bubble.pressed is not None:
        return f"presses «{bubble.pressed}»"
    if bubble.reaction is not None:
        return f"(reaction {bubble.reaction})" if bubble.reaction else "(reaction removed)"
    return " ".join([*(f"[{media}]" for media in bubble.media), bubble.text]).rstrip(" ")


def _row(labels: Sequence[str]) -> str:
    return " ".join(f"[{label}]" for label in labels)


def _menu(menu: Menu) -> str:
    sections = [
        f"{title}: {' | '.join(rows)}" if title else " | ".join(rows)
        for title, rows in menu.sections
    ]
    return f"list «{menu.label}»: {'; '.join(sections)}"


def _degrees(value: float | str) -> str:
    return f"{float(value):.6f}".rstrip("0").rstrip(".")
