"""Picking: the queue, the walk through the hall, and the card that says what to scan now."""
