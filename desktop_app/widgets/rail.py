"""The navigation rail: icon and word for each panel, with what waits there; folds to icons."""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.formats import compact_number
from desktop_app.panels.catalogue import ALARMING_COUNTS, PanelSpec
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import (
    RADIUS,
    RAIL_NARROW,
    RAIL_WIDE,
    SPACE_4,
    SPACE_8,
    SPACE_12,
    SPACE_16,
    TOP_BAR_HEIGHT,
)

_INDENT: Final = 12
_BADGE_HEIGHT: Final = 18


class Rail(QWidget):
    """The panels by group. `chosen(panel_id)`; `fold_clicked()` at its foot."""

    chosen = Signal(str)
    fold_clicked = Signal()

    def __init__(
        self,
        theme: Theme,
        panels: Sequence[PanelSpec],
        tips: Mapping[str, str],
        parent: QWidget | None = None,
    ) -> None:
        """`tips` are the tooltips by panel, with the shortcut."""
        super().__init__(parent)
        self._theme = theme
        self._buttons: dict[str, RailButton] = {}
        self.is_folded = False
        self.setAccessibleName("Navigation")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_8, TOP_BAR_HEIGHT + SPACE_4, SPACE_8, SPACE_8)
        layout.setSpacing(2)
        self._headings: list[_Heading] = []
        group = ""
        for spec in panels:
            if spec.group != group:
                group = spec.group
                heading = _Heading(theme, group)
                self._headings.append(heading)
                layout.addWidget(heading)
            item = RailButton(theme, spec.title, spec.icon, spec.count_source in ALARMING_COUNTS)
            item.setToolTip(tips.get(spec.id, spec.title))
            item.clicked.connect(lambda _checked=False, panel_id=spec.id: self.chosen.emit(panel_id))
            self._buttons[spec.id] = item
            layout.addWidget(item)
        layout.addStretch(1)
        self._fold = RailButton(theme, "Fold", "rail", alarming=False)
        self._fold.setAccessibleName("Fold the navigation")
        self._fold.clicked.connect(lambda _checked=False: self.fold_clicked.emit())
        layout.addWidget(self._fold)
        self.setFixedWidth(RAIL_WIDE)

    def show_panels(self, panel_ids: Sequence[str]) -> None:
        """Offer only these: the others are not for the person who works here."""
        for panel_id, item in self._buttons.items():
            item.setVisible(panel_id in panel_ids)

    def show_current(self, panel_id: str) -> None:
        """Mark the panel that is shown."""
        for each, item in self._buttons.items():
            item.setChecked(each == panel_id)

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """What waits, by panel."""
        for panel_id, item in self._buttons.items():
            item.show_count(counts.get(panel_id, 0))

    def fold(self, folded: bool) -> None:
        """Icons only, or icons with words."""
        self.is_folded = folded
        self.setFixedWidth(RAIL_NARROW if folded else RAIL_WIDE)
        for item in (*self._buttons.values(), self._fold):
            item.fold(folded)
        for heading in self._headings:
            heading.fold(folded)
        self._fold.setAccessibleName("Unfold the navigation" if folded else "Fold the navigation")
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down walk through the panels."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground, the line at the right, and the name of the house."""
        theme = self._theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("rail"))
        painter.fillRect(self.width() - 1, 0, 1, self.height(), theme.colour("line"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tile = QRectF(
            SPACE_16 if not self.is_folded else (self.width() - 28) / 2, (TOP_BAR_HEIGHT - 28) / 2, 28, 28
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent"))
        painter.drawRoundedRect(tile, RADIUS + 1, RADIUS + 1)
        painter.drawPixmap(
            round(tile.left()) + 4, round(tile.top()) + 4, theme.pixmap("logo", 20, "on_accent")
        )
        if not self.is_folded:
            painter.setPen(theme.colour("text"))
            painter.setFont(theme.font("section"))
            painter.drawText(
                QRect(SPACE_16 + 28 + 10, 0, self.width(), TOP_BAR_HEIGHT),
                Qt.AlignmentFlag.AlignVCenter,
                "Holdfast",
            )
        painter.end()


class RailButton(QAbstractButton):
    """One line of the rail."""

    def __init__(self, theme: Theme, title: str, icon: str, alarming: bool) -> None:
        super().__init__()
        self._theme, self._icon, self._alarming = theme, icon, alarming
        self._count = 0
        self._folded = False
        self.setText(title)
        self.setAccessibleName(title)
        self.setCheckable(True)
        self.setAutoExclusive(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_count(self, count: int) -> None:
        """How much waits here."""
        if count != self._count:
            self._count = count
            self.setAccessibleName(f"{self.text()}, {count} waiting" if count else self.text())
            self.update()

    def fold(self, folded: bool) -> None:
        """Icon only, or with its word."""
        self._folded = folded
        self.update()

    def nextCheckState(self) -> None:
        """The window says what is current; a click alone does not."""

    def sizeHint(self) -> QSize:
        """As high as a control."""
        return QSize(100, max(32, self._theme.metrics.control))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme, current = self._theme, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(
            QPen(theme.colour("focus"), 2 if theme.scheme == "contrast" else 1)
            if self.hasFocus()
            else Qt.PenStyle.NoPen
        )
        if current:
            painter.setBrush(theme.colour("accent_soft"))
        elif self.underMouse():
            painter.setBrush(theme.colour("pressed"))
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        size = theme.metrics.icon
        left = round((self.width() - size) / 2) if self._folded else _INDENT
        colour = "accent" if current else "quiet"
        painter.drawPixmap(left, round((self.height() - size) / 2), theme.pixmap(self._icon, size, colour))
        room = float(self.width() - SPACE_8)
        if self._count:
            room = self._paint_count(painter)
        if not self._folded:
            painter.setFont(theme.font("strong" if current else "body"))
            painter.setPen(theme.colour("text"))
            text_left = _INDENT + size + SPACE_12
            title = painter.fontMetrics().elidedText(
                self.text(), Qt.TextElideMode.ElideRight, int(room - text_left)
            )
            painter.drawText(
                QRectF(text_left, 0, room - text_left, self.height()), Qt.AlignmentFlag.AlignVCenter, title
            )
        painter.end()

    def _paint_count(self, painter: QPainter) -> float:
        theme = self._theme
        ink, soft = theme.tone("warning" if self._alarming else "neutral")
        if self._folded:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawEllipse(QRectF(self.width() - 14, 6, 7, 7))
            return float(self.width())
        text = compact_number(self._count)
        painter.setFont(theme.font("label_strong"))
        width = max(_BADGE_HEIGHT, painter.fontMetrics().horizontalAdvance(text) + 12)
        box = QRectF(
            self.width() - width - SPACE_8, (self.height() - _BADGE_HEIGHT) / 2, width, _BADGE_HEIGHT
        )
        painter.setPen(Qt.PenStyle.NoPen if theme.scheme != "contrast" else QPen(ink, 1))
        painter.setBrush(soft if self._alarming else theme.colour("pressed"))
        painter.drawRoundedRect(box, _BADGE_HEIGHT / 2, _BADGE_HEIGHT / 2)
        painter.setPen(ink if self._alarming else theme.colour("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        return box.left() - SPACE_4


class _Heading(QWidget):
    """A group's name, or a line where the rail is folded."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self._theme, self._title, self._folded = theme, title, False
        self.setFixedHeight(30)

    def fold(self, folded: bool) -> None:
        self._folded = folded
        self.setFixedHeight(17 if folded else 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._folded:
            painter.fillRect(
                SPACE_8, self.height() // 2, self.width() - 2 * SPACE_8, 1, self._theme.colour("line")
            )
        else:
            painter.setPen(self._theme.colour("quiet"))
            painter.setFont(self._theme.font("label"))
            box = QRect(_INDENT, 0, self.width(), self.height() - 4)
            painter.drawText(box, Qt.AlignmentFlag.AlignBottom, self._title)
        painter.end()
