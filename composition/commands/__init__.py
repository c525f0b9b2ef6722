"""What may be typed after `python run.py`, a file for each family of commands."""
