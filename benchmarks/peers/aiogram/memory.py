"""aiogram with MemoryStorage, what its examples begin with."""

from aiogram import Dispatcher
from aiogram.fsm.storage.memory import MemoryStorage, SimpleEventIsolation

from benchmarks.peers.aiogram.dialog import bot, serve

if __name__ == "__main__":
    dispatcher = Dispatcher(storage=MemoryStorage(), events_isolation=SimpleEventIsolation())
    serve(dispatcher, bot(), in_background=True)
