"""What the desktop's own painting costs, gathered from a module for each part of it."""

from __future__ import annotations

from typing import Any

from tests.benchmarks import desktop_map
from tests.benchmarks.report import Figure, Options, Report


def run(options: Options) -> Report:
    """Measure every part."""
    measured = desktop_map.run(options.quick)
    return Report(
        benchmark="desktop",
        figures=[_figure(part) for part in measured],
        notes=[note for part in measured if (note := _note(part))],
    )


def _figure(part: dict[str, Any]) -> Figure:
    ratio = part.get("ratio")
    is_ratio = ratio is not None and part["name"].endswith("_ratio")
    return Figure(
        name=part["name"],
        value=ratio if is_ratio else part["value"],
        unit="ratio" if is_ratio else part["unit"],
        reference=part.get("reference", ""),
        reference_value=part.get("reference_value"),
        ratio=ratio,
    )


def _note(part: dict[str, Any]) -> str:
    """What the part measured besides: its own value where the figure is a ratio, and other readings of it."""
    known = {"name", "value", "unit", "reference", "reference_value", "ratio"}
    others = [
        f"{key} {value:.3g}" for key, value in part.items() if key not in known and isinstance(value, float)
    ]
    if part.get("ratio") is not None:
        others.insert(0, f"{part['value']:.3g} {part['unit']}")
    return f"{part['name']}: {', '.join(others)}" if others else ""
