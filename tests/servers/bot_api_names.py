"""The names that the Bot API knows: of updates, actions, reactions, entities, scopes."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ALLOWED_UPDATES = _words(
    """message edited_message channel_post edited_channel_post business_connection business_message
    edited_business_message deleted_business_messages guest_message message_reaction
    message_reaction_count inline_query chosen_inline_result callback_query shipping_query
    pre_checkout_query purchased_paid_media poll poll_answer my_chat_member chat_member
    chat_join_request chat_boost removed_chat_boost managed_bot"""
)
ACTIONS = _words(
    """typing upload_photo record_video upload_video record_voice upload_voice upload_document
    choose_sticker find_location record_video_note upload_video_note"""
)
REACTIONS = _words(
    """❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋
    🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"""
)
DICE = ("🎲", "🎯", "🏀", "⚽", "🎳", "🎰")
SCOPES = _words(
    """default all_private_chats all_group_chats all_chat_administrators chat chat_administrators
    chat_member"""
)
ENTITIES = _words(
    """mention hashtag cashtag bot_command url email phone_number bold italic underline
    strikethrough spoiler blockquote expandable_blockquote code pre text_link text_mention
    custom_emoji date_time"""
)
TAGS = _words("b strong i em u ins s strike del span tg-spoiler a code pre blockquote")
