"""The four effects of an order, one below the other: grey, provisional, green, or amber with the reason."""

from typing import Final, Literal, NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_12, Tone
from desktop_app.widgets.marks import paint_mark, paint_pill, pill_width

EffectState = Literal["waiting", "provisional", "done", "attention", "failed"]

EFFECTS: Final = ("Order", "Inventory", "Delivery", "Warehouse")
_TONES: Final[dict[EffectState, tuple[Tone, str]]] = {
    "waiting": ("neutral", "Waiting"),
    "provisional": ("provisional", "Provisional"),
    "done": ("ok", "Done"),
    "attention": ("warning", "Look"),
    "failed": ("danger", "Refused"),
}
_DOT = 11.0
_STEM_LEFT = 14.0


class Effect(NamedTuple):
    """One rung: its name, its state, a word for the pill (empty: the state's own) and a line that explains it."""

    name: str
    state: EffectState = "waiting"
    word: str = ""
    detail: str = ""


class Ladder(QWidget):
    """The rungs with their marks on one stem."""

    def __init__(self, theme: Theme, effects: tuple[Effect, ...] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._effects = effects or tuple(Effect(name) for name in EFFECTS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(220)
        self._name_it()

    def show_effects(self, effects: tuple[Effect, ...]) -> None:
        """Show other states."""
        if effects != self._effects:
            grown = len(effects) != len(self._effects)
            self._effects = effects
            self._name_it()
            if grown:
                self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """A rung is two lines high."""
        return QSize(300, len(self._effects) * self._rung())

    def minimumSizeHint(self) -> QSize:
        """As high as its rungs."""
        return QSize(220, len(self._effects) * self._rung())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw stem, marks, names, details and pills."""
        painter = QPainter(self)
        rung = self._rung()
        for index, effect in enumerate(self._effects):
            self._paint_rung(painter, index, effect, QRectF(0, index * rung, self.width(), rung))
        painter.end()

    def _paint_rung(self, painter: QPainter, index: int, effect: Effect, box: QRectF) -> None:
        theme = self._theme
        tone, word = _TONES[effect.state]
        word = effect.word or word
        metrics = QFontMetrics(theme.font("strong"))
        line = box.top() + 8 + metrics.height() / 2
        if index + 1 < len(self._effects):
            solid = effect.state == "done"
            pen = QPen(
                theme.colour("ok" if solid else "line_strong"),
                1.5,
                Qt.PenStyle.SolidLine if solid else Qt.PenStyle.DotLine,
            )
            painter.setPen(pen)
            x = _STEM_LEFT
            painter.drawLine(int(x), int(line + _DOT), int(x), int(line + box.height() - _DOT))
        ink, _soft = theme.tone(tone)
        paint_mark(painter, QRectF(_STEM_LEFT - _DOT / 2, line - _DOT / 2, _DOT, _DOT), tone, ink)
        left = _STEM_LEFT + _DOT + SPACE_12
        pill = min(pill_width(theme, word), int(box.width() - left - 40))
        paint_pill(painter, theme, box.right() - pill, line, word, tone, pill)
        painter.setPen(theme.colour("text"))
        painter.setFont(theme.font("strong"))
        painter.drawText(
            QRectF(left, line - metrics.height() / 2, box.right() - pill - left, metrics.height()),
            effect.name,
        )
        if effect.detail:
            painter.setPen(theme.colour("quiet") if effect.state not in ("attention", "failed") else ink)
            painter.setFont(theme.font("label"))
            small = painter.fontMetrics()
            room = box.right() - left
            shown = small.elidedText(effect.detail, Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(QRectF(left, line + metrics.height() / 2 + 5, room, small.height()), shown)

    def _rung(self) -> int:
        return self._theme.metrics.body + self._theme.metrics.label + 36

    def _name_it(self) -> None:
        self.setAccessibleName(
            "; ".join(f"{e.name}: {e.word or _TONES[e.state][1]} {e.detail}".strip() for e in self._effects)
        )
        self.setToolTip("\n".join(f"{e.name}: {e.detail}" for e in self._effects if e.detail))
