"""Where documents go: a PDF, a picture for the preview, a printer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMarginsF, QSizeF
from PySide6.QtGui import QImage, QPageSize, QPainter, QPdfWriter

from desktop_app.printing.ink import WHITE, Ink
from desktop_app.printing.page import Document

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

# Fine enough for the narrowest module of a barcode to keep its width.
_DPI: Final = 1200
_UNITS_PER_INCH: Final = 254


def write_pdf(document: Document, path: Path) -> int:
    """Write a document whole or not at all; answer its number of pages. Raises OSError."""
    part = path.with_name(f".{path.name}.part")
    part.touch()
    try:
        writer = QPdfWriter(str(part))
        writer.setTitle(document.title)
        writer.setCreator("Holdfast")
        writer.setResolution(_DPI)
        writer.setPageSize(page_size(document))
        writer.setPageMargins(QMarginsF(0, 0, 0, 0))
        painter = QPainter()
        if not painter.begin(writer):
            raise OSError(f"cannot write {path}")
        for number, page in enumerate(document.pages):
            if number:
                writer.newPage()
            painter.save()
            painter.scale(_DPI / _UNITS_PER_INCH, _DPI / _UNITS_PER_INCH)
            page(Ink(painter))
            painter.restore()
        painter.end()
        del painter, writer
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return len(document.pages)


def picture(document: Document, number: int, width: int) -> QImage:
    """A page as a picture so many pixels wide."""
    paper_width, paper_height = document.size
    scale = width / paper_width
    image = QImage(width, round(paper_height * scale), QImage.Format.Format_RGB32)
    image.fill(WHITE)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.scale(scale, scale)
    document.pages[number](Ink(painter))
    painter.end()
    return image


def page_size(document: Document) -> QPageSize:
    """The paper of a document; its own size where it is no sheet that printers know."""
    width, height = document.size
    return QPageSize(QSizeF(width / 10, height / 10), QPageSize.Unit.Millimeter, document.title)


def send(document: Document, printer: QPrinter) -> None:
    """Draw the pages on a printer, smaller where its paper is. Raises OSError where it takes nothing."""
    painter = QPainter()
    if not painter.begin(printer):
        raise OSError(f"the printer {printer.printerName()} does not take anything")
    paper = printer.paperRect(type(printer).Unit.DevicePixel)
    for number, page in enumerate(document.pages):
        if number:
            printer.newPage()
        painter.save()
        scale = min(paper.width() / document.size[0], paper.height() / document.size[1])
        painter.scale(scale, scale)
        page(Ink(painter))
        painter.restore()
    painter.end()
