"""What every bot of the comparison says and understands, so that all do the same work."""

import re

HELLO = "Hello! What is your name?"
NICE = "Nice to meet you, {name}. What is your phone number?"
MISFIT = "That is no phone number. Send one like +7 999 123-45-67."
RIGHT = "{name}, {phone}. Is that right?"
THANKS = "Thank you, {name}! We will call you."

PHONE = re.compile(r"\+?\d[\d ()-]{8,18}\d")
