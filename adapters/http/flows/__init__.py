"""The page `/flows`: a bot's flows as pictures, with the figures of their dialogs."""
