"""The screens that tests get: Qt draws without one and on a virtual X11 one, and finds the product's typeface."""

from __future__ import annotations

import os
import subprocess
import sys

_DRAW = """
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel

application = QApplication([])
label = QLabel("Pick 12 from A-01-02-3")
label.setStyleSheet("background: #ffffff; color: #000000; font-size: 40px")
label.show()
application.processEvents()
picture = label.grab().toImage()
inks = {picture.pixelColor(x, y).lightness() for x in range(picture.width()) for y in range(picture.height())}
print(QGuiApplication.platformName(), min(inks), max(inks), "Inter" in QFontDatabase.families())
"""


def _draw(**environment: str) -> list[str]:
    """Draw a label in a process of its own: the platform, darkest and lightest ink, and whether Inter is there."""
    drawn = subprocess.run(
        [sys.executable, "-c", _DRAW],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert drawn.returncode == 0, drawn.stderr
    return drawn.stdout.split()


def test_qt_draws_text_without_a_screen() -> None:
    assert _draw(QT_QPA_PLATFORM="offscreen") == ["offscreen", "0", "255", "True"]


def test_qt_opens_a_window_on_an_x11_screen(virtual_screen: str) -> None:
    assert _draw(QT_QPA_PLATFORM="xcb", DISPLAY=virtual_screen) == ["xcb", "0", "255", "True"]
