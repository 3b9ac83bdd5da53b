"""Turns rows into little lists of drawings, laid out once, and paints those.

Measured on a page of an inventory: shaping a text costs as much as drawing it, and a shape drawn from paths ten times
a ready pixmap. So a cell is laid out when its row is first painted; its text is drawn plainly that first time, since
a row that flies past is seen only once, and kept laid out (QStaticText) if it is painted again.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPixmap, QStaticText

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import Tone
from desktop_app.widgets.columns import MARK_TONES, Column
from desktop_app.widgets.marks import paint_mark, paint_pill, pill_height, pill_width
from desktop_app.widgets.plain_paint import cut, fill, rounded, write_at
from desktop_app.widgets.sparkline_paint import paint_sparkline

_MARK: Final = 10.0
_UNIT_GAP: Final = 3.0
_BAR_TEXT: Final = 46.0
_PILLS_KEPT: Final = 400
# An estimated width this close to the room is measured exactly.
_DOUBT: Final = 2.0


class _Text:
    """A text at a place in its row."""

    __slots__ = ("ink", "left", "static", "strong", "text")

    def __init__(self, text: str, left: float, ink: QColor, strong: bool) -> None:
        self.text, self.left, self.ink, self.strong = text, left, ink, strong
        self.static: QStaticText | bool = False


class _Picture:
    """A pixmap at a place in its row."""

    __slots__ = ("left", "pixmap", "top")

    def __init__(self, pixmap: QPixmap, left: float, top: float) -> None:
        self.pixmap, self.left, self.top = pixmap, left, top


class _Age:
    """A text that changes by itself."""

    __slots__ = ("box", "column", "drawn", "row", "text")

    def __init__(self, column: Column, row: Any, box: QRectF) -> None:
        self.column, self.row, self.box = column, row, box
        self.text = ""
        self.drawn: list[_Text] = []


Drawing = _Text | _Picture | _Age


class CellPainter:
    """Lays rows out and paints them in the present theme. `forget` after a switch of theme or of screen."""

    def __init__(self, theme: Theme, *, first: bool = False) -> None:
        """`first`: see RowPainter."""
        self._theme, self._is_first = theme, first
        self._kinds: dict[str, Callable[[QRectF, Column, Any], Sequence[Drawing]]] = {
            "text": self._text,
            "number": self._number,
            "money": self._number,
            "age": self._age,
            "pill": self._pill,
            "spark": self._spark,
            "bar": self._bar,
            "provisional": self._mark,
        }
        self._ratio = 1.0
        self.forget()

    def forget(self, ratio: float | None = None) -> None:
        """Drop everything that depends on theme, density and the screen's pixel ratio."""
        theme = self._theme
        self._ratio = ratio or self._ratio
        self._fonts = {False: theme.font("body"), True: theme.font("strong")}
        self._metrics = {strong: QFontMetricsF(font) for strong, font in self._fonts.items()}
        self._advances: dict[bool, dict[str, float]] = {False: {}, True: {}}
        self._pills: dict[tuple[str, Tone, int], QPixmap] = {}
        self._marks: dict[Tone, QPixmap] = {}
        self._pad = theme.metrics.cell_pad
        self._ink, self._quiet = theme.colour("text"), theme.colour("quiet")
        # Texts are placed by their top when laid out, by their baseline when drawn plainly.
        metrics = self._metrics[False]
        self._top = (theme.metrics.row - 1 - metrics.height()) / 2
        self._base = self._top + metrics.ascent()

    def lay_out(self, columns: Sequence[tuple[int, int, Column]], row: Any) -> list[Drawing]:
        """The drawings of a row; `columns` are (left, width, column) in the row's own coordinates."""
        height = self._theme.metrics.row - 1
        found: list[Drawing] = []
        for left, width, column in columns:
            found.extend(self._kinds[column.kind](QRectF(left, 0, width, height), column, row))
        return found

    def paint(self, painter: QPainter, drawings: Sequence[Drawing], left: float, top: float) -> None:
        """Paint a row whose own origin is at `left`, `top`."""
        for drawing in drawings:
            if isinstance(drawing, _Text):
                self._put(painter, drawing, left, top)
            elif isinstance(drawing, _Picture):
                painter.drawPixmap(QPointF(left + drawing.left, top + drawing.top), drawing.pixmap)
            else:
                words = drawing.column.text(drawing.row)
                if words != drawing.text:
                    drawing.text = words
                    drawing.drawn = self._place(drawing.box, words, self._quiet, drawing.column)
                for text in drawing.drawn:
                    self._put(painter, text, left, top)

    def paint_placeholder(
        self, painter: QPainter, columns: Sequence[tuple[int, int, Column]], number: int, left: int, top: int
    ) -> None:
        """Soft bars where a row is not here yet."""
        ground = self._theme.colour("hover")
        middle = top + (self._theme.metrics.row - 1) // 2
        for column_left, width, column in columns:
            if column.kind != "provisional":
                room = width - 2 * self._pad
                wide = max(12, room * (35 + (number * 7 + len(column.key) * 13) % 40) // 100)
                at = column_left + self._pad + (room - wide if column.is_right else 0)
                painter.fillRect(left + at, middle - 4, wide, 8, ground)

    def _put(self, painter: QPainter, text: _Text, left: float, top: float) -> None:
        if self._is_first:
            write_at(
                painter, left + text.left, top + self._top, text.text, self._fonts[text.strong], text.ink
            )
            return
        painter.setFont(self._fonts[text.strong])
        painter.setPen(text.ink)
        static = text.static
        if static is False:
            painter.drawText(QPointF(left + text.left, top + self._base), text.text)
            text.static = True
            return
        if static is True:
            static = text.static = QStaticText(text.text)
            # Imported late: the first time round, texts are drawn plainly, and Qt's namespace is costly.
            from PySide6.QtCore import Qt

            static.setTextFormat(Qt.TextFormat.PlainText)
            static.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
        painter.drawStaticText(QPointF(left + text.left, top + self._top), static)

    def _text(self, box: QRectF, column: Column, row: Any) -> Sequence[Drawing]:
        return self._place(box, column.text(row), self._ink_of(column, row), column)

    def _number(self, box: QRectF, column: Column, row: Any) -> Sequence[Drawing]:
        if not column.unit:
            return self._place(box, column.text(row), self._ink_of(column, row), column)
        unit_width = self._advance(column.unit, False)
        unit = _Text(column.unit, box.right() - self._pad - unit_width, self._quiet, False)
        inner = box.adjusted(0, 0, -unit_width - _UNIT_GAP, 0)
        return [*self._place(inner, column.text(row), self._ink_of(column, row), column), unit]

    def _age(self, box: QRectF, column: Column, row: Any) -> Sequence[Drawing]:
        return (_Age(column, row, box),)

    def _pill(self, box: QRectF, column: Column, row: Any) -> Sequence[Drawing]:
        value: tuple[str, Tone] | None = column.value(row)
        if value is None:
            return ()
        word, tone = value
        wide = int(min(pill_width(self._theme, word), box.width() - self._pad - 4))
        if wide < pill_height(self._theme):
            return ()
        found = self._pills.get((word, tone, wide))
        high = pill_height(self._theme)
        if found is None:
            if len(self._pills) >= _PILLS_KEPT:
                self._pills.clear()
            found = self._drawn(
                wide, high, lambda painter: paint_pill(painter, self._theme, 0, high / 2, word, tone, wide)
            )
            self._pills[(word, tone, wide)] = found
        return (_Picture(found, box.left() + self._pad - 2, round((box.height() - high) / 2)),)

    def _spark(self, box: QRectF, column: Column, row: Any) -> Sequence[Drawing]:
        values = column.value(row)
        wide, high = int(box.width()) - 2 * self._pad, int(box.height()) - 10
        if not values or wide < 8:
            return ()
        ink, area = self._tone_of(column, row), QRectF(0, 0, wide, high)
        picture = self._drawn(
            wide, high, lambda painter: paint_sparkline(painter, area, values, ink, filled=False)
        )
        return (_Picture(picture, box.left() + self._pad, 5),)

    def _bar(self, box: QRectF, column: Column, row: Any) -> Sequence[Drawing]:
        value = column.value(row)
        if value is None:
            return ()
        part, whole = value
        share = min(1.0, max(0.0, part / whole)) if whole else 0.0
        wide = max(8, int(box.width() - 2 * self._pad - _BAR_TEXT))
        ink, track = self._tone_of(column, row), self._theme.colour("line")

        def draw(painter: QPainter) -> None:
            fill(painter, rounded(0, 0, wide, 6, 3), track)
            if share > 0:
                fill(painter, rounded(0, 0, max(6.0, wide * share), 6, 3), ink)

        picture = _Picture(self._drawn(wide, 6, draw), box.left() + self._pad, round(box.height() / 2) - 3)
        return [picture, *self._place(box, f"{round(share * 100)} %", self._quiet, column, right=True)]

    def _mark(self, box: QRectF, column: Column, row: Any) -> Sequence[Drawing]:
        tone = MARK_TONES.get(column.value(row) or "")
        if tone is None:
            return ()
        picture = self._marks.get(tone)
        if picture is None:
            ink, area = self._theme.tone(tone)[0], QRectF(1, 1, _MARK, _MARK)
            side = int(_MARK) + 2
            picture = self._marks[tone] = self._drawn(
                side, side, lambda painter: paint_mark(painter, area, tone, ink)
            )
        return (
            _Picture(
                picture, round(box.center().x() - _MARK / 2 + 1), round(box.height() / 2 - _MARK / 2 - 1)
            ),
        )

    def _place(self, box: QRectF, text: str, ink: QColor, column: Column, right: bool = False) -> list[_Text]:
        """`text` in `box`, cut where it does not fit, set to the column's side."""
        if not text:
            return []
        room = box.width() - 2 * self._pad
        strong = column.strong
        width = self._advance(text, strong)
        if width > room - _DOUBT:
            text = cut(self._metrics[strong], text, room)
            width = self._metrics[strong].horizontalAdvance(text)
        if right or column.is_right:
            left = box.right() - self._pad - width
        elif column.align == "centre":
            left = box.center().x() - width / 2
        else:
            left = box.left() + self._pad
        return [_Text(text, left, ink, strong)]

    def _advance(self, text: str, strong: bool) -> float:
        """The width of `text`, kerning aside: summed up from its letters, 20 times cheaper than shaping it."""
        advances = self._advances[strong]
        try:
            return sum([advances[letter] for letter in text])
        except KeyError:
            metrics = self._metrics[strong]
            for letter in text:
                advances[letter] = metrics.horizontalAdvance(letter)
            return sum([advances[letter] for letter in text])

    def _ink_of(self, column: Column, row: Any) -> QColor:
        tone = column.tone(row) if column.tone is not None else None
        if tone is not None:
            return self._theme.tone(tone)[0]
        return self._quiet if column.quiet else self._ink

    def _tone_of(self, column: Column, row: Any) -> QColor:
        tone = column.tone(row) if column.tone is not None else None
        return self._theme.tone(tone or "accent")[0]

    def _drawn(self, wide: int, high: int, draw: Callable[[QPainter], object]) -> QPixmap:
        pixmap = QPixmap(round(wide * self._ratio), round(high * self._ratio))
        pixmap.setDevicePixelRatio(self._ratio)
        pixmap.fill(QColor(0, 0, 0, 0))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter)
        painter.end()
        return pixmap
