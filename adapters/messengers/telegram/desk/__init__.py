"""The operators' desk: a Telegram group, one topic per chat that is with people."""
