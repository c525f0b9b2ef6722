"""aiogram with RedisStorage, what its documentation advises for production."""

from aiogram import Dispatcher
from aiogram.fsm.storage.memory import SimpleEventIsolation
from aiogram.fsm.storage.redis import RedisStorage

from benchmarks.peers import place
from benchmarks.peers.aiogram.dialog import bot, serve

if __name__ == "__main__":
    storage = RedisStorage.from_url(place.REDIS)
    dispatcher = Dispatcher(storage=storage, events_isolation=SimpleEventIsolation())
    serve(dispatcher, bot(), in_background=False)
