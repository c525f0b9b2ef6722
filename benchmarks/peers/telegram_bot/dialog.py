"""The dialog as a ConversationHandler, and the webhook that the library brings along."""

from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)

from benchmarks.peers import place, texts

NAME, PHONE, RIGHT = range(3)

YES_OR_NO = InlineKeyboardMarkup(
    [
        [
            InlineKeyboardButton("Yes", callback_data="yes"),
            InlineKeyboardButton("No", callback_data="no"),
        ]
    ]
)
IS_PHONE = filters.Regex(f"^(?:{texts.PHONE.pattern})$")
WORDS = filters.TEXT & ~filters.COMMAND


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    context.user_data.clear()
    await update.message.reply_text(texts.HELLO)
    return NAME


async def name(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    context.user_data["name"] = update.message.text
    await update.message.reply_text(texts.NICE.format(name=update.message.text))
    return PHONE


async def phone(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    context.user_data["phone"] = update.message.text
    text = texts.RIGHT.format(**context.user_data)
    await update.message.reply_text(text, reply_markup=YES_OR_NO)
    return RIGHT


async def misfit(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    await update.message.reply_text(texts.MISFIT)
    return PHONE


async def right(update: Update, context: ContextTypes.DEFAULT_TYPE) -> Any:
    await update.callback_query.answer()
    text = texts.THANKS.format(**context.user_data)
    await context.bot.send_message(update.effective_chat.id, text)
    context.user_data.clear()
    return ConversationHandler.END


async def wrong(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    await update.callback_query.answer()
    await context.bot.send_message(update.effective_chat.id, texts.HELLO)
    return NAME


def order(*, persistent: bool) -> ConversationHandler[Any]:
    """The five steps."""
    return ConversationHandler(
        entry_points=[CommandHandler("start", start)],
        states={
            NAME: [MessageHandler(WORDS, name)],
            PHONE: [MessageHandler(WORDS & IS_PHONE, phone), MessageHandler(WORDS, misfit)],
            RIGHT: [
                CallbackQueryHandler(right, pattern="^yes$"),
                CallbackQueryHandler(wrong, pattern="^no$"),
            ],
        },
        fallbacks=[CommandHandler("start", start)],
        name="order",
        persistent=persistent,
    )


def builder() -> ApplicationBuilder[Any, Any, Any, Any, Any, Any]:
    """At the address of the comparison's Bot API."""
    return (
        ApplicationBuilder()
        .token(place.TOKEN)
        .base_url(f"{place.API}/bot")
        .base_file_url(f"{place.API}/file/bot")
    )


def serve(application: Application[Any, Any, Any, Any, Any, Any], *, persistent: bool) -> None:
    """One update after another, as a ConversationHandler asks for."""
    application.add_handler(order(persistent=persistent))
    application.run_webhook(
        listen="127.0.0.1",
        port=place.PORT,
        url_path=place.PATH,
        secret_token=place.SECRET,
        webhook_url=f"https://bench.example{place.PATH}",
    )
