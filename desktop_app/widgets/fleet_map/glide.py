"""When and how fast vehicles glide from one report to the next, and how many frames that is worth. Pure arithmetic."""

from __future__ import annotations

SHORTEST_S, LONGEST_S = 0.12, 2.0
FRAME_MS = 33
# A frame is only worth painting when something has moved at least so far.
_PIXELS_A_FRAME = 0.7


class Glide:
    """Times in seconds of any steady clock. The glide lasts as long as the time between the last two reports."""

    def __init__(self) -> None:
        self._began = 0.0
        self._lasts = SHORTEST_S
        self._reported: float | None = None

    def report(self, now: float) -> None:
        """New positions have come."""
        since = SHORTEST_S if self._reported is None else now - self._reported
        self._lasts = min(max(since, SHORTEST_S), LONGEST_S)
        self._reported = self._began = now

    def share(self, now: float) -> float:
        """How much of the way is done, 0 to 1."""
        return min((now - self._began) / self._lasts, 1.0)

    def frame_ms(self, longest_px: float) -> int:
        """Milliseconds to the next frame, for a glide whose longest way is so many pixels: few for a short way."""
        frames = max(longest_px / _PIXELS_A_FRAME, 1.0)
        return max(FRAME_MS, round(self._lasts * 1000 / frames))
