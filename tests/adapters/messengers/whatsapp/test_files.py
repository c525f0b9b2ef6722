"""Files of the bot and of customers, to and from a Cloud API server."""

import orjson
import pytest

from adapters.messengers.whatsapp.channel import WhatsAppChannel
from adapters.messengers.whatsapp.client import Client, Connection
from bots.errors import (
    ChannelBusy,
    ChannelDown,
    ChannelUnauthorised,
    NotFound,
    Rejected,
)
from bots.model.message import Attachment
from tests.adapters.messengers.whatsapp.conftest import CHAT, JPEG, Open, keyboard, say
from tests.adapters.stands import Moments
from tests.servers.whatsapp import PHONE_ID, TOKEN, WhatsApp


async def test_a_file_is_uploaded_once(
    channel: WhatsAppChannel, opened: Open, open_chat: WhatsApp
) -> None:
    photo = Attachment(kind="photo", ref="media/hello.jpg")
    for one in (channel, channel, opened()):
        await say(one, attachments=(photo,))
    (upload,) = open_chat.calls("media")
    assert upload.files["file"]["content_type"] == "image/jpeg"
    ids = {call.parameters["image"]["id"] for call in open_chat.calls()}
    assert len(ids) == 1


async def test_after_a_month_it_is_uploaded_anew(
    channel: WhatsAppChannel, open_chat: WhatsApp, time: Moments
) -> None:
    photo = Attachment(kind="photo", ref="media/hello.jpg")
    await say(channel, attachments=(photo,))
    time.pass_(days=28)
    await say(channel, attachments=(photo,))
    assert len(open_chat.calls("media")) == 1
    time.pass_(days=2)
    await say(channel, attachments=(photo,))
    assert len(open_chat.calls("media")) == 2


async def test_a_file_that_whatsapp_forgot_is_uploaded_anew(
    channel: WhatsAppChannel, open_chat: WhatsApp
) -> None:
    photo = Attachment(kind="photo", ref="media/hello.jpg")
    await say(channel, attachments=(photo,))
    open_chat.script(code=100, details="Media ID 4490709327380001 does not exist", kind="image")
    await say(channel, attachments=(photo,))
    assert len(open_chat.calls("media")) == 2
    assert open_chat.said(CHAT) == ["bot: [photo hello.jpg]"] * 2


async def test_a_picture_that_is_too_large_goes_as_a_document(
    channel: WhatsAppChannel, open_chat: WhatsApp
) -> None:
    await say(channel, text="Вот", attachments=(Attachment(kind="photo", ref="media/huge.jpg"),))
    assert open_chat.said(CHAT) == ["bot: [document huge.jpg] Вот"]
    assert open_chat.violations() == []


@pytest.mark.parametrize("ref", ["media/none.jpg", "media/../../secret.txt", "secret.txt"])
async def test_words_are_not_lost_with_a_file(
    channel: WhatsAppChannel, open_chat: WhatsApp, ref: str
) -> None:
    photo = Attachment(kind="photo", ref=ref)
    await say(channel, text="Вот", attachments=(photo,))
    await say(channel, text="Вот", attachments=(photo,), keyboard=keyboard("Да"))
    assert open_chat.said(CHAT) == ["bot: Вот", "bot: Вот", "  [Да]"]
    with pytest.raises(Rejected):
        await say(channel, attachments=(photo,))
    assert open_chat.calls("media") == []


async def test_a_failed_upload_is_told_as_what_it_is(
    channel: WhatsAppChannel, open_chat: WhatsApp
) -> None:
    photo = Attachment(kind="photo", ref="media/hello.jpg")
    for trouble, kind in (
        ({"code": 190}, ChannelUnauthorised),
        ({"code": 130429}, ChannelBusy),
        ({"status": 502, "body": "<html>"}, ChannelDown),
        ({"action": "drop"}, ChannelDown),
    ):
        open_chat.script(method="media", **trouble)
        with pytest.raises(kind) as failure:
            await say(channel, attachments=(photo,))
        assert TOKEN not in str(failure.value)
    await say(channel, attachments=(photo,))


async def test_a_customers_file_is_fetched(channel: WhatsAppChannel, whatsapp: WhatsApp) -> None:
    file = whatsapp.file("a.jpg", JPEG, "image/jpeg")
    fetched = await channel.fetch(file["id"])
    assert (fetched.content, fetched.mime) == (JPEG, "image/jpeg")
    with pytest.raises(NotFound):
        await channel.fetch("999")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "https://evil.example/fbcdn.net", "x"])
async def test_the_token_goes_to_nobody_else(client: Client, whatsapp: WhatsApp, url: str) -> None:
    file = whatsapp.file("a.jpg", JPEG, "image/jpeg")
    info = {"url": url, "mime_type": "image/jpeg", "file_size": 3, "id": file["id"]}
    whatsapp.script(method="media_info", status=200, body=orjson.dumps(info).decode())
    with pytest.raises(Rejected, match="address"):
        await client.download(file["id"])
    assert whatsapp.calls("download") == []


async def test_a_file_that_says_it_is_huge_is_left_alone(
    client: Client, whatsapp: WhatsApp
) -> None:
    file = whatsapp.file("a.jpg", JPEG, "image/jpeg")
    info = {"url": f"{whatsapp.base}/x", "mime_type": "video/mp4", "file_size": 2**27}
    whatsapp.script(method="media_info", status=200, body=orjson.dumps(info).decode())
    with pytest.raises(Rejected, match="100 MB"):
        await client.download(file["id"])


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", True),
        ("https://scontent.xx.fbcdn.net/a", True),
        ("https://graph.facebook.com/v23.0/1", True),
        ("http://lookaside.fbsbx.com/a", False),
        ("https://lookaside.fbsbx.com.evil.example/a", False),
        ("https://evilfbcdn.net/a", False),
    ],
)
def test_at_the_public_api_files_lie_at_hosts_of_meta(url: str, trusted: bool) -> None:
    assert Client(PHONE_ID, TOKEN, Connection()).trusts(url) is trusted
