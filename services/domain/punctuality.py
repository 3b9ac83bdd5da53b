"""When a delivery is late: how long after the promised instant somebody at the door calls it that."""

from typing import Final

LATE_AFTER_MS: Final = 15 * 60_000
"""A quarter of an hour: less is traffic, and an estimate is not finer than that."""


def is_late(eta: int, called_at: int | None, now: int, *, grace_ms: int = LATE_AFTER_MS) -> bool:
    """Whether a stop was called at later than estimated, or is not called at yet and overdue. Instants in ms UTC."""
    return (now if called_at is None else called_at) - eta > grace_ms


def lateness_ms(eta: int, called_at: int | None, now: int) -> int:
    """How much later than estimated a stop was called at, or is by now; 0 where it is in time."""
    return max(0, (now if called_at is None else called_at) - eta)
