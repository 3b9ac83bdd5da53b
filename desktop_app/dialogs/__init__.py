"""Dialogs: only where a decision must be finished before anything else."""
