"""\"These tables changed\": from any thread to the panels that are visible, in small batches."""

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

# Long enough to join the patches of one sync page, short enough that nobody sees it.
COALESCE_MS: Final = 30


class ChangeFeed(QObject):
    """Announces changed tables on the UI thread, what came within 30 ms as one."""

    changed = Signal(frozenset)
    _arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = Lock()
        self._waiting: set[str] = set()
        self._announced = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(COALESCE_MS)
        self._timer.timeout.connect(self._emit)
        self._arrived.connect(self._timer.start, Qt.ConnectionType.QueuedConnection)

    def publish(self, tables: Iterable[str]) -> None:
        """Say that `tables` changed. May be called from any thread; returns at once."""
        with self._lock:
            self._waiting.update(tables)
            if self._announced or not self._waiting:
                return
            self._announced = True
        self._arrived.emit()

    def _emit(self) -> None:
        with self._lock:
            tables = frozenset(self._waiting)
            self._waiting.clear()
            self._announced = False
        if tables:
            self.changed.emit(tables)


class FreshView(QObject):
    """Redraws a widget only when what it shows changed and somebody can see it."""

    def __init__(
        self, widget: QWidget, feed: ChangeFeed, tables: Iterable[str], refresh: Callable[[], object]
    ) -> None:
        """Call `refresh()` whenever one of `tables` changed: now if `widget` is visible, else when it is shown next."""
        super().__init__(widget)
        self._widget = widget
        self._tables = frozenset(tables)
        self._refresh = refresh
        self._stale = True
        widget.installEventFilter(self)
        feed.changed.connect(self._on_changed)

    @property
    def is_stale(self) -> bool:
        """Whether something changed since the last refresh."""
        return self._stale

    def mark_stale(self) -> None:
        """Refresh now if visible, else at the next show."""
        self._stale = True
        self.refresh_if_stale()

    def refresh_if_stale(self) -> None:
        """Refresh if something changed and the widget is visible."""
        if self._stale and self._widget.isVisible():
            self._stale = False
            self._refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Refresh a stale widget as it comes into view."""
        if watched is self._widget and event.type() == QEvent.Type.Show:
            QTimer.singleShot(0, self, self.refresh_if_stale)
        return False

    def _on_changed(self, tables: frozenset[str]) -> None:
        if tables & self._tables:
            self.mark_stale()
