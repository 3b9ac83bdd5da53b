"""The terminal's two files, and the desk without a screen that stands on them."""
