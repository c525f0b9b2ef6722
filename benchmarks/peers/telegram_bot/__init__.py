"""The dialog on python-telegram-bot 22: a ConversationHandler, with one persistence after another."""
