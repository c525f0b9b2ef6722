"""The web chat: the page on `/`, its socket, its files, and the channel that stands for it."""
