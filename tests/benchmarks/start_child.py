"""What the start benchmark starts: an empty window, or the desk on its profile; each says when people see something."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_app.desk_start import DeskStart


def empty_window() -> None:
    """The least that a Qt program can be."""
    from PySide6.QtWidgets import QApplication, QMainWindow

    app = QApplication(sys.argv[:1])
    window = QMainWindow()
    window.resize(1280, 800)
    window.show()
    app.processEvents()
    window.grab()
    print("painted", flush=True)


def desk(folder: Path) -> None:
    """The desk as `holdfast desk` opens it: until its first real rows are painted, and until it is whole."""
    from desktop_app.console.desk import open_desk

    open_desk(folder, allow_plain=True, watch=_watch)


def _watch(start: DeskStart) -> None:
    def painted() -> None:
        heavy = {"pyqtgraph", "numpy", "sqlalchemy", "pydantic", "httpx", "keyring"} & sys.modules.keys()
        print("painted", ",".join(sorted(heavy)), flush=True)

    def ready() -> None:
        from PySide6.QtWidgets import QApplication

        from desktop_app.widgets.row_table import RowTable

        window = start.context.window if start.context is not None else None
        panel = window.panel("inventory") if window is not None else None
        table = panel.findChild(RowTable, "inventory.table") if panel is not None else None
        if window is not None and isinstance(table, RowTable) and table.rows.cached():
            window.grab()
            print("ready", flush=True)
        QApplication.quit()

    start.first_rows.connect(painted)
    start.ready.connect(ready)


if __name__ == "__main__":
    empty_window() if sys.argv[1] == "empty" else desk(Path(sys.argv[2]))
