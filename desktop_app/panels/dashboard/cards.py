"""The row of figures: what each card shows, where it leads, and when it asks for a look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from desktop_app import formats
from desktop_app.panel_context import LinkStatus
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_12, Tone
from desktop_app.widgets.figure_card import FigureCard
from local_db.queries.dashboard_queries import Figures

# (key, title, unit, panel that it leads to)
_CARDS: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("orders", "Orders today", "", "orders"),
    ("to_pick", "To pick", "tasks", "picking"),
    ("late", "Late", "orders", "orders"),
    ("fill", "Fill rate", "%", "orders"),
    ("low", "To reorder", "products", "inventory"),
    ("vans", "Vans out", "", "fleet"),
    ("pending", "Pending", "", "outbox"),
)
_FILL_GOOD: Final = 98.0
_FILL_POOR: Final = 90.0
"""Below these percents of units promised of units asked for, somebody should look, or act."""


class Face(NamedTuple):
    """What one card shows."""

    figure: str
    trend: Sequence[float]
    tone: Tone | None = None
    word: str = ""


class FigureRow(QWidget):
    """`opened(panel id)` where a card was clicked."""

    opened = Signal(str)

    def __init__(self, theme: Theme, zone: str) -> None:
        super().__init__()
        self.cards: dict[str, FigureCard] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_12)
        for key, title, unit, panel in _CARDS:
            card = FigureCard(theme, title, unit, leads=True, zone=zone)
            card.setObjectName(f"dashboard.{key}")
            # Those with a pill are a little higher, and all shall be alike.
            card.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
            card.clicked.connect(lambda panel=panel: self.opened.emit(panel))
            self.cards[key] = card
            layout.addWidget(card, 1)

    def show_figures(self, figures: Figures, link: LinkStatus, now: formats.Instant) -> None:
        """Show these; their age is that of the rows that they are counted from."""
        when = link.synced_at if link.synced_at is not None and link.state != "live" else now
        for key, face in faces(figures, link).items():
            self.cards[key].show_figure(
                face.figure, trend=face.trend, when=now if key == "pending" else when, tone=face.tone,
                word=face.word,
            )  # fmt: skip
        self.cards["low"].setToolTip("Products that have come down to their reorder level")


def faces(figures: Figures, link: LinkStatus) -> dict[str, Face]:
    """What every card shows."""
    fill = figures.fill_rate
    fill_tone: tuple[Tone | None, str] = (None, "")
    if fill is not None and fill < _FILL_GOOD:
        fill_tone = ("danger", "Poor") if fill < _FILL_POOR else ("warning", "Short")
    pending_tone: tuple[Tone | None, str] = (None, "")
    if link.needs_attention:
        pending_tone = ("danger", f"{link.needs_attention} refused")
    elif link.pending:
        pending_tone = ("provisional", "Not sent")
    return {
        "orders": Face(formats.number(figures.orders_today), _line(figures.orders_trend)),
        "to_pick": Face(formats.number(figures.to_pick), figures.to_pick_trend),
        "late": Face(
            formats.number(figures.late), figures.late_trend,
            "warning" if figures.late else None, "Overdue" if figures.late else "",
        ),
        "fill": Face(formats.number(fill, 1), _line(figures.fill_trend), *fill_tone),
        "low": Face(
            formats.number(figures.low_stock), figures.low_trend,
            "warning" if figures.low_stock else None, "Low" if figures.low_stock else "",
        ),
        "vans": Face(f"{figures.vans_out}/{figures.vans}", figures.vans_trend),
        "pending": Face(formats.number(link.pending), _line(figures.pending_trend), *pending_tone),
    }  # fmt: skip


def _line(values: Sequence[float]) -> Sequence[float]:
    """A trend of a single day is level."""
    return [*values, *values] if len(values) == 1 else values
