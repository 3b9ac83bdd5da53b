"""The map to the edges, with the list floating at the left and the card of the choice at the right."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop_app.themes.tokens import SPACE_8, SPACE_12

_LIST_WIDTH: Final = 292
_CARD_WIDTH: Final = 308
_SCRUBBER_HEIGHT: Final = 48


class MapArea(QWidget):
    """Lays the floating pieces over the map and tells the map how much of it they hide."""

    def __init__(
        self, canvas: QWidget, alerts: QWidget, listing: QWidget, card: QWidget, scrubber: QWidget
    ) -> None:
        super().__init__()
        self.setMinimumHeight(280)
        self._map, self._alerts, self._list, self._card = canvas, alerts, listing, card
        self._scrubber = scrubber
        for piece in (canvas, alerts, listing, card, scrubber):
            piece.setParent(self)
        for piece in (alerts, card, scrubber):
            piece.installEventFilter(self)
        card.hide()
        scrubber.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Everything keeps its side."""
        super().resizeEvent(event)
        self.lay_out()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A piece came, went or grew: the others make room."""
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent, QEvent.Type.LayoutRequest):
            self.lay_out()
        return False

    def lay_out(self) -> None:
        """Put every piece in its place."""
        width, height = self.width(), self.height()
        self._map.setGeometry(0, 0, width, height)
        top = SPACE_12
        if not self._alerts.isHidden():
            need = self._alerts.layout().heightForWidth(_LIST_WIDTH) if self._alerts.layout() else 0
            self._alerts.setGeometry(SPACE_12, top, _LIST_WIDTH, max(need, self._alerts.sizeHint().height()))
            top = self._alerts.geometry().bottom() + SPACE_8
        self._list.setGeometry(SPACE_12, top, _LIST_WIDTH, max(160, height - top - SPACE_12))
        right = 0
        if not self._card.isHidden():
            right = _CARD_WIDTH + SPACE_12
            # No higher than what it has to say: below it the map goes on.
            need = self._card.layout().totalHeightForWidth(_CARD_WIDTH)
            self._card.setGeometry(width - right, SPACE_12, _CARD_WIDTH, min(need, height - 2 * SPACE_12))
        left = _LIST_WIDTH + SPACE_12
        bottom = 0
        if not self._scrubber.isHidden():
            bottom = _SCRUBBER_HEIGHT + SPACE_12
            room = width - left - right - 2 * SPACE_12
            self._scrubber.setGeometry(left + SPACE_12, height - bottom, room, _SCRUBBER_HEIGHT)
        self._map.set_insets(left, 0, right, bottom)  # type: ignore[attr-defined]
