"""What part of the world the map shows: a centre, a zoom, a size; and the arithmetic between screen and world."""

from __future__ import annotations

from dataclasses import dataclass, replace

from desktop_app.widgets.fleet_map.mercator import project, unproject, world_pixels, zoom_for

MIN_ZOOM = 1.0
MAX_ZOOM = 15.0

Insets = tuple[int, int, int, int]
"""left, top, right, bottom pixels of the map that lie under floating cards"""


@dataclass(frozen=True, slots=True)
class Camera:
    """`x`, `y` are the world coordinates at the middle of the widget; sizes are device-independent pixels."""

    x: float = 0.5
    y: float = 0.35
    zoom: float = 2.0
    width: int = 640
    height: int = 480

    @property
    def scale(self) -> float:
        """Pixels per world unit."""
        return world_pixels(self.zoom)

    @property
    def left(self) -> float:
        """The world's x at the widget's left edge."""
        return self.x - self.width / 2 / self.scale

    @property
    def top(self) -> float:
        """The world's y at the widget's top edge."""
        return self.y - self.height / 2 / self.scale

    def to_screen(self, x: float, y: float) -> tuple[float, float]:
        """Pixels in the widget of a point of the world."""
        scale = self.scale
        return (x - self.left) * scale, (y - self.top) * scale

    def to_world(self, px: float, py: float) -> tuple[float, float]:
        """The point of the world under a pixel of the widget."""
        scale = self.scale
        return self.left + px / scale, self.top + py / scale

    def place_at(self, px: float, py: float) -> tuple[float, float]:
        """(latitude, longitude) under a pixel of the widget."""
        return unproject(*self.to_world(px, py))

    @property
    def middle(self) -> tuple[float, float]:
        """(latitude, longitude) at the middle."""
        return unproject(self.x, self.y)

    def moved(self, dx: float, dy: float) -> Camera:
        """The view after its content moved by so many pixels."""
        scale = self.scale
        return replace(self, x=self.x - dx / scale, y=self.y - dy / scale).clamped()

    def zoomed(self, steps: float, px: float, py: float) -> Camera:
        """The view `steps` zooms nearer, with the same place still under the pixel."""
        zoom = min(max(self.zoom + steps, self.least_zoom), MAX_ZOOM)
        x, y = self.to_world(px, py)
        scale = world_pixels(zoom)
        middle_x = x - (px - self.width / 2) / scale
        middle_y = y - (py - self.height / 2) / scale
        return replace(self, x=middle_x, y=middle_y, zoom=zoom).clamped()

    def resized(self, width: int, height: int) -> Camera:
        """The same middle and zoom in a widget of another size."""
        return replace(self, width=max(width, 1), height=max(height, 1)).clamped()

    def centred(self, lat: float, lon: float, zoom: float | None = None) -> Camera:
        """The view with a place at its middle."""
        x, y = project(lat, lon)
        return replace(self, x=x, y=y, zoom=self.zoom if zoom is None else min(zoom, MAX_ZOOM)).clamped()

    def fitted(
        self, left: float, top: float, right: float, bottom: float, insets: Insets, most_zoom: float
    ) -> Camera:
        """The nearest view that shows the given part of the world inside the insets, with some air around it."""
        air = 36
        free_width = max(self.width - insets[0] - insets[2] - 2 * air, 80)
        free_height = max(self.height - insets[1] - insets[3] - 2 * air, 80)
        span_x, span_y = max(right - left, 1e-9), max(bottom - top, 1e-9)
        zoom = min(zoom_for(min(free_width / span_x, free_height / span_y)), most_zoom)
        zoom = max(zoom, self.least_zoom)
        scale = world_pixels(zoom)
        x = (left + right) / 2 + (insets[2] - insets[0]) / 2 / scale
        y = (top + bottom) / 2 + (insets[3] - insets[1]) / 2 / scale
        return replace(self, x=x, y=y, zoom=zoom).clamped()

    @property
    def least_zoom(self) -> float:
        """The farthest zoom: the world still fills the widget's height."""
        return max(MIN_ZOOM, zoom_for(float(self.height)))

    def clamped(self) -> Camera:
        """The nearest view that is not beyond the map's top and bottom, nor past its sides by more than half."""
        zoom = min(max(self.zoom, self.least_zoom), MAX_ZOOM)
        half = self.height / 2 / world_pixels(zoom)
        return replace(self, zoom=zoom, x=min(max(self.x, 0.0), 1.0), y=min(max(self.y, half), 1.0 - half))
