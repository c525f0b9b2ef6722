"""The icons that any bot may give a topic: https://core.telegram.org/bots/api#getforumtopiciconstickers."""

from typing import Any


def _words(text: str) -> list[str]:
    return text.split()


_EMOJI = _words(
    "📰 💡 ⚡️ 🎙 🔝 🗣 🆒 ❗️ 📝 📆 📁 🔎 📣 🔥 ❤️ ❓ 📈 📉 💎 💰 💸 🪙 💱 ⁉️ 🎮 💻 📱 🚗 🏠 💘 🎉 ‼️ 🏆 🏁 🎬 🎵 🔞 📚 👑 ⚽️ 🏀 📺 👀"
    " 🫦 🍓 💄 👠 ✈️ 🧳 🏖 ⛅️ 🦄 🛍 👜 🛒 🚂 🛥 🏔 🏕 🤖 🪩 🎟 🏴‍☠️ 🗳 🎓 🔭 🔬 🎶 🎤 🕺 💃 🪖 💼 🧪 👨‍👩‍👧‍👦 👶 🤰 💅 🏛 🧮 🖨 👮‍♂️ 🩺 💊"
    " 💉 🧼 🪪 🛃 🍽 🐟 🎨 🎭 🎩 🔮 🍹 🎂 ☕️ 🍣 🍔 🍕 🦠 💬 🎄 🎃 ✍️ ⭐️ ✅ 🎖 🤡 🧠 🦮 🐈"
)

ICONS = {str(5_300_000_000_000_000_000 + place): emoji for place, emoji in enumerate(_EMOJI)}
"""The emoji of each by the id of its custom emoji."""

COLOURS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)
"""Of topics without an icon; there are no others."""


def stickers() -> list[dict[str, Any]]:
    return [
        {
            "file_id": f"icon-{number}",
            "file_unique_id": f"u{number}",
            "type": "custom_emoji",
            "width": 512,
            "height": 512,
            "is_animated": True,
            "is_video": False,
            "emoji": emoji,
            "set_name": "Topics",
            "custom_emoji_id": number,
            "needs_repainting": True,
            "file_size": 1000,
        }
        for number, emoji in ICONS.items()
    ]
