"""Makes a warehouse's master data and order book from a seed: the same seed gives the same bytes on any machine."""
