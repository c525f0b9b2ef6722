"""Albums that come part by part are one message to the customer."""

from typing import Any

import pytest

from flows.turn import Sent


def flow(*steps: str, more: str = "") -> str:
    body = "\n".join("    " + line for step in steps for line in step.split("\n"))
    return f"flow: а\nabout: А\nwhen: [/a]\nsteps:\n  раз:\n{body}\n{more}"


def sends(dialog: Any, *refs: str, album: str = "7", kind: Any = "photo") -> Any:
    for ref in refs:
        dialog.play.hear(attached=[Sent(kind=kind, ref=ref)], album=album)
    return dialog


def test_the_rest_of_an_album_is_no_answer_to_the_next_question(talk: Any) -> None:
    dialog = talk(
        flow(
            "- ask: Лицо?\n  save: x\n  as: photo",
            "- ask: Паспорт?\n  save: y\n  as: photo",
            "- say: '{{ x.ref }}, {{ y.ref }}'",
        )
    )
    dialog.hears("/a", "Лицо?")
    sends(dialog, "1", "2", "3").says("Паспорт?")
    sends(dialog, "4", "5", album="8").says("1, 4")


def test_an_album_that_does_not_fit_is_told_of_once(talk: Any) -> None:
    dialog = talk(flow("- ask: Имя?\n  save: x")).hears("/a", "Имя?")
    sends(dialog, "1", "2", "3").says("К этому вопросу вложение не подходит.*")
    assert dialog.counted("misfit") == 1
    sends(dialog, "4", album="8").says("К этому вопросу вложение не подходит.*")


def test_a_picture_after_a_film_of_the_same_album_still_fits(talk: Any) -> None:
    asked = "- ask: Фото?\n  save: x\n  as: photo\n  retry: Нужно фото."
    dialog = talk(flow(asked, "- say: '{{ x.ref }}'")).hears("/a", "Фото?")
    sends(dialog, "1", "2", kind="video").says("Нужно фото.")
    sends(dialog, "3").says("3")


def test_all_parts_are_gathered_and_what_is_too_much_is_not_told(talk: Any) -> None:
    dialog = talk(
        flow(
            "- ask: Фото?\n  save: x\n  as: photos\n  max: 3",
            "- ask: 'Их {{ x | len }}. Имя?'\n  save: y",
        )
    )
    dialog.hears("/a", "Фото?")
    sends(dialog, "1", "2", "3", "4", "5").says("Их 3. Имя?")


def test_a_flow_woken_by_a_photo_is_woken_once_by_an_album(talk: Any) -> None:
    flows = "flow: а\nabout: А\nwhen: [{sends: photo}]\nsteps:\n  раз:\n    - say: Спасибо!\n"
    dialog = sends(talk(flows), "1", "2", "3")
    dialog.says("Спасибо!")


def test_an_album_sent_while_an_action_runs_is_one_message_too(talk: Any) -> None:
    dialog = talk(
        flow("- do: slow.work", "- ask: Фото?\n  save: x\n  as: photo", "- ask: Имя?\n  save: y"),
        actions={"slow.work": 1},
    )
    dialog.play.held = True
    dialog.hears("/a").says()
    sends(dialog, "1", "2")
    dialog.play.answer_actions()
    dialog.says("Фото?", "Имя?")


@pytest.mark.parametrize("album", ["", "7"])
def test_photos_sent_one_by_one_are_heard_one_by_one(talk: Any, album: str) -> None:
    dialog = talk(flow("- ask: Имя?\n  save: x")).hears("/a", "Имя?")
    for number in range(2):
        sends(dialog, str(number), album=album and f"{album}{number}")
    assert len(dialog._fresh()) == 2
