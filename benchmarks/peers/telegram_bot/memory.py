"""python-telegram-bot without a persistence, what its examples begin with."""

from benchmarks.peers.telegram_bot.dialog import builder, serve

if __name__ == "__main__":
    serve(builder().build(), persistent=False)
