"""The shapes and pills that carry a status, so that no meaning hangs on colour alone."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import TONE_SHAPES, Tone

MARK_SIZE = 9.0
_PILL_PAD = 8.0
_PILL_GAP = 6.0


def paint_mark(painter: QPainter, box: QRectF, tone: Tone, ink: QColor) -> None:
    """The shape of `tone` filling `box`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    match TONE_SHAPES[tone]:
        case "disc":
            painter.drawEllipse(box.adjusted(0.5, 0.5, -0.5, -0.5))
        case "triangle":
            painter.drawPolygon(
                QPolygonF([QPointF(box.center().x(), box.top()), box.bottomRight(), box.bottomLeft()])
            )
        case "octagon":
            painter.drawPolygon(_octagon(box))
        case "square":
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 1.5, 1.5)
        case "diamond":
            middle = box.center()
            painter.drawPolygon(
                QPolygonF(
                    [
                        QPointF(middle.x(), box.top()),
                        QPointF(box.right(), middle.y()),
                        QPointF(middle.x(), box.bottom()),
                        QPointF(box.left(), middle.y()),
                    ]
                )
            )
        case "dashed-ring":
            pen = QPen(ink, 1.4)
            pen.setDashPattern([1.6, 1.5])
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(box.adjusted(1, 1, -1, -1))
        case "fading-ring":
            # Gradients are imported late: their list of presets is costly, and few screens show this ring.
            from PySide6.QtGui import QBrush, QConicalGradient

            faded = QColor(ink)
            faded.setAlpha(25)
            sweep = QConicalGradient(box.center(), 90)
            sweep.setColorAt(0, ink)
            sweep.setColorAt(1, faded)
            painter.setPen(QPen(QBrush(sweep), 1.8))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(box.adjusted(1, 1, -1, -1))
        case _:
            painter.drawRoundedRect(QRectF(box.left(), box.center().y() - 1.25, box.width(), 2.5), 1.2, 1.2)
    painter.restore()


def _octagon(box: QRectF) -> QPolygonF:
    cut = box.width() * 0.29
    left, top, right, bottom = box.left(), box.top(), box.right(), box.bottom()
    return QPolygonF(
        [
            QPointF(left + cut, top),
            QPointF(right - cut, top),
            QPointF(right, top + cut),
            QPointF(right, bottom - cut),
            QPointF(right - cut, bottom),
            QPointF(left + cut, bottom),
            QPointF(left, bottom - cut),
            QPointF(left, top + cut),
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
    outline = QPen(Qt.PenStyle.NoPen)
    if tone in ("provisional", "stale"):
        outline = QPen(theme.colour("quiet"), 1)
        if tone == "provisional":
            outline.setDashPattern([3, 2.4])
    elif theme.scheme == "contrast":
        outline = QPen(ink, 1)
    painter.setPen(outline)
    painter.setBrush(soft)
    inner = box.adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(inner, inner.height() / 2, inner.height() / 2)
    paint_mark(painter, QRectF(left + _PILL_PAD, middle - MARK_SIZE / 2, MARK_SIZE, MARK_SIZE), tone, ink)
    painter.setPen(ink)
    painter.setFont(theme.font("label"))
    text_left = left + _PILL_PAD + MARK_SIZE + _PILL_GAP
    room = box.right() - _PILL_PAD - text_left
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room) + 1)
    painter.drawText(
        QRectF(text_left, box.top(), room + 2, box.height()), Qt.AlignmentFlag.AlignVCenter, shown
    )
    painter.restore()
    return width
