"""The Outbox: what is pending, what was refused and why, and what can be done about it."""
