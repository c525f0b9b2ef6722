"""Demo actions for the example bots: a small shop and a small salon that exist nowhere else."""
