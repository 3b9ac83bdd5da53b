"""Barcodes as rectangles of ink: the modules come from zxing-cpp, so print and PDF stay sharp at every size."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import Any, Final, Literal

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

Symbology = Literal["code128", "datamatrix", "ean13"]
Side = Literal["left", "right", "centre"]

_BLACK: Final = QColor("#000000")
# Blank modules that the symbology's standard wants at each side (ISO/IEC 15417, 16022, 15420).
QUIET: Final[dict[Symbology, int]] = {"code128": 10, "datamatrix": 1, "ean13": 11}


@lru_cache(maxsize=512)
def modules(text: str, symbology: Symbology) -> tuple[tuple[bool, ...], ...]:
    """The dark modules of a code, row by row; a linear code has one row. Raises ValueError where it cannot be coded."""
    import zxingcpp

    formats = {
        "code128": zxingcpp.BarcodeFormat.Code128,
        "datamatrix": zxingcpp.BarcodeFormat.DataMatrix,
        "ean13": zxingcpp.BarcodeFormat.EAN13,
    }
    options = {"force_square": True} if symbology == "datamatrix" else {}
    code = zxingcpp.create_barcode(text, formats[symbology], **options)
    picture: Any = code.to_image(scale=1, add_quiet_zones=False)
    image = memoryview(picture)
    height, width = image.shape  # type: ignore[misc]
    rows = range(height) if symbology == "datamatrix" else range(1)
    return tuple(tuple(image[row, column] == 0 for column in range(width)) for row in rows)  # type: ignore[index]


def paint_barcode(
    painter: QPainter,
    box: QRectF,
    text: str,
    symbology: Symbology,
    *,
    side: Side = "left",
    most_module: float = 5.0,
) -> None:
    """Draw a code at one side of ``box``, its quiet zone inside it.

    ``most_module`` is how wide a module may become, in the painter's units; a linear code is as high as the box.
    """
    pattern, quiet = modules(text, symbology), QUIET[symbology]
    columns = len(pattern[0]) + 2 * quiet
    module = min(box.width() / columns, most_module)
    row_height, top = box.height(), box.top()
    if symbology == "datamatrix":
        row_height = module = min(module, box.height() / (len(pattern) + 2 * quiet))
        top = box.top() + quiet * module
    spare = box.width() - columns * module
    start = box.left() + {"left": 0.0, "centre": spare / 2, "right": spare}[side] + quiet * module
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for number, cells in enumerate(pattern):
        column = 0
        for dark, run in groupby(cells):
            length = len(list(run))
            if dark:
                left = start + column * module
                painter.fillRect(QRectF(left, top + number * row_height, length * module, row_height), _BLACK)
            column += length
    painter.restore()
