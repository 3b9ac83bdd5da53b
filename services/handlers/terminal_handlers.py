"""Terminals: renamed, barred, and given or denied the sites that they work at."""

from __future__ import annotations

from services.commands import GrantSite, SaveTerminal, WithdrawSite
from services.domain.identifiers import derive
from services.domain.refusals import refuse
from services.handlers.work import Work
from services.storage.tables import Site, Terminal, TerminalSite


def save_terminal(work: Work, command: SaveTerminal) -> None:
    """Rename a terminal, or bar it."""
    terminal = work.need(Terminal, command.terminal_id)
    terminal = work.change(terminal, name=command.name, active=command.active)
    words = "renamed" if command.active else "barred"
    work.record("terminal.saved", terminal, f"Terminal {terminal.code} {words}: {terminal.name}")


def grant_site(work: Work, command: GrantSite) -> None:
    """Let a terminal work at one more site; where it does already, nothing is left to do."""
    terminal = work.need(Terminal, command.terminal_id)
    site = work.need(Site, command.held_site_id)
    known = work.find(TerminalSite, terminal_id=terminal.id)
    if not known:
        refuse(
            "wrong_state", thing="terminal", current="the server's own", wanted="be given sites",
            possible="take what comes through the server's own interface",
        )  # fmt: skip
    if any(row.held_site_id == site.id and row.until is None for row in known):
        return
    if not site.active:
        refuse(
            "wrong_state", thing="site", current="closed", wanted="get a terminal", possible="be opened again"
        )
    work.put(
        TerminalSite(
            id=derive(work.context.command_id, "terminal_site"),
            terminal_id=terminal.id,
            held_site_id=site.id,
            since=work.context.received_at,
            reason=command.reason,
        )
    )
    work.record(
        "terminal.site_granted", terminal,
        f"Terminal {terminal.code} works at {site.name} from now on: {command.reason}",
        held_site_id=site.id, reason=command.reason,
    )  # fmt: skip


def withdraw_site(work: Work, command: WithdrawSite) -> None:
    """A terminal works at a site no more. It keeps one at least; who is to have none is barred."""
    terminal = work.need(Terminal, command.terminal_id)
    site = work.need(Site, command.held_site_id)
    held = [row for row in work.find(TerminalSite, terminal_id=terminal.id) if row.until is None]
    rest = [row.held_site_id for row in held if row.held_site_id != site.id]
    if len(rest) == len(held):
        return
    if not rest:
        refuse("last_site", site=site.name, terminal=terminal.code, details=[{"held_site_id": site.id}])
    for row in held:
        if row.held_site_id == site.id:
            work.change(row, until=work.context.received_at, reason=command.reason)
    if terminal.home_site_id not in rest:
        first = min((row for row in held if row.held_site_id in rest), key=lambda row: (row.since, row.id))
        terminal = work.change(terminal, home_site_id=first.held_site_id)
    work.record(
        "terminal.site_withdrawn", terminal,
        f"Terminal {terminal.code} works at {site.name} no more: {command.reason}",
        held_site_id=site.id, reason=command.reason,
    )  # fmt: skip
