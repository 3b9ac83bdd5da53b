"""What the start benchmark starts: an empty window, or a desk on its profile; each says when people see something."""

from __future__ import annotations

import sys
from pathlib import Path


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
    """The desk as `holdfast desk` opens it, until the first real rows of the Inventory panel are painted."""
    from desktop_app.qt_start import bring_in_qt

    bring_in_qt()
    from PySide6.QtWidgets import QApplication

    from desktop_app.app_context import AppContext
    from local_db.desk import Desk

    opened = Desk.open(folder, allow_plain=True)
    app = QApplication(sys.argv[:1])
    context = AppContext(opened, folder)
    context.start()
    window = context.window
    assert window is not None, "somebody must be signed in"
    window.resize(1280, 800)
    panel = window.panel("inventory")
    assert panel is not None, "the Inventory panel must be the one that is reopened"
    from desktop_app.widgets.row_table import RowTable

    table = panel.findChild(RowTable, "inventory.table")
    assert isinstance(table, RowTable)
    while not table.rows.cached():
        app.processEvents()
    app.processEvents()
    window.grab()
    heavy = {"pyqtgraph", "numpy", "sqlalchemy", "pydantic", "httpx", "keyring"} & sys.modules.keys()
    print("painted", ",".join(sorted(heavy)), flush=True)
    context.close()


if __name__ == "__main__":
    empty_window() if sys.argv[1] == "empty" else desk(Path(sys.argv[2]))
