"""Messengers: each package makes one of them a channel of ours."""
