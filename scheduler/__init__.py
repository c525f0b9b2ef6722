"""When, not what: the rows of the timers' table fire at their time."""
