"""The Fleet panel: where every van is, and what its day looks like."""
