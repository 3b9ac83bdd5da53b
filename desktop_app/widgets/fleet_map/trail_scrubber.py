"""The strip under the map that replays a trail: play, speed, a slider over its hours, and the time it stands at."""

from __future__ import annotations

import time
from datetime import UTC, datetime, tzinfo

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

_FRAME_MS = 40
_SPEEDS = (30, 120, 600)


class TrailScrubber(QWidget):
    """Connect `moved` to `FleetMap.set_trail_time`. Times are seconds since the epoch, shown in `zone`."""

    moved = Signal(float)

    def __init__(self, parent: QWidget | None = None, *, zone: tzinfo = UTC) -> None:
        super().__init__(parent)
        self._zone = zone
        self._first, self._last, self._moment = 0.0, 0.0, 0.0
        self._speed = _SPEEDS[1]
        self._ticked = 0.0
        self._play = QPushButton("Play", self)
        self._play.setCheckable(True)
        self._play.setToolTip("Play the trail (Space)")
        self._play.toggled.connect(self._set_playing)
        self._pace = QPushButton(f"{self._speed}x", self)
        self._pace.setToolTip("How many seconds pass in one")
        self._pace.setAccessibleName("Replay speed")
        self._pace.clicked.connect(self._next_speed)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setAccessibleName("Moment of the trail")
        self._slider.setPageStep(300)
        self._slider.valueChanged.connect(self._on_slider)
        self._clock = QLabel("--:--:--", self)
        self._clock.setAccessibleName("Time shown")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        layout.addWidget(self._play)
        layout.addWidget(self._slider, 1)
        layout.addWidget(self._clock)
        layout.addWidget(self._pace)
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._tick)

    def set_span(self, first: float, last: float, moment: float | None = None) -> None:
        """The trail's first and last moment; stands at `moment`, or the end."""
        self._first, self._last = first, last
        self._slider.setRange(0, max(round(last - first), 0))
        self.go_to(last if moment is None else moment)

    @property
    def moment(self) -> float:
        """The moment it stands at."""
        return self._moment

    @property
    def is_playing(self) -> bool:
        """Whether it moves on by itself."""
        return self._timer.isActive()

    def go_to(self, moment: float) -> None:
        """Stand at a moment of the trail."""
        self._moment = min(max(moment, self._first), self._last)
        self._slider.blockSignals(True)
        self._slider.setValue(round(self._moment - self._first))
        self._slider.blockSignals(False)
        self._clock.setText(datetime.fromtimestamp(self._moment, self._zone).strftime("%H:%M:%S"))
        self.moved.emit(self._moment)

    def _on_slider(self, seconds: int) -> None:
        self.go_to(self._first + seconds)

    def _set_playing(self, on: bool) -> None:
        self._play.setText("Pause" if on else "Play")
        if not on:
            self._timer.stop()
            return
        if self._moment >= self._last:
            self.go_to(self._first)
        self._ticked = time.monotonic()
        self._timer.start()

    def _tick(self) -> None:
        now = time.monotonic()
        self.go_to(self._moment + (now - self._ticked) * self._speed)
        self._ticked = now
        if self._moment >= self._last:
            self._play.setChecked(False)

    def _next_speed(self) -> None:
        self._speed = _SPEEDS[(_SPEEDS.index(self._speed) + 1) % len(_SPEEDS)]
        self._pace.setText(f"{self._speed}x")

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing plays where nobody looks."""
        self._play.setChecked(False)
        super().hideEvent(event)
