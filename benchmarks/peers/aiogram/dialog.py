"""The dialog as a router of aiogram, and the server in front of it."""

import uvloop
from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from benchmarks.peers import place, texts

YES_OR_NO = InlineKeyboardMarkup(
    inline_keyboard=[
        [
            InlineKeyboardButton(text="Yes", callback_data="yes"),
            InlineKeyboardButton(text="No", callback_data="no"),
        ]
    ]
)


class Order(StatesGroup):
    """What the customer is asked for."""

    name = State()
    phone = State()
    right = State()


async def start(message: Message, state: FSMContext) -> None:
    await state.clear()
    await state.set_state(Order.name)
    await message.answer(texts.HELLO)


async def name(message: Message, state: FSMContext) -> None:
    await state.update_data(name=message.text)
    await state.set_state(Order.phone)
    await message.answer(texts.NICE.format(name=message.text))


async def phone(message: Message, state: FSMContext) -> None:
    data = await state.update_data(phone=message.text)
    await state.set_state(Order.right)
    await message.answer(texts.RIGHT.format(**data), reply_markup=YES_OR_NO)


async def misfit(message: Message) -> None:
    await message.answer(texts.MISFIT)


async def right(press: CallbackQuery, state: FSMContext) -> None:
    await press.answer()
    data = await state.get_data()
    await state.clear()
    assert isinstance(press.message, Message)
    await press.message.answer(texts.THANKS.format(**data))


async def wrong(press: CallbackQuery, state: FSMContext) -> None:
    await press.answer()
    await state.set_state(Order.name)
    assert isinstance(press.message, Message)
    await press.message.answer(texts.HELLO)


def order() -> Router:
    """The five steps."""
    router = Router()
    router.message.register(start, CommandStart())
    router.message.register(name, Order.name, F.text)
    router.message.register(phone, Order.phone, F.text.regexp(texts.PHONE, mode="fullmatch"))
    router.message.register(misfit, Order.phone)
    router.callback_query.register(right, Order.right, F.data == "yes")
    router.callback_query.register(wrong, Order.right, F.data == "no")
    return router


def bot() -> Bot:
    """Over one session, at the address of the comparison's Bot API."""
    api = TelegramAPIServer.from_base(place.API)
    return Bot(place.TOKEN, session=AiohttpSession(api=api))


def serve(dispatcher: Dispatcher, telegram: Bot, *, in_background: bool) -> None:
    """`in_background` answers an update before it is handled, which is the library's default."""
    dispatcher.include_router(order())
    app = web.Application()
    handler = SimpleRequestHandler(
        dispatcher, telegram, handle_in_background=in_background, secret_token=place.SECRET
    )
    handler.register(app, path=place.PATH)
    setup_application(app, dispatcher, bot=telegram)
    web.run_app(app, host="127.0.0.1", port=place.PORT, print=None, loop=uvloop.new_event_loop())
