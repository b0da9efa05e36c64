"""The composition root: everything is built here, once, from settings, and nowhere else."""
