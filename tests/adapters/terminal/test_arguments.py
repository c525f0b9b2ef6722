"""Where an option may stand on the command line."""

import pytest

from adapters.terminal.arguments import arguments


@pytest.mark.parametrize(
    "typed",
    [
        "operators add Оля",
        "operators code Оля",
        "operators list",
        "desk code",
        "desk remove Продажи",
        "channels add telegram",
        "channels remove telegram:1",
        "users list",
        "users invite",
        "keys list",
        "keys add",
        "keys revoke 1",
        "report operators",
        "trace",
    ],
)
def test_a_workspace_may_be_named_before_and_behind_the_word(typed: str) -> None:
    command, *rest = typed.split()
    assert arguments([command, "--workspace", "2", *rest]).workspace == 2
    assert arguments([command, *rest, "--workspace", "2"]).workspace == 2
    assert getattr(arguments([command, *rest]), "workspace", None) is None
