"""The messengers a bot may live in, as its owner names them, and what each can show."""

from typing import NamedTuple


class Messenger(NamedTuple):
    """What one messenger shows of a message; 0 says that it shows none, None that nothing limits it.

    `label` is the characters of a button's label, `buttons` how many stand under one message, beyond
    which they become numbered lines; `keyboard` is how many fit before that in a keyboard in place of
    the customer's own. `text` and `caption` are the characters of a message and of words
    under a picture. `album` is how many pictures go together. `shares` is what a button can ask
    a customer for. `keys` are those of its account in bot.yaml, the needed ones first; `public` are
    those among them that everybody may read.
    """

    name: str
    title: str
    ru: str
    en: str
    alias: str
    keys: tuple[str, ...]
    needs: int
    label: int
    buttons: int
    text: int
    caption: int
    album: int
    cards: bool = True
    links: bool = True
    shares: tuple[str, ...] = ()
    edits: bool = True
    keyboard: int = 0
    templates: bool = False
    public: tuple[str, ...] = ()


MESSENGERS = (
    # https://core.telegram.org/bots/api
    Messenger(
        name="telegram",
        title="Telegram",
        ru="бот Telegram",
        en="a bot of Telegram",
        alias="телеграм",
        keys=("token", "webhook_secret", "payments"),
        needs=1,
        label=64,
        buttons=100,
        text=4096,
        caption=1024,
        album=10,
        shares=("phone", "location"),
    ),
    # More than three buttons, or longer ones than 20 characters, go out as a list, which has these:
    # https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-list-messages
    Messenger(
        name="whatsapp",
        title="WhatsApp",
        ru="номер WhatsApp",
        en="a number of WhatsApp",
        alias="ватсап",
        keys=("token", "phone_id", "app_secret", "verify_token"),
        needs=4,
        label=24,
        buttons=10,
        text=4096,
        caption=1024,
        album=0,
        cards=False,
        links=False,
        shares=("phone", "location"),
        edits=False,
        templates=True,
        public=("phone_id",),
    ),
    # https://dev.vk.com/ru/api/bots/development/keyboard
    Messenger(
        name="vk",
        title="VK",
        ru="сообщество ВКонтакте",
        en="a community of VK",
        alias="вк",
        keys=("token", "group", "secret", "confirmation"),
        needs=2,
        label=40,
        buttons=10,
        text=4096,
        caption=4096,
        album=10,
        shares=("location",),
        keyboard=40,
        public=("group", "confirmation"),
    ),
    # https://dev.max.ru/docs-api/use-cases/sending-messages/keyboard
    Messenger(
        name="max",
        title="MAX",
        ru="бот MAX",
        en="a bot of MAX",
        alias="макс",
        keys=("token", "nick", "webhook_secret"),
        needs=2,
        label=128,
        buttons=210,
        text=4000,
        caption=4000,
        album=10,
        shares=("phone", "location"),
        public=("nick",),
    ),
)

BY_NAME = {one.name: one for one in MESSENGERS}
NAMES = tuple(BY_NAME)
