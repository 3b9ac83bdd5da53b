"""Loads pytest-qt when the first test file that uses Qt is collected, so that others never import Qt.

pytest-qt imports Qt in its `pytest_configure`. It is blocked under its entry point's name in pyproject.toml
and registered here under its module's name; pytest replays the hooks that it missed.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

_PLUGIN = "pytestqt.plugin"
_USES_QT = re.compile(r"\b(desktop_app|PySide6|qtbot|qapp|pytestqt)\b")


def declare_settings(parser: pytest.Parser) -> None:
    """Declare pytest-qt's settings, so that --strict-config knows them while the plugin is not loaded."""
    for name in ("qt_api", "qt_log_level_fail"):
        parser.addini(name, "see pytest-qt")
    parser.addini("qt_log_ignore", "see pytest-qt", type="linelist")


def load_if_needed(file_path: Path, config: pytest.Config) -> None:
    """Load pytest-qt if this file is a test or a conftest that names Qt, and it is not loaded yet."""
    if file_path.suffix != ".py" or config.pluginmanager.has_plugin(_PLUGIN):
        return
    if _USES_QT.search(file_path.read_text(encoding="utf-8")):
        # Its command line options are added too late to be parsed: these are their defaults.
        config.option.qt_log = True
        config.option.qt_log_format = None
        config.pluginmanager.import_plugin(_PLUGIN)
