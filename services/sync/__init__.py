"""The terminal's half of sync: engine, transport, live link and retry."""
