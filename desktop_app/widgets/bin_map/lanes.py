"""A walk drawn on the right-hand side of its way, so that going in and coming out of an aisle are two lines and not one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF

_STILL = 0.05


def keep_right(points: Sequence[QPointF], aside: float) -> list[QPointF]:
    """The corners of an upright and level line (pixels) moved `aside` to the right of the direction of walking.

    Where the walk turns round, it gets a short leg across; where it bends, the corner is that of the moved legs.
    """
    legs = [(a, b) for a, b in pairwise(points) if (b - a).manhattanLength() > _STILL]
    if not legs:
        return list(points)
    shifts = [_right_of(b - a) * aside for a, b in legs]
    moved = [legs[0][0] + shifts[0]]
    for (_, corner), before, after in zip(legs, shifts, shifts[1:], strict=False):
        if QPointF.dotProduct(before, after) < -_STILL:
            moved += [corner + before, corner + after]
        elif QPointF.dotProduct(before, after) > _STILL:
            moved.append(corner + after)
        else:
            moved.append(corner + before + after)
    moved.append(legs[-1][1] + shifts[-1])
    return moved


def _right_of(leg: QPointF) -> QPointF:
    """The unit step to the right of an upright or level leg; y grows downwards on the screen."""
    if abs(leg.x()) >= abs(leg.y()):
        return QPointF(0.0, 1.0 if leg.x() > 0 else -1.0)
    return QPointF(-1.0 if leg.y() > 0 else 1.0, 0.0)
