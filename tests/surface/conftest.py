"""One real server for each file of tests of what is the same in every dialect."""

from collections.abc import Iterator

import pytest

from tests.servers.easyflow import EasyFlow
from tests.surface.people import Person, register
from tests.surface.people import owner as owner_of


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EasyFlow]:
    """Everybody may register."""
    with EasyFlow(
        tmp_path_factory.mktemp("easyflow") / "data", default_bot="shop", log__level="warning"
    ) as running:
        yield running


@pytest.fixture
def owner(server: EasyFlow) -> Person:
    return owner_of(server)


@pytest.fixture
def person(server: EasyFlow) -> Person:
    """Somebody new, in a workspace of their own."""
    return register(server)
