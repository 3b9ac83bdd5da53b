"""Builds a warehouse: generated, or from a company's own order history."""
