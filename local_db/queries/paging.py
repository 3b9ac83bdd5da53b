"""Pieces of SQL that queries share: lists as one parameter, conditions only where they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec


class Where:
    """Conditions joined by AND, with their parameters in order."""

    def __init__(self) -> None:
        self._conditions: list[str] = []
        self.params: list[Any] = []

    def equal(self, column: str, value: str) -> Where:
        """``column`` must equal ``value``; an empty value asks for nothing."""
        if value:
            self._conditions.append(f"{column} = ?")
            self.params.append(value)
        return self

    def among(self, column: str, values: Sequence[str]) -> Where:
        """``column`` must be one of ``values``; no values ask for nothing."""
        if len(values) == 1:
            return self.equal(column, values[0])
        if values:
            self._conditions.append(f"{column} IN (SELECT value FROM json_each(?))")
            self.params.append(msgspec.json.encode(list(values)).decode())
        return self

    def also(self, condition: str, *params: Any) -> Where:
        """Any other condition."""
        self._conditions.append(condition)
        self.params.extend(params)
        return self

    def after(self, columns: str, key: Sequence[Any] | None, *, descending: bool = False) -> Where:
        """Only what follows ``key`` in the order of ``columns``: the next page of a keyset."""
        if key is not None:
            marks = ", ".join("?" * len(key))
            self._conditions.append(f"({columns}) {'<' if descending else '>'} ({marks})")
            self.params.extend(key)
        return self

    def __str__(self) -> str:
        return f"WHERE {' AND '.join(self._conditions)}" if self._conditions else ""
