"""Pieces of screen that several panels share."""
