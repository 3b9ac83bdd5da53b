"""What every test gets: the offscreen screen, leak checks, and real servers for those that ask."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.helpers import qt_on_demand, real_data_folder

# A test never opens a window on somebody's screen, unless it is told to.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

pytest_plugins = [
    "tests.helpers.keyring_daemon",
    "tests.helpers.leaks",
    "tests.helpers.meeting_place",
    "tests.helpers.postgres",
    "tests.helpers.rabbitmq",
    "tests.helpers.redis_server",
    "tests.helpers.virtual_screen",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    qt_on_demand.declare_settings(parser)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> None:
    qt_on_demand.load_if_needed(file_path, parent.config)


def pytest_report_header() -> str:
    return real_data_folder.describe()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real data sets; the test is skipped, and says so, where there is none."""
    return real_data_folder.find_or_skip()
