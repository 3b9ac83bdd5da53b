"""A virtual X11 screen for tests that need a real window system, private to the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.leased_server import Launch, private_server
from tests.helpers.required import program

_SCREEN = "1920x1080x24"


@pytest.fixture
def virtual_screen() -> Iterator[str]:
    """The DISPLAY of an empty screen of 1920 x 1080 pixels."""
    xvfb = program("Xvfb", package="xvfb")
    with private_server("screen", lambda folder: _prepare(folder, xvfb)) as facts:
        yield ":" + Path(facts["folder"], "display").read_text().strip()


def _prepare(folder: Path, xvfb: str) -> Launch:
    # Xvfb itself chooses a number that is free, and writes it when it is ready.
    display = folder / "display"
    command = [xvfb, "-displayfd", "3", "-screen", "0", _SCREEN, "-nolisten", "tcp"]
    return Launch(
        command=["/bin/sh", "-c", 'exec "$@" 3> display', "sh", *command],
        is_ready=lambda: display.exists() and display.read_text().endswith("\n"),
        facts={},
    )
