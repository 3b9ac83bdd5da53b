"""The leak checks themselves: what a test leaves behind fails it, and what it cleans up does not."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]


def _run(folder: Path, body: str) -> subprocess.CompletedProcess[str]:
    """Run one test file under the leak checks and the project's pytest settings, in a process of its own."""
    (folder / "test_sample.py").write_text(textwrap.dedent(body), encoding="utf-8")
    (folder / "conftest.py").write_text("from tests.conftest import *\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-c", str(_ROOT / "pyproject.toml"), "--rootdir", str(folder)]
        + ["-p", "no:cacheprovider", str(folder)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(_ROOT), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_test_that_leaves_a_thread_fails(tmp_path: Path) -> None:
    result = _run(
        tmp_path,
        """
        import threading, time

        def test_leaves_a_thread():
            threading.Thread(target=time.sleep, args=(8,), name="forgotten").start()
        """,
    )
    assert result.returncode == 1
    assert "left behind: thread 'forgotten'" in result.stdout


def test_a_daemon_thread_of_ours_fails_too(tmp_path: Path) -> None:
    result = _run(
        tmp_path,
        """
        import threading, time

        def test_leaves_a_daemon():
            threading.Thread(target=time.sleep, args=(60,), name="holdfast-sync", daemon=True).start()
        """,
    )
    assert result.returncode == 1
    assert "left behind: thread 'holdfast-sync'" in result.stdout


def test_a_joined_thread_and_a_foreign_daemon_pass(tmp_path: Path) -> None:
    result = _run(
        tmp_path,
        """
        import threading, time

        def test_cleans_up():
            threading.Thread(target=time.sleep, args=(60,), name="library", daemon=True).start()
            ours = threading.Thread(target=time.sleep, args=(0.01,), name="holdfast-sync")
            ours.start()
            ours.join()
        """,
    )
    assert result.returncode == 0, result.stdout


def test_a_test_that_leaves_a_window_or_a_timer_fails(tmp_path: Path) -> None:
    result = _run(
        tmp_path,
        """
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QWidget

        kept = []

        def test_leaves_a_window(qapp):
            kept.append(QWidget(objectName="forgotten window"))

        def test_leaves_a_timer(qapp):
            timer = QTimer(qapp, objectName="forgotten timer")
            timer.start(1000)

        def test_cleans_up(qtbot):
            window = QWidget()
            qtbot.addWidget(window)
            window.show()
            timer = QTimer(window)
            timer.start(1000)
        """,
    )
    assert result.returncode == 1
    assert "left behind: QWidget 'forgotten window'" in result.stdout
    assert "left behind: QTimer 'forgotten timer'" in result.stdout
    assert "3 passed, 2 errors" in result.stdout


@pytest.mark.parametrize(("uses_qt", "body"), [(False, "pass"), (True, "qtbot = 'only the word matters'")])
def test_qt_is_loaded_only_for_files_that_name_it(tmp_path: Path, uses_qt: bool, body: str) -> None:
    result = _run(
        tmp_path,
        f"""
        import sys

        def test_is_qt_here():
            {body}
            assert ("PySide" "6.QtCore" in sys.modules) is {uses_qt}
        """,
    )
    assert result.returncode == 0, result.stdout


def test_a_python_warning_fails_the_test(tmp_path: Path) -> None:
    result = _run(
        tmp_path,
        """
        import warnings

        def test_warns():
            warnings.warn("something is about to change", DeprecationWarning)
        """,
    )
    assert result.returncode == 1
    assert "something is about to change" in result.stdout


def test_a_qt_warning_fails_the_test(tmp_path: Path) -> None:
    result = _run(
        tmp_path,
        """
        from PySide6.QtCore import qWarning

        def test_warns(qapp):
            qWarning("this widget is not well")
        """,
    )
    assert result.returncode == 1
    assert "this widget is not well" in result.stdout


def test_a_resource_left_to_the_garbage_collector_fails_the_test(tmp_path: Path) -> None:
    result = _run(
        tmp_path,
        """
        import gc, socket

        def test_forgets_a_socket():
            socket.socket()
            gc.collect()
        """,
    )
    assert result.returncode == 1
    assert "unclosed" in result.stdout
