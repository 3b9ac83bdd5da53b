"""The messages of push, pull and live."""
