"""The calls of the Bot API as its page describes them: every method's parameters, and their objects.

Written from https://core.telegram.org/bots/api. A parameter is `name`, `name=type` or `name*=type`
(required); without a type it is a string. Types in lower case are plain, `[…]` is an array, and the
others are objects of this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_SHARED = {
    "CHAT": """chat_id*=chat message_thread_id=int disable_notification=bool protect_content=bool
        allow_paid_broadcast=bool message_effect_id reply_parameters=ReplyParameters
        reply_markup=Markup""",
    "DIRECT": "direct_messages_topic_id=int suggested_post_parameters=object",
    "TO": "business_connection_id CHAT DIRECT",
    "CAPTION": "caption parse_mode caption_entities=[MessageEntity]",
    "ABOVE": "show_caption_above_media=bool",
    "EDIT": """business_connection_id chat_id=chat message_id=int inline_message_id
        reply_markup=InlineKeyboardMarkup""",
    "PLACE": "latitude*=float longitude*=float",
    "LIVE": "live_period=int horizontal_accuracy=float heading=int proximity_alert_radius=int",
    "INVOICE": """title*=str description*=str payload*=str provider_token currency*=str
        prices*=[LabeledPrice] max_tip_amount=int suggested_tip_amounts=[int] provider_data
        photo_url photo_size=int photo_width=int photo_height=int need_name=bool
        need_phone_number=bool need_email=bool need_shipping_address=bool
        send_phone_number_to_provider=bool send_email_to_provider=bool is_flexible=bool""",
    "BUTTON": "text*=str icon_custom_emoji_id style",
    "MEDIA": "type*=str media*=file",
}

_METHODS = {
    "getMe": "",
    "setWebhook": """url*=str certificate=file ip_address max_connections=int
        allowed_updates=[str] drop_pending_updates=bool secret_token""",
    "deleteWebhook": "drop_pending_updates=bool",
    "getWebhookInfo": "",
    "getUpdates": "offset=int limit=int timeout=int allowed_updates=[str]",
    "sendMessage": "TO text*=str parse_mode entities=[MessageEntity] link_preview_options=LinkPreview",
    "sendPhoto": "TO photo*=file CAPTION ABOVE has_spoiler=bool",
    "sendVideo": """TO video*=file duration=int width=int height=int thumbnail=file cover=file
        start_timestamp=int CAPTION ABOVE has_spoiler=bool supports_streaming=bool""",
    "sendAudio": "TO audio*=file CAPTION duration=int performer title thumbnail=file",
    "sendVoice": "TO voice*=file CAPTION duration=int",
    "sendVideoNote": "TO video_note*=file duration=int length=int thumbnail=file",
    "sendAnimation": """TO animation*=file duration=int width=int height=int thumbnail=file
        CAPTION ABOVE has_spoiler=bool""",
    "sendSticker": "TO sticker*=file emoji",
    "sendDocument": "TO document*=file thumbnail=file CAPTION disable_content_type_detection=bool",
    "sendMediaGroup": """business_connection_id chat_id*=chat message_thread_id=int
        direct_messages_topic_id=int media*=[AlbumMedia] disable_notification=bool
        protect_content=bool allow_paid_broadcast=bool message_effect_id
        reply_parameters=ReplyParameters""",
    "sendLocation": "TO PLACE LIVE",
    "sendVenue": """TO PLACE title*=str address*=str foursquare_id foursquare_type google_place_id
        google_place_type""",
    "sendContact": "TO phone_number*=str first_name*=str last_name vcard",
    "sendDice": "TO emoji",
    "sendPoll": """business_connection_id CHAT question*=str question_parse_mode question_entities=[MessageEntity]
        options*=[PollOption] is_anonymous=bool type allows_multiple_answers=bool
        allows_revoting=bool shuffle_options=bool allow_adding_options=bool
        hide_results_until_closes=bool members_only=bool country_codes=[str]
        correct_option_ids=[int] explanation explanation_parse_mode
        explanation_entities=[MessageEntity] explanation_media=object media=object open_period=int
        close_date=int is_closed=bool description description_parse_mode
        description_entities=[MessageEntity]""",
    "sendInvoice": "CHAT DIRECT INVOICE start_parameter reply_markup=InlineKeyboardMarkup",
    "createInvoiceLink": "business_connection_id INVOICE subscription_period=int",
    "answerPreCheckoutQuery": "pre_checkout_query_id*=str ok*=bool error_message",
    "answerShippingQuery": """shipping_query_id*=str ok*=bool shipping_options=[ShippingOption]
        error_message""",
    "answerCallbackQuery": "callback_query_id*=str text show_alert=bool url cache_time=int",
    "answerWebAppQuery": "web_app_query_id*=str result*=object",
    "editMessageText": """EDIT text parse_mode entities=[MessageEntity]
        link_preview_options=LinkPreview rich_message=object""",
    "editMessageCaption": "EDIT CAPTION ABOVE",
    "editMessageReplyMarkup": "EDIT",
    "editMessageMedia": "EDIT media*=Media",
    "editMessageLiveLocation": "EDIT PLACE LIVE",
    "stopMessageLiveLocation": "EDIT",
    "deleteMessage": "chat_id*=chat message_id*=int",
    "deleteMessages": "chat_id*=chat message_ids*=[int]",
    "setMessageReaction": "chat_id*=chat message_id*=int reaction=[Reaction] is_big=bool",
    "sendChatAction": "business_connection_id chat_id*=chat message_thread_id=int action*=str",
    "setMyCommands": "commands*=[BotCommand] scope=CommandScope language_code",
    "deleteMyCommands": "scope=CommandScope language_code",
    "getMyCommands": "scope=CommandScope language_code",
    "getFile": "file_id*=str",
    "setChatMenuButton": "chat_id=int menu_button=MenuButton",
    "refundStarPayment": "user_id*=int telegram_payment_charge_id*=str",
    "getChat": "chat_id*=chat",
    "getChatMember": "chat_id*=chat user_id*=int",
    "getChatAdministrators": "chat_id*=chat return_bots=bool",
    "getChatMemberCount": "chat_id*=chat",
    "leaveChat": "chat_id*=chat",
    "pinChatMessage": "business_connection_id chat_id*=chat message_id*=int disable_notification=bool",
    "unpinChatMessage": "business_connection_id chat_id*=chat message_id=int",
    "unpinAllChatMessages": "chat_id*=chat",
    "createForumTopic": "chat_id*=chat name*=str icon_color=int icon_custom_emoji_id",
    "editForumTopic": "chat_id*=chat message_thread_id*=int name icon_custom_emoji_id",
    "closeForumTopic": "chat_id*=chat message_thread_id*=int",
    "reopenForumTopic": "chat_id*=chat message_thread_id*=int",
    "deleteForumTopic": "chat_id*=chat message_thread_id*=int",
    "unpinAllForumTopicMessages": "chat_id*=chat message_thread_id*=int",
    "getForumTopicIconStickers": "",
    "answerInlineQuery": """inline_query_id*=str results*=[object] cache_time=int
        is_personal=bool next_offset button=object""",
    "forwardMessage": """chat_id*=chat message_thread_id=int direct_messages_topic_id=int
        from_chat_id*=chat video_start_timestamp=int disable_notification=bool protect_content=bool
        message_effect_id suggested_post_parameters=object message_id*=int""",
    "copyMessage": "CHAT DIRECT from_chat_id*=chat message_id*=int video_start_timestamp=int CAPTION ABOVE",
}

_OBJECTS = {
    "InlineKeyboardMarkup": "inline_keyboard*=[[InlineKeyboardButton]]",
    "InlineKeyboardButton": """BUTTON url callback_data web_app=WebApp login_url=LoginUrl
        switch_inline_query switch_inline_query_current_chat
        switch_inline_query_chosen_chat=object copy_text=CopyText callback_game=object pay=bool""",
    "ReplyKeyboardMarkup": """keyboard*=[[KeyboardButton]] is_persistent=bool resize_keyboard=bool
        one_time_keyboard=bool input_field_placeholder selective=bool""",
    "KeyboardButton": """BUTTON request_users=object request_chat=object
        request_managed_bot=object request_contact=bool request_location=bool request_poll=object
        web_app=WebApp""",
    "ReplyKeyboardRemove": "remove_keyboard*=bool selective=bool",
    "ForceReply": "force_reply*=bool input_field_placeholder selective=bool",
    "WebApp": "url*=str",
    "LoginUrl": "url*=str forward_text bot_username request_write_access=bool",
    "CopyText": "text*=str",
    "MessageEntity": """type*=str offset*=int length*=int url user=object language custom_emoji_id
        unix_time=int date_time_format""",
    "ReplyParameters": """message_id*=int chat_id=chat allow_sending_without_reply=bool quote
        quote_parse_mode quote_entities=[MessageEntity] quote_position=int checklist_task_id=int
        poll_option_id""",
    "LinkPreview": """is_disabled=bool url prefer_small_media=bool prefer_large_media=bool
        show_above_text=bool""",
    "LabeledPrice": "label*=str amount*=int",
    "ShippingOption": "id*=str title*=str prices*=[LabeledPrice]",
    "PollOption": "text*=str text_parse_mode text_entities=[MessageEntity] media=object",
    "BotCommand": "command*=str description*=str",
    "CommandScope": "type*=str chat_id=chat user_id=int",
    "MenuButton": "type*=str text web_app=WebApp",
    "Reaction": "type*=str emoji custom_emoji_id",
    "photo": "MEDIA CAPTION ABOVE has_spoiler=bool",
    "video": """MEDIA thumbnail=file cover=file start_timestamp=int CAPTION ABOVE width=int
        height=int duration=int supports_streaming=bool has_spoiler=bool""",
    "animation": """MEDIA thumbnail=file CAPTION ABOVE width=int height=int duration=int
        has_spoiler=bool""",
    "audio": "MEDIA thumbnail=file CAPTION duration=int performer title",
    "document": "MEDIA thumbnail=file CAPTION disable_content_type_detection=bool",
}

MARKUPS = {
    "inline_keyboard": "InlineKeyboardMarkup",
    "keyboard": "ReplyKeyboardMarkup",
    "remove_keyboard": "ReplyKeyboardRemove",
    "force_reply": "ForceReply",
}
"""The kinds of `reply_markup`, by the key that tells them apart."""

MEDIA = ("photo", "video", "animation", "audio", "document")
"""What a message's media may be edited to; an album takes all of these but animations."""


@dataclass(frozen=True, slots=True)
class Parameter:
    type: str
    required: bool


@dataclass(frozen=True, slots=True)
class Wrong:
    """`answer` is what Telegram refuses the call with; without one it takes no notice.

    `type` says that the value is missing or of another type, so its limits need no look.
    """

    what: str
    answer: str = ""
    type: bool = False


def _read(text: str) -> dict[str, Parameter]:
    found: dict[str, Parameter] = {}
    for word in text.split():
        if word in _SHARED:
            found |= _read(_SHARED[word])
            continue
        name, _, kind = word.partition("=")
        found[name.removesuffix("*")] = Parameter(kind or "str", name.endswith("*"))
    return found


METHODS: Mapping[str, Mapping[str, Parameter]] = {
    name: _read(text) for name, text in _METHODS.items()
}
OBJECTS: Mapping[str, Mapping[str, Parameter]] = {
    name: _read(text) for name, text in _OBJECTS.items()
}
