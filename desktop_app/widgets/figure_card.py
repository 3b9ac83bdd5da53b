"""One big number with its unit, its trend and its age."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.formats import Instant
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import RADIUS, SPACE_4, SPACE_8, SPACE_12, SPACE_16, Tone
from desktop_app.widgets.age_label import AgeLabel
from desktop_app.widgets.elided_label import ElidedLabel
from desktop_app.widgets.layouts import label
from desktop_app.widgets.marks import pill_height, pill_width
from desktop_app.widgets.pill import Pill
from desktop_app.widgets.sparkline import Sparkline


class FigureCard(QFrame):
    """`FigureCard(theme, "To pick", unit="tasks")`. `clicked` where it leads somewhere (`leads=True`)."""

    clicked = Signal()

    def __init__(
        self,
        theme: Theme,
        title: str,
        unit: str = "",
        *,
        leads: bool = False,
        zone: str = "UTC",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._title, self._leads = theme, title, leads
        self.setProperty("card", True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(132)
        self._name = ElidedLabel(title, "label")
        self._figure = label("–", "figure")
        self._unit = ElidedLabel(unit, "quiet")
        self._spark = Sparkline(theme, title)
        self._age = AgeLabel(zone=zone)
        self._pill = Pill(theme)
        self._pill.hide()
        self._status: tuple[str, Tone] | None = None
        self._lay_out()
        if leads:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._name_it("–")

    def show_figure(
        self,
        figure: str,
        *,
        trend: Sequence[float] = (),
        when: Instant | None = None,
        tone: Tone | None = None,
        word: str = "",
    ) -> None:
        """Show a figure (already formatted), its trend (oldest first), its age; `tone` with `word` where it needs a look."""
        self._figure.setText(figure)
        self._spark.set_values(trend)
        self._age.set_time(when)
        self._age.setVisible(when is not None)
        self._status = None if tone is None else (word, tone)
        self._pill.setVisible(tone is not None)
        self._show_status()
        self._name_it(figure)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow card the mark stands alone, and its word comes on hover."""
        super().resizeEvent(event)
        self._show_status()

    def _show_status(self) -> None:
        if self._status is not None:
            word, tone = self._status
            room = self.width() - 2 * SPACE_16 - SPACE_8 - self._name.sizeHint().width()
            self._pill.show_status(word if pill_width(self._theme, word) <= room else "", tone, word)

    def sizeHint(self) -> QSize:
        """Broad enough for a figure and its trend."""
        return QSize(190, super().sizeHint().height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click leads to the panel behind the figure."""
        if (
            self._leads
            and event.button() == Qt.MouseButton.LeftButton
            and self.rect().contains(event.position().toPoint())
        ):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """So do Enter and Space."""
        if self._leads and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Repaint on focus and hover."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut, QEvent.Type.Enter, QEvent.Type.Leave):
            self.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Show the focus."""
        super().paintEvent(event)
        if self._leads and (self.hasFocus() or self.underMouse()):
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(
                QPen(
                    self._theme.colour("focus" if self.hasFocus() else "line_strong"),
                    1.5 if self.hasFocus() else 1,
                )
            )
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), RADIUS, RADIUS)
            painter.end()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE_8)
        top.addStrut(pill_height(self._theme) + 2)
        top.addWidget(self._name, 1)
        top.addWidget(self._pill)
        middle = QHBoxLayout()
        middle.setSpacing(SPACE_4)
        middle.addWidget(self._figure, 0, Qt.AlignmentFlag.AlignBaseline)
        middle.addWidget(self._unit, 1, Qt.AlignmentFlag.AlignBaseline)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_16, SPACE_12, SPACE_16, SPACE_12)
        layout.setSpacing(SPACE_4)
        layout.addLayout(top)
        layout.addLayout(middle)
        layout.addWidget(self._spark)
        layout.addWidget(self._age)

    def _name_it(self, figure: str) -> None:
        self.setAccessibleName(f"{self._title}: {figure} {self._unit.text()}".strip())
