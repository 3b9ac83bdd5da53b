"""Paints the day's timeline: the clock above, names at the left, blocks by status, the line of now over all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPen, QPolygonF

from desktop_app.themes.tokens import Colours
from desktop_app.widgets.canvas.ink import draw_floating_card, lettering, metrics_of, with_alpha
from desktop_app.widgets.route_timeline import AXIS_HEIGHT, HEAD_WIDTH, ROW_HEIGHT, Block

if TYPE_CHECKING:
    from desktop_app.widgets.route_timeline import RouteTimeline, TimelineStop

_TICK_MINUTES = (15, 30, 60, 120, 180, 240, 360)
_LEAST_TICK_PX = 62.0
_RADIUS = 4.0
_NOW_PX = 40.0


def paint_timeline(painter: QPainter, timeline: RouteTimeline) -> None:
    """The whole viewport."""
    colours = timeline.colours
    width, height = timeline.viewport().width(), timeline.viewport().height()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.fillRect(0, 0, width, height, QColor(colours.surface))
    ticks = _ticks(timeline)
    _paint_past(painter, timeline, height)
    painter.setPen(QPen(QColor(colours.line), 1))
    for tick in ticks:
        x = round(timeline.x_of(tick)) + 0.5
        painter.drawLine(QPointF(x, AXIS_HEIGHT), QPointF(x, height))
    painter.save()
    painter.setClipRect(0, AXIS_HEIGHT, width, height - AXIS_HEIGHT)
    shown = [n for n in range(len(timeline.rows)) if -ROW_HEIGHT < timeline.top_of(n) - AXIS_HEIGHT < height]
    for row in shown:
        _paint_row(painter, timeline, row)
    _paint_drop_place(painter, timeline)
    painter.restore()
    if not timeline.rows:
        painter.setFont(lettering(13))
        painter.setPen(QColor(colours.quiet))
        empty = QRectF(HEAD_WIDTH, AXIS_HEIGHT, width - HEAD_WIDTH, height - AXIS_HEIGHT)
        painter.drawText(
            empty, Qt.AlignmentFlag.AlignCenter, "No routes today. Assign shipments to a vehicle to plan one."
        )
    _paint_axis(painter, timeline, ticks, width)
    _paint_now(painter, timeline, height)
    _paint_dragged(painter, timeline)
    if timeline.has_key_focus:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(colours.focus), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(1, 1, width - 2, height - 2)


def _ticks(timeline: RouteTimeline) -> list[datetime]:
    """Round times of day of the site's zone, as close as can be read."""
    room = timeline.viewport().width() - HEAD_WIDTH
    minutes = (timeline.last - timeline.first).total_seconds() / 60
    wanted = minutes * _LEAST_TICK_PX / max(room, 1)
    step = next((tick for tick in _TICK_MINUTES if tick >= wanted), _TICK_MINUTES[-1])
    local = timeline.first.astimezone(timeline.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = (local - midnight).total_seconds() / 60
    tick = midnight + timedelta(minutes=step * (passed // step + 1))
    ticks = []
    while tick < timeline.last:
        ticks.append(tick)
        tick += timedelta(minutes=step)
    return ticks


def _paint_past(painter: QPainter, timeline: RouteTimeline, height: int) -> None:
    if timeline.now is not None and timeline.now > timeline.first:
        right = min(timeline.x_of(timeline.now), float(timeline.viewport().width()))
        past = QRectF(HEAD_WIDTH, AXIS_HEIGHT, right - HEAD_WIDTH, height - AXIS_HEIGHT)
        painter.fillRect(past, with_alpha(timeline.colours.ground, 0.75))


def _paint_axis(painter: QPainter, timeline: RouteTimeline, ticks: list[datetime], width: int) -> None:
    colours = timeline.colours
    painter.fillRect(0, 0, width, AXIS_HEIGHT, QColor(colours.surface))
    painter.setPen(QPen(QColor(colours.line), 1))
    painter.drawLine(QPointF(0, AXIS_HEIGHT - 0.5), QPointF(width, AXIS_HEIGHT - 0.5))
    painter.setFont(lettering(11))
    painter.setPen(QColor(colours.quiet))
    for tick in ticks:
        text = tick.astimezone(timeline.zone).strftime("%H:%M")
        x = timeline.x_of(tick) - metrics_of(11).horizontalAdvance(text) / 2
        if x > HEAD_WIDTH - 12 and not _is_under_now(timeline, tick):
            painter.drawText(QPointF(x, 17), text)
    painter.setFont(lettering(12, QFont.Weight.Medium))
    day = timeline.first + (timeline.last - timeline.first) / 2
    painter.drawText(QPointF(12, 17), day.astimezone(timeline.zone).strftime("%a %d %b").replace(" 0", " "))


def _is_under_now(timeline: RouteTimeline, tick: datetime) -> bool:
    return timeline.now is not None and abs(timeline.x_of(tick) - timeline.x_of(timeline.now)) < _NOW_PX


def _paint_now(painter: QPainter, timeline: RouteTimeline, height: int) -> None:
    now = timeline.now
    if now is None or not timeline.first <= now <= timeline.last:
        return
    colours = timeline.colours
    x = round(timeline.x_of(now)) + 0.5
    painter.setPen(QPen(QColor(colours.accent), 1.6))
    painter.drawLine(QPointF(x, AXIS_HEIGHT - 4), QPointF(x, height))
    text = now.astimezone(timeline.zone).strftime("%H:%M")
    width = metrics_of(11, QFont.Weight.DemiBold).horizontalAdvance(text) + 12
    pill = QRectF(x - width / 2, 4, width, 18)
    painter.setPen(QPen(QColor(colours.surface), 2))
    painter.setBrush(QColor(colours.accent))
    painter.drawRoundedRect(pill, 9, 9)
    painter.setFont(lettering(11, QFont.Weight.DemiBold))
    painter.setPen(QColor(colours.on_accent))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


def _paint_row(painter: QPainter, timeline: RouteTimeline, number: int) -> None:
    colours, row = timeline.colours, timeline.rows[number]
    top, width = timeline.top_of(number), timeline.viewport().width()
    is_selected = row.id == timeline.selected_row
    if is_selected:
        painter.fillRect(QRectF(0, top, width, ROW_HEIGHT), QColor(colours.selection))
    painter.setPen(QPen(QColor(colours.line), 1))
    painter.drawLine(QPointF(0, top + ROW_HEIGHT - 0.5), QPointF(width, top + ROW_HEIGHT - 0.5))
    blocks = timeline.blocks_of(number)
    middle = top + ROW_HEIGHT / 2
    if blocks:
        painter.setPen(QPen(QColor(colours.line_strong), 1.5))
        painter.drawLine(QPointF(blocks[0].box.left(), middle), QPointF(blocks[-1].box.right(), middle))
    painter.save()
    painter.setClipRect(
        QRectF(HEAD_WIDTH, top, width - HEAD_WIDTH, ROW_HEIGHT), Qt.ClipOperation.IntersectClip
    )
    for block in blocks:
        if block.box.right() > HEAD_WIDTH and block.box.left() < width:
            paint_block(painter, block, timeline)
    painter.restore()
    painter.fillRect(
        QRectF(0, top, HEAD_WIDTH, ROW_HEIGHT - 1),
        QColor(colours.selection if is_selected else colours.surface),
    )
    note_width = metrics_of(11).horizontalAdvance(row.note) if row.note else 0.0
    room = HEAD_WIDTH - 28 - note_width
    name = metrics_of(12, QFont.Weight.Medium).elidedText(row.label, Qt.TextElideMode.ElideRight, room)
    painter.setFont(lettering(12, QFont.Weight.Medium))
    painter.setPen(QColor(colours.text))
    painter.drawText(QPointF(12, middle + 4.5), name)
    painter.setFont(lettering(11))
    painter.setPen(QColor(colours.quiet))
    painter.drawText(QPointF(HEAD_WIDTH - 12 - note_width, middle + 4.5), row.note)
    painter.setPen(QPen(QColor(colours.line), 1))
    painter.drawLine(QPointF(HEAD_WIDTH - 0.5, top), QPointF(HEAD_WIDTH - 0.5, top + ROW_HEIGHT))


def paint_block(painter: QPainter, block: Block, timeline: RouteTimeline) -> None:
    """A stop by its status: planned an outline, next filled, done soft with a tick, failed with a cross; what is late
    is hatched and carries a triangle.
    """
    colours, stop, box = timeline.colours, block.stop, block.box
    if block.plan is not None and abs(block.plan.left() - box.left()) > 3:
        _paint_plan(painter, block, colours)
    is_late = stop.is_late and stop.status in ("planned", "next")
    ink, fill, text = _inks(stop, colours, is_late)
    is_carried = timeline.dragged is not None and timeline.dragged.stop.id == stop.id
    painter.setOpacity(0.35 if is_carried else 1.0)
    painter.setPen(QPen(QColor(ink), 1.3))
    painter.setBrush(QColor(fill))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
    if is_late:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(with_alpha(ink, 0.35), Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), _RADIUS, _RADIUS)
    _paint_sign(painter, stop, box, text)
    if is_late:
        corner = box.topRight()
        painter.setPen(QPen(QColor(colours.surface), 1))
        painter.setBrush(QColor(colours.warning))
        painter.drawPolygon(
            QPolygonF([corner + QPointF(-1, -4.5), corner + QPointF(4.5, 4), corner + QPointF(-6.5, 4)])
        )
    hovered = timeline.hovered is not None and timeline.hovered.stop.id == stop.id
    if stop.id == timeline.selected_stop or hovered:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(
            QPen(QColor(colours.text if stop.id == timeline.selected_stop else colours.quiet), 1.6)
        )
        painter.drawRoundedRect(box.adjusted(-2, -2, 2, 2), _RADIUS + 2, _RADIUS + 2)
    painter.setOpacity(1.0)


def _inks(stop: TimelineStop, colours: Colours, is_late: bool) -> tuple[str, str, str]:
    match stop.status:
        case "done":
            return colours.ok, colours.ok_soft, colours.ok
        case "failed":
            return colours.danger, colours.danger_soft, colours.danger
        case "next":
            return (
                (colours.warning, colours.warning_soft, colours.warning)
                if is_late
                else (colours.accent, colours.accent, colours.on_accent)
            )
        case _:
            return (
                (colours.warning, colours.warning_soft, colours.warning)
                if is_late
                else (colours.accent, colours.surface, colours.accent)
            )


def _paint_plan(painter: QPainter, block: Block, colours: Colours) -> None:
    """Where it was planned, and the way from there to where it was."""
    plan, box = block.plan, block.box
    assert plan is not None
    painter.setPen(QPen(QColor(colours.quiet), 1, Qt.PenStyle.DotLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(plan.adjusted(0.5, 2.5, -0.5, -2.5), _RADIUS, _RADIUS)
    if plan.right() < box.left():
        painter.drawLine(QPointF(plan.right(), plan.center().y()), QPointF(box.left(), box.center().y()))


def _paint_sign(painter: QPainter, stop: TimelineStop, box: QRectF, ink: str) -> None:
    """The number where it has room, else a sign of the status alone."""
    middle = box.center()
    pen = QPen(QColor(ink), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    text = str(stop.number)
    size = 10
    width = metrics_of(size, QFont.Weight.DemiBold).horizontalAdvance(text)
    sign_room = 12 if stop.status in ("done", "failed") else 0
    has_number = box.width() >= width + sign_room + 3
    left = middle.x() - (width + sign_room) / 2 if has_number else middle.x() - 4
    painter.setPen(pen)
    if stop.status == "done" and (has_number or box.width() >= 8):
        tick = QPointF(left + 4, middle.y())
        painter.drawPolyline(
            QPolygonF([tick + QPointF(-3, 0), tick + QPointF(-1, 2.4), tick + QPointF(3, -2.4)])
        )
    elif stop.status == "failed":
        cross = QPointF(left + 4, middle.y())
        painter.drawLine(cross + QPointF(-2.5, -2.5), cross + QPointF(2.5, 2.5))
        painter.drawLine(cross + QPointF(-2.5, 2.5), cross + QPointF(2.5, -2.5))
    if has_number:
        painter.setFont(lettering(size, QFont.Weight.DemiBold))
        painter.drawText(QPointF(left + sign_room, middle.y() + 3.7), text)


def _paint_drop_place(painter: QPainter, timeline: RouteTimeline) -> None:
    place = timeline.drop_place()
    if place is None:
        return
    colours = timeline.colours
    row, index = place
    top, width = timeline.top_of(row), timeline.viewport().width()
    painter.setPen(QPen(QColor(colours.accent), 1.6))
    painter.setBrush(with_alpha(colours.accent, 0.08))
    painter.drawRoundedRect(QRectF(1, top + 1, width - 2, ROW_HEIGHT - 2), 4, 4)
    blocks = timeline.blocks_of(row)
    if blocks:
        x = blocks[index].box.left() - 4 if index < len(blocks) else blocks[-1].box.right() + 4
        painter.setPen(QPen(QColor(colours.accent), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(x, top + 4), QPointF(x, top + ROW_HEIGHT - 4))


def _paint_dragged(painter: QPainter, timeline: RouteTimeline) -> None:
    if timeline.dragged is None:
        return
    colours, stop = timeline.colours, timeline.dragged.stop
    place = timeline.drop_place()
    target = timeline.rows[place[0]].label if place else None
    text = f"Give stop {stop.number} to {target}" if target else "Drop it on another vehicle's row"
    width = metrics_of(12, QFont.Weight.Medium).horizontalAdvance(text) + 20
    left = min(timeline.pointer.x() + 12, timeline.viewport().width() - width - 4)
    top = min(timeline.pointer.y() + 12, timeline.viewport().height() - 30.0)
    box = QRectF(left, top, width, 26)
    draw_floating_card(painter, box, QColor(colours.raised), QColor(colours.line), QColor(colours.shadow), 5)
    painter.setFont(lettering(12, QFont.Weight.Medium))
    painter.setPen(QColor(colours.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
