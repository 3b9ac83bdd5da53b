"""Measurements against a limit or a naive peer that is measured in the same run. None of them is an assertion."""
