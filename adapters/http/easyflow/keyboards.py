"""The keyboards and attachments of the chapter Messaging, to our own buttons and back."""

from typing import Annotated, Literal

from pydantic import AfterValidator, AnyUrl, BaseModel, ConfigDict, Field, StringConstraints

from bots.errors import Invalid
from bots.model.message import Attachment, AttachmentKind, Button, Keyboard, MessageType

LONGEST_PAYLOAD = 64


def _web(url: str) -> str:
    if any(sign.isspace() or not sign.isprintable() for sign in url):
        raise ValueError("must have no blanks and no control characters")
    if AnyUrl(url).scheme not in ("http", "https"):
        raise ValueError("must be an http:// or https:// address")
    return url


WebAddress = Annotated[str, StringConstraints(max_length=2048), AfterValidator(_web)]

Label = Annotated[str, StringConstraints(min_length=1, max_length=100)]

MessageKind = Literal["text", "image", "video", "document", "voice", "sticker"]


class InlineButton(BaseModel):
    """A button under the message: `callback_data` comes back to the bot, `url` is opened."""

    model_config = ConfigDict(strict=True)

    text: Label
    callback_data: str | None = None
    url: WebAddress | None = None


class ReplyButton(BaseModel):
    """A button in place of the customer's keyboard."""

    model_config = ConfigDict(strict=True)

    text: Label
    request_contact: bool = False
    request_location: bool = False


class InlineKeyboard(BaseModel):
    """Rows of buttons under the message."""

    model_config = ConfigDict(strict=True)

    buttons: Annotated[
        list[Annotated[list[InlineButton], Field(max_length=8)]], Field(max_length=100)
    ]

    def keyboard(self) -> Keyboard:
        """Raises Invalid for a button that does nothing, or too much."""
        rows = (
            tuple(_inline(button, f"{at}.{column}") for column, button in enumerate(row))
            for at, row in enumerate(self.buttons)
        )
        return Keyboard(rows=tuple(row for row in rows if row))


class ReplyKeyboard(BaseModel):
    """Rows of buttons in place of the customer's keyboard."""

    model_config = ConfigDict(strict=True)

    buttons: Annotated[
        list[Annotated[list[ReplyButton], Field(max_length=12)]], Field(max_length=100)
    ]

    def keyboard(self) -> Keyboard:
        rows = (tuple(map(_reply, row)) for row in self.buttons)
        return Keyboard(rows=tuple(row for row in rows if row), inline=False)


class SentAttachment(BaseModel):
    """A file by its address; the messenger fetches it."""

    model_config = ConfigDict(strict=True)

    type: Literal["image", "video", "document", "voice"]
    url: WebAddress
    name: Annotated[str, StringConstraints(max_length=255)] | None = None

    def attachment(self) -> Attachment:
        return Attachment(kind=_KIND[self.type], ref=self.url, name=self.name)


_KIND: dict[str, AttachmentKind] = {
    "image": "photo",
    "video": "video",
    "document": "document",
    "voice": "voice",
}

TYPE: dict[AttachmentKind, MessageType] = {
    "photo": "image",
    "video": "video",
    "document": "document",
    "voice": "voice",
}


def _inline(button: InlineButton, at: str) -> Button:
    field = f"inline_keyboard.buttons.{at}"
    if (button.callback_data is None) == (button.url is None):
        raise Invalid(field, "needs either callback_data or url")
    payload = button.callback_data or ""
    if button.url is None and not 1 <= len(payload.encode()) <= LONGEST_PAYLOAD:
        raise Invalid(f"{field}.callback_data", f"must have from 1 to {LONGEST_PAYLOAD} bytes")
    return Button(text=button.text, payload=payload, url=button.url)


def _reply(button: ReplyButton) -> Button:
    if button.request_contact:
        return Button(text=button.text, share="phone")
    return Button(text=button.text, share="location" if button.request_location else None)
