"""Dialogs that several panels share."""
