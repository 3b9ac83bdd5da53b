"""Inventory: what there is of each product, where it lies, who it is promised to, and what is done to it."""
