"""The badge says the link as a fact, with its age, and never by colour alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.themes.theme import Theme
from desktop_app.widgets.link_badge import LinkBadge, describe_link
from tests.desktop_app.fakes import FakeLink

NOW = datetime(2020, 6, 1, 9, 0, tzinfo=UTC)


def link(**facts: Any) -> FakeLink:
    return FakeLink(**facts)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (link(synced_at=NOW - timedelta(seconds=3)), ("Live", "now", "ok")),
        (link(synced_at=NOW - timedelta(minutes=4)), ("Live", "4 min ago", "ok")),
        (link(state="syncing", pending=12), ("Syncing 12", "", "info")),
        (link(state="syncing"), ("Syncing", "", "info")),
        (link(pending=1200), ("Syncing 1,200", "", "info")),
        (link(needs_attention=2), ("2 need attention", "", "danger")),
        (link(needs_attention=1), ("1 needs attention", "", "danger")),
        (link(state="attention"), ("Link needs attention", "", "danger")),
        (link(state="offline"), ("Offline", "", "warning")),
        (
            link(state="offline", since=NOW - timedelta(minutes=19), pending=12, needs_attention=2),
            ("Offline since 1 Jun 09:41, 12 pending, 2 need attention", "", "warning"),
        ),
    ],
)
def test_what_the_badge_says(status: FakeLink, expected: tuple[str, str, str]) -> None:
    assert describe_link(status, "Europe/London", NOW) == expected


def test_it_grows_with_its_words_and_tells_more_on_hover(qtbot: QtBot, theme: Theme) -> None:
    badge = LinkBadge(theme)
    qtbot.addWidget(badge)
    badge.show_status(link())
    short = badge.sizeHint().width()
    assert badge.toolTip() == "Not yet synced. Click for what is pending."
    badge.show_status(link(state="offline", since=NOW, pending=3, synced_at=NOW))
    assert badge.sizeHint().width() > short
    assert "equal to the server at Mon 01 Jun 2020, 09:00:00 UTC" in badge.toolTip()
    badge.show()
    assert not badge.grab().isNull()


def test_it_says_what_stands_in_the_way(qtbot: QtBot, theme: Theme) -> None:
    badge, status = LinkBadge(theme), link(state="offline", synced_at=NOW)
    qtbot.addWidget(badge)
    status.problem = "The server's certificate has expired."  # type: ignore[attr-defined]
    badge.show_status(status)
    assert badge.toolTip().startswith("The server's certificate has expired.")
