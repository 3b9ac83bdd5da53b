"""Short ways to lay widgets out on the grid of the tokens."""

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_app.themes.tokens import SPACE_8, SPACE_16

LabelRole = Literal["body", "quiet", "label", "strong", "section", "title", "figure", "error"]
# A piece of a row or column: a widget, a layout, a number (fixed space) or "stretch".
Piece = QWidget | QLayout | int | Literal["stretch"]


def row(*pieces: Piece, gap: int = SPACE_8, margins: int | tuple[int, int, int, int] = 0) -> QHBoxLayout:
    """Pieces side by side."""
    layout = QHBoxLayout()
    _fill(layout, pieces, gap, margins)
    return layout


def column(*pieces: Piece, gap: int = SPACE_8, margins: int | tuple[int, int, int, int] = 0) -> QVBoxLayout:
    """Pieces below each other."""
    layout = QVBoxLayout()
    _fill(layout, pieces, gap, margins)
    return layout


def holder(layout: QLayout, ground: Literal["", "ground", "surface"] = "") -> QWidget:
    """A plain widget around a layout; with `ground`, on that token's colour."""
    widget = QWidget()
    if ground:
        widget.setProperty("ground", ground)
        widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    widget.setLayout(layout)
    return widget


def card(layout: QLayout) -> QFrame:
    """A surface with a hairline around it."""
    frame = QFrame()
    frame.setProperty("card", True)
    frame.setLayout(layout)
    return frame


def line() -> QFrame:
    """A hairline across."""
    frame = QFrame()
    frame.setProperty("line", True)
    return frame


def label(
    text: str = "", role: LabelRole = "body", *, wrap: bool = False, selectable: bool = False
) -> QLabel:
    """A text in one of the type roles."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role != "body":
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def section(title: str, *right: QWidget) -> QHBoxLayout:
    """A section's heading with what belongs to it at the right."""
    return row(label(title, "section"), "stretch", *right)


def scrolled(content: QWidget) -> QScrollArea:
    """`content` in an area that scrolls only down."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.viewport().setAutoFillBackground(False)
    area.setWidget(content)
    content.setAutoFillBackground(False)
    return area


def body_margins() -> tuple[int, int, int, int]:
    """The margins of a panel's body."""
    return (SPACE_16, SPACE_16, SPACE_16, SPACE_16)


def _fill(
    layout: QBoxLayout, pieces: tuple[Piece, ...], gap: int, margins: int | tuple[int, int, int, int]
) -> None:
    layout.setSpacing(gap)
    layout.setContentsMargins(*((margins,) * 4 if isinstance(margins, int) else margins))
    for piece in pieces:
        if isinstance(piece, QWidget):
            layout.addWidget(piece)
        elif isinstance(piece, QLayout):
            layout.addLayout(piece)
        elif isinstance(piece, int):
            layout.addSpacing(piece)
        else:
            layout.addStretch(1)
