"""How processes on one database wake one another."""
