"""The live link to terminals: hints that a scope has moved on, newest vehicle positions, and who else is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from services.protocol.messages import LiveHint, LivePositions, LivePresence, VehiclePosition, encode
from services.server.mailbox import Mailbox


class _Hint(msgspec.Struct, frozen=True):
    scope: str


class _Position(msgspec.Struct, frozen=True):
    site_id: str
    vehicle_id: str


class _Presence(msgspec.Struct, frozen=True):
    site_id: str


Topic = _Hint | _Position | _Presence
News = int | VehiclePosition
Box = Mailbox[Topic, News]

_SECONDS_PER_HINT = 0.001
_SECONDS_PER_PRESENCE = 0.001
"""How long the next one waits after one was told, for each terminal that was told: hundreds of terminals that connect or
work at once must not keep the loop busy with telling each of them of each other. The first after a quiet time goes out
at once."""

_HELD_S = 0.05
_MOST_HELD_S = 10.0
"""How often it is looked whether there is still a crowd, and when they are told all the same."""


class LiveHub:
    """The connected terminals of this process. Its methods may be called from any thread unless they say otherwise."""

    def __init__(self, is_crowded: Callable[[], bool] = lambda: False) -> None:
        """``is_crowded``: whether requests wait in line; asked on the loop only."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._boxes: dict[str, set[Box]] = {}
        self._of_terminal: dict[str, dict[Box, int]] = {}
        self._versions: dict[str, int] = {}
        self._moved = _Told(self._tell_versions, is_crowded)
        self._present = _Told(self._tell_presence, is_crowded)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Work on this event loop from now on."""
        self._loop = loop

    def stop(self) -> None:
        """The loop ends; what is published from now on goes nowhere."""
        self._loop = None

    def publish_versions(self, versions: Mapping[str, int]) -> None:
        """These scopes are at these versions now."""
        self._on_loop(self._send_versions, dict(versions))

    def publish_positions(self, site_id: str, positions: Sequence[VehiclePosition]) -> None:
        """Vehicles of a site were seen here."""
        self._on_loop(self._send_positions, site_id, list(positions))

    def _on_loop(self, call: object, *args: object) -> None:
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(call, *args)  # type: ignore[arg-type]
        except RuntimeError:
            # The loop closed in between: nobody is connected any more.
            self._loop = None

    def end_links(self, changed: Mapping[str, int]) -> None:
        """These terminals may see other scopes from that version of the org on, or nothing at all: they have to come
        again."""
        self._on_loop(self._end_links, dict(changed))

    def attach(self, scopes: Iterable[str], terminal_id: str, seen_at: int = 0) -> Box:
        """A mailbox for a terminal that may see these scopes, as it was seen at a version of the org; on the loop only."""
        box: Box = Mailbox(_frames)
        self._of_terminal.setdefault(terminal_id, {})[box] = seen_at
        sites = []
        for scope in scopes:
            self._boxes.setdefault(scope, set()).add(box)
            if scope.startswith("site:"):
                sites.append(scope)
        self._present.add(sites, self._loop, _SECONDS_PER_PRESENCE * self.terminals)
        return box

    def remind(self, box: Box, versions: Mapping[str, int]) -> None:
        """Tell one terminal where its scopes are, for what it missed while it was away; on the loop only."""
        news: dict[Topic, News] = {
            _Hint(scope): max(version, self._versions.get(scope, 0)) for scope, version in versions.items()
        }
        box.offer(news, _frames(news))

    def detach(self, box: Box, terminal_id: str) -> None:
        """A terminal has gone; on the loop only."""
        links = self._of_terminal[terminal_id]
        links.pop(box, None)
        if not links:
            del self._of_terminal[terminal_id]
        sites = []
        for scope, boxes in list(self._boxes.items()):
            if box in boxes:
                boxes.discard(box)
                if not boxes:
                    del self._boxes[scope]
                if scope.startswith("site:"):
                    sites.append(scope)
        self._present.add(sites, self._loop, _SECONDS_PER_PRESENCE * self.terminals)

    @property
    def terminals(self) -> int:
        """How many terminals are connected."""
        return len(set().union(*self._boxes.values()))

    def _end_links(self, changed: Mapping[str, int]) -> None:
        for terminal_id, version in changed.items():
            for box, seen_at in self._of_terminal.get(terminal_id, {}).items():
                if seen_at < version:
                    box.end()

    def _send_versions(self, versions: Mapping[str, int]) -> None:
        # Two commits may be told in the wrong order; a version only goes up.
        news = {scope: v for scope, v in versions.items() if v > self._versions.get(scope, 0)}
        self._versions.update(news)
        self._moved.add(news, self._loop, _SECONDS_PER_HINT * self.terminals)

    def _tell_versions(self, scopes: Iterable[str]) -> None:
        for scope in scopes:
            self._offer(scope, {_Hint(scope): self._versions[scope]})

    def _send_positions(self, site_id: str, positions: Sequence[VehiclePosition]) -> None:
        self._offer(
            f"site:{site_id}", {_Position(site_id, position.vehicle_id): position for position in positions}
        )

    def _tell_presence(self, scopes: Iterable[str]) -> None:
        for scope in scopes:
            self._offer(scope, {_Presence(scope.removeprefix("site:")): len(self._boxes.get(scope, ()))})

    def _offer(self, scope: str, news: Mapping[Topic, News]) -> None:
        boxes = self._boxes.get(scope)
        if boxes:
            frames = _frames(news)
            for box in boxes:
                box.offer(news, frames)


class _Told:
    """Scopes of which something is to be told: at once after a quiet time, otherwise together with what came meanwhile.

    While there is a crowd nothing is told: everybody who is told comes and asks, and would stand before those who still
    have something to give, or get a part of what another hint tells of a moment later.
    """

    def __init__(self, tell: Callable[[Iterable[str]], None], is_crowded: Callable[[], bool]) -> None:
        self._tell = tell
        self._is_crowded = is_crowded
        self._waiting: dict[str, None] = {}
        self._is_quiet = True

    def add(self, scopes: Iterable[str], loop: asyncio.AbstractEventLoop | None, pause_s: float) -> None:
        """There is news of these; after it is told there is a pause."""
        self._waiting.update(dict.fromkeys(scopes))
        if loop is not None and self._is_quiet:
            self._next(loop, pause_s)

    def _next(self, loop: asyncio.AbstractEventLoop, pause_s: float, held_s: float = 0.0) -> None:
        self._is_quiet = not self._waiting
        if self._is_quiet:
            return
        if held_s < _MOST_HELD_S and self._is_crowded():
            loop.call_later(_HELD_S, self._next, loop, pause_s, held_s + _HELD_S)
            return
        waiting, self._waiting = self._waiting, {}
        self._tell(waiting)
        loop.call_later(pause_s, self._next, loop, pause_s)


def _frames(news: Mapping[Topic, News]) -> Sequence[bytes]:
    """News as messages: a hint each, positions together by their site."""
    frames: list[bytes] = []
    positions: dict[str, list[VehiclePosition]] = {}
    for topic, value in news.items():
        if isinstance(value, VehiclePosition):
            if isinstance(topic, _Position):
                positions.setdefault(topic.site_id, []).append(value)
        elif isinstance(topic, _Hint):
            frames.append(encode(LiveHint(topic.scope, value)))
        elif isinstance(topic, _Presence):
            frames.append(encode(LivePresence(topic.site_id, value)))
    frames.extend(encode(LivePositions(site_id, seen)) for site_id, seen in positions.items())
    return frames
