"""Scenes for the faults, once on SQLite and once on PostgreSQL: one for many tests as long as they go well, or one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.newer_program import make_newer
from tests.faults.scene import NewScene, Scene
from tests.helpers.postgres import new_databases


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def any_scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewScene]:
    """Makes a scene on an empty database of this kind."""
    with ExitStack() as ends:
        new_database: Callable[[], str] = str
        if request.param == "postgresql":
            new_database = ends.enter_context(new_databases(request.getfixturevalue("postgres_server")))

        def make(**more: tuple[str, ...]) -> Scene:
            scene = Scene(tmp_path_factory.mktemp("scene"), new_database(), **more)
            ends.callback(scene.close)
            return scene

        yield make


@pytest.fixture
def new_scene(any_scene: NewScene) -> Iterator[NewScene]:
    """Makes a scene of this test's own."""
    with ExitStack() as ends:

        def make(**more: tuple[str, ...]) -> Scene:
            scene = any_scene(**more)
            ends.callback(scene.close)
            return scene

        yield make


@pytest.fixture(scope="session")
def _shared(any_scene: NewScene) -> list[Scene]:
    return []


@pytest.fixture
def scene(_shared: list[Scene], any_scene: NewScene) -> Scene:
    """A server that runs, with desks `first` and `second` that have synced. A test leaves it in agreement, and so finds
    it; after one that failed it is made anew."""
    if not _shared or not _shared[-1].has_agreed:
        for broken in _shared:
            broken.close()
        made = any_scene()
        made.start_server()
        made.add("first", "second")
        _shared.append(made)
    _shared[-1].has_agreed = False
    return _shared[-1]


@pytest.fixture(scope="session")
def newer_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this program as its next version."""
    return make_newer(tmp_path_factory.mktemp("newer"))
