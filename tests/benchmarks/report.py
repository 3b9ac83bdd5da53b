"""What a benchmark answers: figures, each beside what it is compared with, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How to run. ``quick``: fewer repeats, to see whether it works; ``data``: a folder with real data sets, if any."""

    quick: bool = False
    data: Path | None = None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One measured value. ``reference``: what ``reference_value`` (of the same unit) was measured on in the same run;
    ``ratio``: ours to it."""

    name: str
    value: float
    unit: str
    reference: str = ""
    reference_value: float | None = None
    ratio: float | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A benchmark's figures, and in ``notes`` what one must know to read them."""

    benchmark: str
    figures: list[Figure]
    notes: list[str] = []

    def as_json(self) -> bytes:
        """The file that ``--json`` writes."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"

    def as_table(self) -> str:
        """The report for people."""
        rows = [("figure", "value", "unit", "against", "", "ratio")]
        for figure in self.figures:
            reference = "" if figure.reference_value is None else _short(figure.reference_value)
            ratio = "" if figure.ratio is None else _short(figure.ratio)
            rows.append((figure.name, _short(figure.value), figure.unit, figure.reference, reference, ratio))
        lines = [self.benchmark, *_aligned(rows), *(f"  {note}" for note in self.notes)]
        return "\n".join(lines)


def percentile(samples: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of the samples lie; the nearest sample, never one made up."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    ]
