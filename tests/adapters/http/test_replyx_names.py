"""Our words in those of the ReplyX contract, and back."""

from typing import Any

import pytest

from adapters.http.ids import number_of
from adapters.http.replyx.dialogs import text_of
from adapters.http.replyx.names import names_of, own_platform, platform_of
from adapters.messengers.web.frames import PLATFORM
from bots.errors import NotFound
from bots.model.message import Attachment
from tests.adapters.http.fake_chats import said


def test_the_web_chat_is_the_website_both_ways() -> None:
    assert (platform_of(PLATFORM), own_platform("website")) == ("website", PLATFORM)
    for other in ("telegram", "whatsapp", "vk", "max", "api"):
        assert platform_of(other) == own_platform(other) == other
    assert own_platform(None) is None


@pytest.mark.parametrize(
    ("profile", "names"),
    [
        ({"name": "John Doe"}, ("John", "Doe")),
        ({"name": "Анна"}, ("Анна", None)),
        ({"name": " Анна  Мария де ла Крус "}, ("Анна", "Мария де ла Крус")),
        ({"first_name": "Анна", "last_name": ""}, ("Анна", None)),
        ({"name": ""}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_a_name_is_cut_behind_its_first_word(profile: Any, names: Any) -> None:
    assert names_of(profile) == names


@pytest.mark.parametrize("id", ["", "x", "0", "-1", "1.0", " 1", "٣", "²", str(2**63)])
def test_what_is_no_number_is_nobodys_id(id: str) -> None:
    with pytest.raises(NotFound):
        number_of("dialog", id)


def test_a_message_without_words_says_what_hangs_on_it() -> None:
    photo, file = (
        Attachment(kind="photo", ref="1"),
        Attachment(kind="document", ref="2", name="a.pdf"),
    )
    assert text_of(said("", attachments=(photo, file))) == "[photo] [a.pdf]"
    assert text_of(said("Вот", attachments=(photo,))) == "Вот"
