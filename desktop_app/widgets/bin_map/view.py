"""What part of the hall is shown: a middle in metres and pixels per metre. The front of the hall is below."""

from __future__ import annotations

from dataclasses import dataclass, replace

from desktop_app.widgets.bin_map.plan import Rect

MAX_SCALE = 160.0


@dataclass(frozen=True, slots=True)
class PlanView:
    """`x`, `y` are the metres at the middle of the widget; sizes are device-independent pixels."""

    x: float = 0.0
    y: float = 0.0
    scale: float = 10.0
    width: int = 400
    height: int = 300

    def to_screen(self, x: float, y: float) -> tuple[float, float]:
        """Pixels of a place of the hall."""
        return (x - self.x) * self.scale + self.width / 2, (self.y - y) * self.scale + self.height / 2

    def to_hall(self, px: float, py: float) -> tuple[float, float]:
        """The place of the hall under a pixel."""
        return (px - self.width / 2) / self.scale + self.x, self.y - (py - self.height / 2) / self.scale

    def moved(self, dx: float, dy: float) -> PlanView:
        """The view after its content moved by so many pixels."""
        return replace(self, x=self.x - dx / self.scale, y=self.y + dy / self.scale)

    def zoomed(self, factor: float, px: float, py: float, least: float) -> PlanView:
        """The view so many times nearer, with the same place still under the pixel."""
        scale = min(max(self.scale * factor, least), MAX_SCALE)
        x, y = self.to_hall(px, py)
        return replace(
            self, scale=scale, x=x - (px - self.width / 2) / scale, y=y + (py - self.height / 2) / scale
        )

    def resized(self, width: int, height: int) -> PlanView:
        """The same middle and scale in a widget of another size."""
        return replace(self, width=max(width, 1), height=max(height, 1))

    def fitted(self, bounds: Rect, air: tuple[float, float, float, float]) -> PlanView:
        """The nearest view of the bounds with so many pixels of air at left, top, right and bottom."""
        left, top, right, bottom = air
        width, height = max(self.width - left - right, 40.0), max(self.height - top - bottom, 40.0)
        scale = min(width / (bounds.right - bounds.left), height / (bounds.back - bounds.front), MAX_SCALE)
        return replace(
            self,
            scale=scale,
            x=(bounds.left + bounds.right) / 2 + (right - left) / 2 / scale,
            y=(bounds.front + bounds.back) / 2 + (top - bottom) / 2 / scale,
        )

    def kept_near(self, bounds: Rect) -> PlanView:
        """The nearest view whose middle lies in the bounds."""
        return replace(
            self, x=min(max(self.x, bounds.left), bounds.right), y=min(max(self.y, bounds.front), bounds.back)
        )
