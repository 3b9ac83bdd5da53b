"""The shapes and pills that carry a status, so that no meaning hangs on colour alone."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen, QPolygonF

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import TONE_SHAPES, Tone
from desktop_app.widgets.plain_paint import cut, fill, rounded, write_in

MARK_SIZE = 9.0
_PILL_PAD = 8.0
_PILL_GAP = 6.0


def paint_mark(painter: QPainter, box: QRectF, tone: Tone, ink: QColor) -> None:
    """The shape of `tone` filling `box`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shape = QPainterPath()
    match TONE_SHAPES[tone]:
        case "disc":
            shape.addEllipse(box.adjusted(0.5, 0.5, -0.5, -0.5))
        case "triangle":
            top = QPointF(box.center().x(), box.top())
            shape.addPolygon(QPolygonF([top, box.bottomRight(), box.bottomLeft(), top]))
        case "octagon":
            shape.addPolygon(_octagon(box))
        case "square":
            shape = rounded(box.left() + 0.5, box.top() + 0.5, box.width() - 1, box.height() - 1, 1.5)
        case "diamond":
            middle = box.center()
            top = QPointF(middle.x(), box.top())
            right, left = QPointF(box.right(), middle.y()), QPointF(box.left(), middle.y())
            shape.addPolygon(QPolygonF([top, right, QPointF(middle.x(), box.bottom()), left, top]))
        case "dashed-ring":
            pen = _outline(ink, 1.4)
            pen.setDashPattern([1.6, 1.5])
            painter.strokePath(_ring(box), pen)
        case "fading-ring":
            # Gradients are imported late: their list of presets is costly, and few screens show this ring.
            from PySide6.QtGui import QBrush, QConicalGradient

            faded = QColor(ink)
            faded.setAlpha(25)
            sweep = QConicalGradient(box.center(), 90)
            sweep.setColorAt(0, ink)
            sweep.setColorAt(1, faded)
            painter.strokePath(_ring(box), QPen(QBrush(sweep), 1.8))
        case _:
            shape = rounded(box.left(), box.center().y() - 1.25, box.width(), 2.5, 1.2)
    fill(painter, shape, ink)
    painter.restore()


def _outline(ink: QColor, width: float) -> QPen:
    pen = QPen()
    pen.setColor(ink)
    pen.setWidthF(width)
    return pen


def _ring(box: QRectF) -> QPainterPath:
    ring = QPainterPath()
    ring.addEllipse(box.adjusted(1, 1, -1, -1))
    return ring


def _octagon(box: QRectF) -> QPolygonF:
    side = box.width() * 0.29
    left, top, right, bottom = box.left(), box.top(), box.right(), box.bottom()
    return QPolygonF(
        [
            QPointF(left + side, top),
            QPointF(right - side, top),
            QPointF(right, top + side),
            QPointF(right, bottom - side),
            QPointF(right - side, bottom),
            QPointF(left + side, bottom),
            QPointF(left, bottom - side),
            QPointF(left, top + side),
            QPointF(left + side, top),
        ]
    )


def pill_width(theme: Theme, text: str) -> int:
    """How wide the pill with `text` is."""
    return (
        round(
            _PILL_PAD * 2 + MARK_SIZE + _PILL_GAP + QFontMetrics(theme.font("label")).horizontalAdvance(text)
        )
        + 1
    )


def pill_height(theme: Theme) -> int:
    """How high a pill is at the present density."""
    return theme.metrics.label + 10


def paint_pill(
    painter: QPainter, theme: Theme, left: float, middle: float, text: str, tone: Tone, most: float = 1e6
) -> float:
    """A pill with its mark and word, from `left`, centred on the line `middle`, at most `most` wide. Answers its width."""
    ink, soft = theme.tone(tone)
    height, width = pill_height(theme), min(float(pill_width(theme, text)), most)
    box = QRectF(left, middle - height / 2, width, height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    inner = box.adjusted(0.5, 0.5, -0.5, -0.5)
    shape = rounded(inner.left(), inner.top(), inner.width(), inner.height(), inner.height() / 2)
    fill(painter, shape, soft)
    if tone in ("provisional", "stale"):
        outline = _outline(theme.colour("quiet"), 1)
        if tone == "provisional":
            outline.setDashPattern([3, 2.4])
        painter.strokePath(shape, outline)
    elif theme.scheme == "contrast":
        painter.strokePath(shape, _outline(ink, 1))
    paint_mark(painter, QRectF(left + _PILL_PAD, middle - MARK_SIZE / 2, MARK_SIZE, MARK_SIZE), tone, ink)
    font = theme.font("label")
    text_left = left + _PILL_PAD + MARK_SIZE + _PILL_GAP
    room = box.right() - _PILL_PAD - text_left
    shown = cut(QFontMetrics(font), text, int(room) + 1)
    write_in(painter, QRectF(text_left, box.top(), room + 2, box.height()), shown, font, ink)
    painter.restore()
    return width
