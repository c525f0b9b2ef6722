"""A demo shop for the example bots: its orders exist nowhere else."""
