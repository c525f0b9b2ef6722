"""A topic of a group as a page that looks like Telegram, for pictures in the guides."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from html import escape
from typing import Any

from tests.servers.telegram_group import Shown, ShownTopic

COLOURS = ("#c03d33", "#4fad2d", "#168acd", "#8544d6", "#cd4073", "#2996ad", "#ce671b")
WIDTH = 560
ZONE = timezone(timedelta(hours=3))
"""Where the reader lives."""

_OPEN = {
    "bold": "<b>",
    "italic": "<i>",
    "underline": "<u>",
    "strikethrough": "<s>",
    "code": "<code>",
    "pre": "<pre>",
    "blockquote": "<blockquote>",
    "expandable_blockquote": "<blockquote class=folded>",
    "text_link": "<a>",
    "url": "<a>",
    "mention": "<a>",
    "text_mention": "<a>",
    "bot_command": "<a>",
    "hashtag": "<a>",
    "spoiler": "<span class=spoiler>",
}
_SERVICE = {
    "forum_topic_created": "Тема создана",
    "forum_topic_edited": "Тема изменена",
    "forum_topic_closed": "Тема закрыта",
    "forum_topic_reopened": "Тема открыта",
    "pinned_message": "Сообщение закреплено",
}
_FILES = {
    "photo": "🖼 Фото",
    "video": "🎬 Видео",
    "audio": "🎵 Аудио",
    "voice": "🎤 Голосовое сообщение",
    "document": "📎 Файл",
    "sticker": "Стикер",
    "animation": "GIF",
    "location": "📍 Место",
}

STYLE = """
* { box-sizing: border-box }
body { margin: 0; font: 15px/1.35 'Open Sans', 'DejaVu Sans', 'Noto Color Emoji', sans-serif;
       color: #000; width: WIDTHpx; background: #fff }
#topic { width: WIDTHpx; background: #cfdcc4 }
header { background: #fff; padding: 9px 14px; display: flex; align-items: center; gap: 11px }
header .icon { width: 38px; height: 38px; border-radius: 50%; background: #eef3f7; font-size: 21px;
               text-align: center; line-height: 38px }
header b { font-size: 15px } header small { color: #8a949c; font-size: 12.5px; display: block }
.pin { background: #fff; border-top: 1px solid #e6e9ec; padding: 5px 14px 6px; font-size: 13px }
.pin div { border-left: 2px solid #4095d6; padding-left: 9px; white-space: nowrap; overflow: hidden;
           text-overflow: ellipsis; color: #555 }
.pin b { color: #3a8bcb; display: block; font-size: 13px }
main { padding: 10px 12px 12px; display: flex; flex-direction: column; gap: 6px }
.service { align-self: center; background: #6b8f6699; color: #fff; border-radius: 12px;
           padding: 2px 10px; font-size: 12.5px }
.message { max-width: 88%; align-self: flex-start; display: flex; flex-direction: column; gap: 4px }
.message.other { align-self: flex-end }
.bubble { background: #fff; border-radius: 12px; padding: 6px 11px 7px;
          white-space: pre-wrap; overflow-wrap: anywhere }
.other .bubble { background: #eeffdd }
.who { font-weight: 600; font-size: 13.5px; white-space: normal }
.time { float: right; color: #9aa4ab; font-size: 11.5px; margin: 6px -3px -4px 10px }
.reply { border-left: 3px solid #4095d6; background: #4095d614; border-radius: 4px; padding: 2px 8px;
         margin: 2px 0 4px; font-size: 13px; white-space: nowrap; overflow: hidden;
         text-overflow: ellipsis }
.reply b { color: #3a8bcb; display: block }
blockquote { margin: 3px 0; border-left: 3px solid #7d8b94; background: #7d8b9414; padding: 3px 9px;
             border-radius: 4px; font-size: 14px; white-space: pre-wrap }
.folded { max-height: FOLDEDpx; overflow: hidden; position: relative }
.folded.cut::after { content: '⌄'; position: absolute; right: 8px; bottom: 0; color: #7d8b94 }
a { color: #2481cc } code { font-size: 13.5px; color: #b3382c } pre { margin: 0 }
.media { color: #2481cc }
.keys { display: flex; flex-direction: column; gap: 4px }
.keys div { display: flex; gap: 4px }
.keys span { flex: 1; background: #5f7f5acc; color: #fff; border-radius: 9px; text-align: center;
             padding: 6px 4px; font-size: 13.5px; font-weight: 600 }
.reaction { align-self: flex-start; background: #fff; border-radius: 12px; padding: 1px 8px;
            font-size: 13px }
"""

FOLDED = 92
"""How much of a folded quote is seen, in pixels."""


def page(
    topic: ShownTopic | None,
    messages: Sequence[Shown],
    *,
    me: str = "",
    group: str = "Поддержка",
    unfolded: bool = False,
    notes: Mapping[int, str] | None = None,
) -> str:
    """The whole page of a topic, of General without one.

    `me` is what the bot is called; `notes` are reactions by the message they are given to.
    """
    messages = [replace(one, by=me) if me and one.mine else one for one in messages]
    name, icon = (topic.name, topic.icon) if topic is not None else ("General", "#")
    pinned = [one for one in messages if one.pinned]
    folded = "9999" if unfolded else str(FOLDED)
    style = STYLE.replace("WIDTH", str(WIDTH)).replace("FOLDED", folded)
    seen = "".join(_message(one, (notes or {}).get(one.id, "")) for one in messages)
    closed = " · тема закрыта" if topic is not None and topic.closed else ""
    pin = _pin(pinned[-1]) if pinned else ""
    return (
        f"<!doctype html><meta charset=utf-8><style>{style}</style><div id=topic>"
        f"<header><div class=icon>{escape(icon or name[:1])}</div>"
        f"<div><b>{escape(name)}</b><small>{escape(group)}{closed}</small></div></header>"
        f"{pin}<main>{seen}</main></div>"
        "<script>for (const one of document.querySelectorAll('.folded'))"
        " if (one.scrollHeight > one.clientHeight) one.classList.add('cut')</script>"
    )


def _pin(one: Shown) -> str:
    first = one.text.partition("\n")[0]
    return f"<div class=pin><div><b>Закреплено</b>{escape(first)}</div></div>"


def _message(one: Shown, reaction: str) -> str:
    if one.kind in _SERVICE:
        return f"<div class=service>{_service(one)}</div>"
    side = "" if one.mine else " other"
    colour = COLOURS[sum(map(ord, one.by)) % len(COLOURS)]
    at = datetime.fromtimestamp(one.message["date"], ZONE).strftime("%H:%M")
    given = f"<div class=reaction>{reaction}</div>" if reaction else ""
    return (
        f"<div class='message{side}'><div class=bubble>"
        f"<div class=who style='color:{colour}'>{escape(one.by)}</div>"
        f"{_reply(one)}{_media(one)}{_words(one.message)}<span class=time>{at}</span></div>"
        f"{given}{_keys(one.message)}</div>"
    )


def _service(one: Shown) -> str:
    told = one.message.get("forum_topic_edited")
    if isinstance(told, dict) and "name" in told:
        return f"Тема переименована: {escape(str(told['name']))}"
    if one.kind == "forum_topic_edited":
        return "Значок темы изменён"
    return _SERVICE[one.kind]


def _reply(one: Shown) -> str:
    if one.reply_to is None:
        return ""
    replied = one.message["reply_to_message"]
    words = str(replied.get("text") or replied.get("caption") or "…").partition("\n")[0]
    name = replied.get("from", {}).get("first_name", "")
    return f"<div class=reply><b>{escape(name)}</b>{escape(words)}</div>"


def _media(one: Shown) -> str:
    word = _FILES.get(one.kind)
    return f"<div class=media>{word}</div>" if word else ""


def _words(message: Mapping[str, Any]) -> str:
    text = str(message.get("text") or message.get("caption") or "")
    found = message.get("entities") or message.get("caption_entities") or ()
    return marked(text, found)


def marked(text: str, entities: Iterable[Mapping[str, Any]]) -> str:
    """A text with its entities as HTML; their places are in UTF-16 units."""
    opens: dict[int, list[tuple[int, str]]] = {}
    for entity in entities:
        tag = _OPEN.get(str(entity["type"]))
        if tag is not None:
            opens.setdefault(entity["offset"], []).append((entity["length"], tag))
    made: list[str] = []
    stack: list[tuple[int, str]] = []
    place = 0
    for sign in text:
        while stack and stack[-1][0] <= place:
            made.append(stack.pop()[1])
        for length, tag in sorted(opens.get(place, ()), reverse=True):
            name = tag.strip("<>").partition(" ")[0]
            made.append(tag)
            stack.append((place + length, f"</{name}>"))
        made.append(escape(sign))
        place += 2 if ord(sign) > 0xFFFF else 1
    made += [closing for _, closing in reversed(stack)]
    return "".join(made)


def _keys(message: Mapping[str, Any]) -> str:
    rows = (message.get("reply_markup") or {}).get("inline_keyboard", ())
    if not rows:
        return ""
    made = (
        "<div>" + "".join(f"<span>{escape(str(key['text']))}</span>" for key in row) + "</div>"
        for row in rows
    )
    return f"<div class=keys>{''.join(made)}</div>"
