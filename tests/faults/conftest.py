"""Scenes for the faults, once on SQLite and once on PostgreSQL: one for many tests as long as they go well, or one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.newer_program import make_newer
from tests.faults.scene import NewScene, Scene
from tests.helpers.postgres import new_databases


class Scenes:
    """Scenes on one kind of database. The shared one lasts from test to test, whatever other kinds come in between."""

    def __init__(self, folders: pytest.TempPathFactory, new_database: Callable[[], str]) -> None:
        self._folders, self._new_database = folders, new_database
        self._shared: Scene | None = None

    def make(self, **more: tuple[str, ...]) -> Scene:
        """A new one on an empty database."""
        return Scene(self._folders.mktemp("scene"), self._new_database(), **more)

    def shared(self) -> Scene:
        """The one that the last test left in agreement, or a new one with two desks."""
        if self._shared is None or not self._shared.has_agreed:
            self.close()
            self._shared = self.make()
            self._shared.start_server()
            self._shared.add("first", "second")
        self._shared.has_agreed = False
        return self._shared

    def close(self) -> None:
        """End the shared one."""
        if self._shared is not None:
            self._shared.close()


@pytest.fixture(scope="session")
def sqlite_scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenes]:
    scenes = Scenes(tmp_path_factory, str)
    yield scenes
    scenes.close()


@pytest.fixture(scope="session")
def postgresql_scenes(tmp_path_factory: pytest.TempPathFactory, postgres_server: str) -> Iterator[Scenes]:
    with new_databases(postgres_server) as new_database:
        scenes = Scenes(tmp_path_factory, new_database)
        yield scenes
        scenes.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def scenes(request: pytest.FixtureRequest) -> Scenes:
    """Those of each kind of database."""
    found: Scenes = request.getfixturevalue(f"{request.param}_scenes")
    return found


@pytest.fixture
def new_scene(scenes: Scenes) -> Iterator[NewScene]:
    """Makes a scene of this test's own."""
    with ExitStack() as ends:

        def make(**more: tuple[str, ...]) -> Scene:
            scene = scenes.make(**more)
            ends.callback(scene.close)
            return scene

        yield make


@pytest.fixture
def scene(scenes: Scenes) -> Scene:
    """A server that runs, with desks `first` and `second` that have synced. A test leaves it in agreement, and so finds
    it; after one that failed it is made anew."""
    return scenes.shared()


@pytest.fixture(scope="session")
def newer_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this program as its next version."""
    return make_newer(tmp_path_factory.mktemp("newer"))
