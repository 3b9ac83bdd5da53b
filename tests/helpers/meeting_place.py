"""The folder where the workers of one test run meet to share what is slow to start."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def meeting_place(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """One folder per test run: with xdist every worker has a folder of its own inside it."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if hasattr(request.config, "workerinput") else own
