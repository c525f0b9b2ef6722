"""python-telegram-bot with the PicklePersistence it ships: the whole of it into one file every minute."""

from telegram.ext import PersistenceInput, PicklePersistence

from benchmarks.peers import place
from benchmarks.peers.telegram_bot.dialog import builder, serve

if __name__ == "__main__":
    kept = PersistenceInput(bot_data=False, chat_data=False, callback_data=False)
    persistence = PicklePersistence(place.DATA / "bot.pickle", store_data=kept)
    serve(builder().persistence(persistence).build(), persistent=True)
