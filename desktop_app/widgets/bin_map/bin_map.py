"""The bin map: a hall from above with its shelves, and the walk of a pick list through them.

It knows no storage: it draws the plain marks it is given, and says by signals what a person did.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from desktop_app.widgets.bin_map.bay_card import card_text, paint_card
from desktop_app.widgets.bin_map.chrome import legend_rows
from desktop_app.widgets.bin_map.colours import BinMapColours, bin_map_colours
from desktop_app.widgets.bin_map.floor_painter import Floor, Heat, heat_of, screen_rect, shows_levels
from desktop_app.widgets.bin_map.marks import BinMark, PickStop
from desktop_app.widgets.bin_map.path_painter import (
    Path,
    paint_packing,
    paint_path,
    paint_picker,
    picker_radius,
)
from desktop_app.widgets.bin_map.plan import Bay, Plan, Rect
from desktop_app.widgets.bin_map.plan_canvas import SMALL_WIDTH, PlanCanvas
from desktop_app.widgets.bin_map.view import PlanView
from desktop_app.widgets.canvas.chrome import button_colours, legend_colours
from desktop_app.widgets.canvas.ink import draw_pill, lettering, with_alpha
from desktop_app.widgets.canvas.scale_bar import paint_scale_bar, scale_bar_width

_NEAR_SCALE = 18.0
_NAMES_SCALE = 9.0
_PATH_AIR_M = 2.0


class BinMap(PlanCanvas):
    """Signals carry bin ids; an empty one says that there is none under the pointer, or none selected any more."""

    bin_hovered = Signal(str)
    bin_selected = Signal(str)
    bin_activated = Signal(str)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        colours: BinMapColours | None = None,
        fits_path: bool = False,
    ) -> None:
        """With `fits_path` the map shows the walk and not the whole hall: right for a small card."""
        super().__init__(parent, colours or bin_map_colours())
        self.plan = Plan(())
        self._fits_path = fits_path
        self._heat: Heat | None = None
        self._path: Path | None = None
        self._packing: tuple[float, float] | None = None
        self._packing_label = ""
        self._selected: str | None = None
        self._hovered: Bay | None = None
        self._hover_at = QPointF()
        self._version = 0
        self._floor: Floor | None = None
        self._kept: tuple[Hashable, QPixmap] | None = None
        self.setAccessibleName("Bin map")
        self._refresh()

    # What is shown

    def set_bins(self, bins: Iterable[BinMark]) -> None:
        """Replace all bins. The view stays if the hall is as large as before."""
        before = self.plan.bounds
        self.plan = Plan(bins)
        self._hovered = None
        self._changed()
        if self.plan.bounds != before:
            self.fit()

    def set_path(
        self,
        stops: Sequence[PickStop],
        line: Sequence[tuple[float, float]] = (),
        picker: tuple[float, float] | None = None,
    ) -> None:
        """Show a walk: its stops, its corners in metres (see `services.domain.pick_path.walking_order`), and where the
        picker stands. No stops and no line: no path. A stop whose bin is not on the map is left out.
        """
        self._path = Path(tuple(line), tuple(stops), picker) if stops or line else None
        if self.is_fitted and self._fits_path:
            self.fit()
        self._refresh()

    def set_picker(self, place: tuple[float, float] | None) -> None:
        """Where the picker stands now, in metres."""
        if self._path is not None:
            self._path = self._path._replace(picker=place)
            self.update()

    def set_packing(self, place: tuple[float, float] | None, label: str = "Packing") -> None:
        """Where walks begin and end."""
        self._packing, self._packing_label = place, label
        self._changed()

    def set_heat(self, values: Mapping[str, float] | None, title: str = "Picks", unit: str = "picks") -> None:
        """Colour bins by a value of theirs, from nothing to the greatest; None goes back to how full they are."""
        self._heat = None if values is None else heat_of(dict(values), title, unit)
        self._changed()

    def set_selection(self, bin_id: str | None, *, show: bool = False) -> None:
        """Select a bin without a signal; with `show` bring it into the middle, near enough to be read."""
        self._selected = bin_id
        face = self.plan.face_of(bin_id) if bin_id is not None else None
        if show and face is not None:
            scale = max(self.view.scale, _NEAR_SCALE)
            self.view = PlanView(face[0], face[1], scale, self.view.width, self.view.height)
            self.is_fitted = False
        self.update()

    def selection(self) -> str | None:
        """The selected bin."""
        return self._selected

    def set_colours(self, colours: BinMapColours) -> None:
        """Paint in another theme's colours."""
        self.colours = colours
        self.legend.recolour(legend_colours(colours))
        self.buttons.recolour(button_colours(colours, colours.hover))
        self._changed()

    def fit_path(self) -> None:
        """Show the walk."""
        self.fit_to(self._path_bounds())

    def whole(self) -> Rect:
        """The hall."""
        return self.plan.bounds

    def fitting(self) -> Rect:
        """The hall, or the walk where the map was made to show that."""
        return self._path_bounds() if self._fits_path else self.plan.bounds

    def _path_bounds(self) -> Rect:
        faces = [self.plan.face_of(stop.bin_id) for stop in (self._path.stops if self._path else ())]
        places = [face for face in faces if face is not None] + list(self._path.line if self._path else ())
        if not places:
            return self.plan.bounds
        xs, ys = [x for x, _ in places], [y for _, y in places]
        air = _PATH_AIR_M
        return Rect(min(xs) - air, min(ys) - air, max(xs) + air, max(ys) + air)

    def _changed(self) -> None:
        self._version += 1
        self._floor = None
        self._refresh()

    def _refresh(self) -> None:
        stops = self._path.stops if self._path else ()
        done = sum(stop.status in ("done", "short") for stop in stops)
        self.setAccessibleDescription(
            f"{self.plan.bin_count:,} bins; path of {len(stops)} stops, {done} done"
        )
        self.legend.set_rows(legend_rows(self.plan, stops, self._heat, self.colours))
        self.lay_out()
        self.update()

    # What a person does

    def bin_under(self, at: QPointF) -> BinMark | None:
        """The bin under a pixel. Where levels are too narrow to point at, the bay's lowest; and where one of the bay is
        selected already, the one above it, so that clicking again goes up.
        """
        x, y = self.view.to_hall(at.x(), at.y())
        bay = self.plan.bay_at(x, y)
        if bay is None or shows_levels(bay, self.view):
            return self.plan.bin_at(x, y)
        ids = [mark.id for mark in bay.bins]
        above = (ids.index(self._selected) + 1) % len(ids) if self._selected in ids else 0
        return bay.bins[above]

    def hover(self, at: QPointF | None) -> None:
        """Say what is under the pointer."""
        bay = self.plan.bay_at(*self.view.to_hall(at.x(), at.y())) if at is not None else None
        if bay is not self._hovered:
            self._hovered = bay
            self.bin_hovered.emit(bay.bins[0].id if bay else "")
            self.setCursor(Qt.CursorShape.PointingHandCursor if bay else Qt.CursorShape.ArrowCursor)
        self._hover_at = at or self._hover_at
        self.update()

    def click(self, at: QPointF) -> None:
        """Select the bin, or nothing."""
        mark = self.bin_under(at)
        self._selected = mark.id if mark else None
        self.bin_selected.emit(mark.id if mark else "")
        self.update()

    def activate(self, at: QPointF | None) -> bool:
        """Open the selected bin."""
        if self._selected is None or (
            at is not None and self.plan.bay_at(*self.view.to_hall(at.x(), at.y())) is None
        ):
            return False
        self.bin_activated.emit(self._selected)
        return True

    def let_go(self) -> bool:
        """Select nothing."""
        had = self._selected is not None
        self._selected = None
        if had:
            self.bin_selected.emit("")
            self.update()
        return had

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The kept picture, and what moves over it."""
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if self._hovered is not None:
            painter.setPen(QPen(QColor(self.colours.text), 1.4))
            painter.setBrush(with_alpha(self.colours.text, 0.06))
            painter.drawRect(screen_rect(self._hovered.rect, self.view))
        if self._path is not None and self._path.picker is not None:
            at = QPointF(*self.view.to_screen(*self._path.picker))
            paint_picker(painter, at, picker_radius(self.view), self.colours)
        if self.plan.bin_count == 0:
            painter.setFont(lettering(13))
            painter.setPen(QColor(self.colours.quiet))
            text = "No bins yet. Import locations to see the hall."
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)
        if self._hovered is not None and not self.is_panning:
            stops = self._path.stops if self._path else ()
            text_ = card_text(self._pointed_at(self._hovered), stops, self._heat)
            paint_card(painter, self._hover_at, (self.width(), self.height()), text_, self.colours)
        if self.has_key_focus:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(QColor(self.colours.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _pointed_at(self, bay: Bay) -> Sequence[BinMark]:
        mark = self.plan.bin_at(*self.view.to_hall(self._hover_at.x(), self._hover_at.y()))
        return [mark] if mark is not None and shows_levels(bay, self.view) else bay.bins

    def _picture(self) -> QPixmap:
        """Floor, selection and path, kept until the view or one of them changes."""
        ratio = self.devicePixelRatioF()
        key = (self.view, self._version, self._path, self._selected, ratio)
        if self._kept is None or self._kept[0] != key:
            pixmap = QPixmap(self.size() * ratio)
            pixmap.setDevicePixelRatio(ratio)
            painter = QPainter(pixmap)
            if self._floor is None:
                self._floor = Floor(self.plan, self.colours, self._heat)
            self._floor.paint(painter, self.view)
            self._paint_selected(painter)
            if self._packing is not None:
                label = self._packing_label if self.view.scale > _NAMES_SCALE else ""
                paint_packing(painter, QPointF(*self.view.to_screen(*self._packing)), label, self.colours)
            if self._path is not None:
                paint_path(painter, self._path, self.plan, self.view, self.colours)
            self._paint_scale(painter)
            painter.end()
            self._kept = (key, pixmap)
        return self._kept[1]

    def _paint_selected(self, painter: QPainter) -> None:
        found = self.plan.place_of(self._selected) if self._selected is not None else None
        if found is not None:
            bay, index = found
            rect = bay.level_rect(index) if shows_levels(bay, self.view) else bay.rect
            painter.setPen(QPen(QColor(self.colours.text), 2.2))
            painter.setBrush(with_alpha(self.colours.accent, 0.3))
            painter.drawRoundedRect(screen_rect(rect, self.view).adjusted(-1.5, -1.5, 1.5, 1.5), 2, 2)

    def _paint_scale(self, painter: QPainter) -> None:
        metres = 1.0 / self.view.scale
        most = 70.0 if self.width() < SMALL_WIDTH else 110.0
        bottom = self.height()
        plate = QRectF(6, bottom - 31, scale_bar_width(metres, most) + 16, 27)
        draw_pill(painter, plate, with_alpha(self.colours.surface, 0.8), None, 4)
        ink, halo = QColor(self.colours.text), QColor(self.colours.floor)
        paint_scale_bar(painter, 14, bottom - 10, metres, ink, halo, most)
