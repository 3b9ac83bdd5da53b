"""The pieces that every panel is made of."""
