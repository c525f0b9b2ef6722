"""What a community is connected with, and where its owner finds it."""

from bots.messengers import Credential

CREDENTIALS = (
    Credential(
        name="token",
        meaning="The community's token with the right «Сообщения сообщества» («Управление»,"
        " «Дополнительно», «Работа с API»)",
    ),
    Credential(
        name="group",
        meaning="The community's number, as in vk.com/club<number>",
        secret=False,
        pattern=r"(club|public|-)?[1-9][0-9]{0,17}",
        form="the community's number, digits alone",
    ),
    Credential(
        name="secret",
        meaning="The secret key of the Callback API; made up where none is given",
        required=False,
        made=True,
        pattern=r"\S{1,50}",
        form="1 to 50 characters without spaces",
    ),
    Credential(
        name="confirmation",
        meaning="The string that confirms the address; asked of VK where none is given",
        secret=False,
        required=False,
        # It is told to whoever asks: nothing that may be a secret is taken for one.
        pattern=r"[0-9A-Za-z]{1,16}",
        form="the string that VK shows, 1 to 16 letters and digits",
    ),
)
