"""The Admin panel: what the organisation shares, and who may do what."""
