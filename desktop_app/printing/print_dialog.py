"""Shows what will be on the paper, and lets a person print it or keep it as a PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeyEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from desktop_app.dialogs.frame import DialogFrame
from desktop_app.panel_context import PanelContext
from desktop_app.printing.output import page_size, picture, send, write_pdf
from desktop_app.printing.page import Document
from desktop_app.widgets.buttons import icon_button
from desktop_app.widgets.layouts import label, row

_MOST_WIDTH: Final = 520
_MOST_HEIGHT: Final = 520
_FOLDER: Final = "print_folder"


class PrintDialog(DialogFrame):
    """The preview of one document. Page Up and Page Down turn its pages."""

    def __init__(self, context: PanelContext, document: Document, parent: QWidget) -> None:
        pages = len(document.pages)
        width, height = (side / 10 for side in document.size)
        paper = "A4" if document.size == (2100, 2970) else f"{width:g} x {height:g} mm"
        self._printers = QPrinterInfo.availablePrinterNames()
        hint = f"{pages} page{'' if pages == 1 else 's'}, {paper}"
        if not self._printers:
            hint += ". No printer is set up on this computer; save a PDF instead."
        super().__init__(context.theme, document.title, hint, parent, width=_MOST_WIDTH + 60)
        self.setObjectName("print.dialog")
        self._context, self._document, self._number = context, document, 0
        self.preview = _Preview(context, document)
        self.body.addWidget(self.preview, 0, Qt.AlignmentFlag.AlignHCenter)
        self._words = label("", "quiet")
        self._words.setObjectName("print.page")
        back = icon_button(context.theme, "chevron-left", "Previous page", lambda: self.turn(-1))
        ahead = icon_button(context.theme, "chevron-right", "Next page", lambda: self.turn(1))
        if pages > 1:
            self.body.addLayout(row("stretch", back, self._words, ahead, "stretch"))
        self.add_button("Close", self.reject, "quiet")
        save = self.add_button("Save as PDF...", self.save, "plain" if self._printers else "primary")
        save.setObjectName("print.save")
        if self._printers:
            self.add_button("Print...", self.print_it, "primary").setObjectName("print.print")
        self.turn(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn the pages."""
        step = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.turn(step)

    def turn(self, by: int) -> None:
        """Show another page."""
        pages = len(self._document.pages)
        self._number = min(max(self._number + by, 0), pages - 1)
        self.preview.show_page(self._number)
        self._words.setText(f"{self._number + 1} of {pages}")

    def save(self) -> None:
        """Ask where to, and write the PDF."""
        folder = str(self._context.settings.state(_FOLDER) or Path.home())
        name, _kind = QFileDialog.getSaveFileName(
            self, "Save as PDF", str(Path(folder) / self._document.name), "PDF (*.pdf)"
        )
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Write the PDF off the UI thread and say where it is."""
        context, document = self._context, self._document
        context.settings.remember(_FOLDER, str(path.parent))

        def opened() -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

        context.runner.run(
            lambda: write_pdf(document, path),
            lambda _pages: context.toasts.good(f"Saved {path.name}", ("Open", opened)),
            context.toasts,
            lane="files",
            label="Saving the PDF",
        )
        self.accept()

    def print_it(self) -> None:
        """Let the person choose the printer, then print."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(self._document.title)
        printer.setFullPage(True)
        printer.setPageSize(page_size(self._document))
        chosen = QPrintDialog(printer, self)
        chosen.setOptions(QPrintDialog.PrintDialogOption.PrintToFile)
        chosen.finished.connect(lambda result: self._print_on(printer, result))
        chosen.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chosen.open()  # type: ignore[call-arg]

    def _print_on(self, printer: QPrinter, result: int) -> None:
        if result != QDialog.DialogCode.Accepted:
            return
        document, toasts = self._document, self._context.toasts
        self._context.runner.run(
            lambda: send(document, printer),
            lambda _none: toasts.good(f"{document.title}: sent to {printer.printerName()}"),
            toasts,
            lane="files",
            label="Printing",
        )
        self.accept()


class _Preview(QWidget):
    """One page of paper, as sharp as the screen."""

    def __init__(self, context: PanelContext, document: Document) -> None:
        super().__init__()
        self._theme, self._document, self._number = context.theme, document, 0
        width, height = document.size
        scale = min(_MOST_WIDTH / width, _MOST_HEIGHT / height)
        self.setFixedSize(round(width * scale), round(height * scale))
        self._picture: QPixmap | None = None

    def show_page(self, number: int) -> None:
        """Show a page."""
        self._number, self._picture = number, None
        self.setAccessibleName(f"{self._document.title}, page {number + 1}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paper is white in every theme."""
        ratio = self.devicePixelRatioF()
        if self._picture is None:
            self._picture = QPixmap.fromImage(
                picture(self._document, self._number, round(self.width() * ratio))
            )
            self._picture.setDevicePixelRatio(ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.setPen(self._theme.colour("line_strong"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
