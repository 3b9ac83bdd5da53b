"""The desktop client: the only folder that imports Qt."""
