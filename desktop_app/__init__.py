"""The desktop client: the only folder that imports Qt."""

__version__ = "0.1.0"
