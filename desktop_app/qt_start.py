"""Brings Qt in at the least cost. Whatever opens a window calls `bring_in_qt` before it imports anything of PySide6.

Measured on a cold start (PySide6 6.11, Python 3.11): PySide6 puts a function of its own in the place of `__import__`,
which reads the source of every module imported from then on, to see whether it asks for snake_case names. We never do,
so it has to wait until the window is painted; then it is put back, since star imports from PySide6, as pyqtgraph's,
need it. Python's collector walks over the same young objects again and again while modules load; it waits as well. What
PySide6 would compile at each start is kept compiled (see qt_bytecode).
"""

import builtins
import gc
from collections.abc import Callable
from typing import Any

from desktop_app.qt_bytecode import kept_bytecode
from services.storage.collector import collect_seldom

_waiting: list[Callable[..., Any]] = []


def bring_in_qt() -> None:
    """Import Qt; until `settle_down`, import by Python's own function and collect no garbage."""
    if _waiting:
        return
    gc.disable()
    plain_import = builtins.__import__
    with kept_bytecode():
        import PySide6.QtWidgets

    assert PySide6.QtWidgets
    _waiting.append(builtins.__import__)
    builtins.__import__ = plain_import


def settle_down() -> None:
    """The window is painted: what has been loaded stays, garbage is collected and PySide6 imports again."""
    if _waiting:
        builtins.__import__ = _waiting.pop()
        collect_seldom()
        gc.enable()
