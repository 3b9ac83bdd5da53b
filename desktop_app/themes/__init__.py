"""Colours, sizes and spaces as data, and how Qt is dressed in them."""
