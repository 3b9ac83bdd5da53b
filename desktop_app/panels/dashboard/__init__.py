"""The Dashboard panel: the state of the whole warehouse at a glance."""
