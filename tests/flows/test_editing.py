"""A bot's files after some of its flows are edited in the middle of a test."""

from flows.editing import edited_files

FILES = {
    "bot.yaml": "bot: Проба\n",
    "flows/a.yaml": "flow: а\nsteps: {}\n---\nflow: б\nsteps: {}\n---\nflow: в\nsteps: {}\n",
    "flows/g.yaml": "flow: г\nsteps: {}\n",
}


def test_flows_of_one_name_are_replaced_and_lines_keep_their_numbers() -> None:
    files = edited_files(FILES, "new.yaml", "flow: б\nsteps: {x: []}\n")
    assert files["flows/~new.yaml"] == "flow: б\nsteps: {x: []}\n"
    lines = files["flows/a.yaml"].split("\n")
    assert (lines[0], lines[6], "flow: б" in lines) == ("flow: а", "flow: в", False)
    assert files["flows/g.yaml"] == FILES["flows/g.yaml"]


def test_a_file_that_is_replaced_whole_is_gone() -> None:
    files = edited_files(FILES, "new.yaml", "flow: г\nsteps: {}\n")
    assert sorted(files) == ["bot.yaml", "flows/a.yaml", "flows/~new.yaml"]


def test_a_file_with_a_bot_replaces_the_bot() -> None:
    files = edited_files(FILES, "new.yaml", "bot: Другой\n")
    assert files == {**FILES, "bot.yaml": "bot: Другой\n"}
