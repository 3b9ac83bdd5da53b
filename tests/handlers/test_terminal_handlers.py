"""Terminals are given sites and lose them: what their record says afterwards, and that everybody can read why."""

from __future__ import annotations

import pytest

from services import commands as c
from services.handlers.terminal_sites import held_sites
from services.storage.tables import Event, Site, Terminal, TerminalSite
from tests.helpers.books import HOUR, SITE, Books

OTHER = "site-2"


@pytest.fixture
def enrolled(books: Books) -> Books:
    """A terminal that works at the first of two sites."""
    books.unit.put(Site(OTHER, "DER", "Derby", "Europe/London", "GBP", 52.92, -1.47, "fifo"))
    books.unit.put(Terminal("term-1", "T01", "Desk", SITE, books.now))
    books.unit.put(TerminalSite("held-1", "term-1", SITE, books.now))
    return books


def give(books: Books, site: str = OTHER, terminal: str = "term-1") -> str:
    effect = books.do(c.GrantSite(terminal_id=terminal, held_site_id=site, reason="busy there"))
    return effect.code or effect.status


def take(books: Books, site: str = OTHER) -> str:
    effect = books.do(c.WithdrawSite(terminal_id="term-1", held_site_id=site, reason="moved"))
    return effect.code or effect.status


def test_a_terminal_is_given_a_site_and_loses_it_and_the_past_is_kept(enrolled: Books) -> None:
    assert give(enrolled) == "applied"
    assert held_sites(enrolled.unit, "term-1") == [SITE, OTHER]
    given_at = enrolled.now
    enrolled.now += HOUR
    assert take(enrolled) == "applied"
    assert held_sites(enrolled.unit, "term-1") == [SITE]
    [past] = [row for row in enrolled.unit.find(TerminalSite, terminal_id="term-1") if row.until is not None]
    assert (past.held_site_id, past.since <= given_at, past.until, past.reason) == (
        OTHER,
        True,
        enrolled.now,
        "moved",
    )
    told = [row.text for row in enrolled.unit.find(Event, subject_id="term-1")]
    assert "Terminal T01 works at Derby from now on: busy there" in told
    assert "Terminal T01 works at Derby no more: moved" in told


def test_a_site_that_is_given_or_taken_twice_is_so_once(enrolled: Books) -> None:
    assert [give(enrolled), give(enrolled)] == ["applied", "applied"]
    assert held_sites(enrolled.unit, "term-1") == [SITE, OTHER]
    assert [take(enrolled), take(enrolled)] == ["applied", "applied"]
    assert len(enrolled.unit.find(Event, subject_id="term-1")) == 2


def test_a_terminal_keeps_one_site_and_its_home_is_one_of_them(enrolled: Books) -> None:
    assert take(enrolled, SITE) == "last_site"
    give(enrolled)
    assert take(enrolled, SITE) == "applied"
    assert enrolled.get(Terminal, "term-1").home_site_id == OTHER
    assert take(enrolled, OTHER) == "last_site"


def test_a_closed_or_unknown_site_and_a_terminal_that_is_none_are_refused(enrolled: Books) -> None:
    assert give(enrolled, "site-9") == "not_found"
    assert give(enrolled, terminal="term-9") == "not_found"
    enrolled.unit.change(enrolled.get(Site, OTHER), active=False)
    assert give(enrolled) == "wrong_state"
    enrolled.unit.put(Terminal("api", "A01", "API at Leicester", SITE, enrolled.now))
    assert give(enrolled, SITE, "api") == "wrong_state"
