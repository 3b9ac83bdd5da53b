"""The sites of a terminal: where it works and has worked, and the way to change that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.dialogs.reason_dialog import ReasonDialog
from desktop_app.doing import Doer
from desktop_app.formats import clock, full_time
from desktop_app.themes.tokens import SPACE_4
from desktop_app.widgets.buttons import button, icon_button
from desktop_app.widgets.choice_menu import ChoiceMenu
from desktop_app.widgets.elided_label import ElidedLabel
from desktop_app.widgets.layouts import holder, label, row
from desktop_app.widgets.pill import Pill
from local_db.queries.terminal_queries import HeldSite
from services.commands import GrantSite, WithdrawSite

_WHY_GIVE: Final = tuple(
    (words, words)
    for words in ("Help is needed there", "The desk moves there", "A desk there is broken", "Another reason")
)
_WHY_TAKE: Final = tuple(
    (words, words)
    for words in (
        "Moved to another site",
        "The help is over",
        "Given by mistake",
        "Another reason",
    )
)
_LONGEST: Final = 200
Site = tuple[str, str]
"""A site's id and its name."""


class SitesBox(QWidget):
    """``done()`` is called once a change is durable."""

    def __init__(self, doer: Doer, terminal_id: str, may_edit: bool, done: Callable[[], object]) -> None:
        super().__init__()
        self._doer, self._terminal_id, self._may_edit, self._done = doer, terminal_id, may_edit, done
        self._name = ""
        self.sites: tuple[HeldSite, ...] = ()
        self._others: tuple[Site, ...] = ()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self._add = button(doer.context.theme, "Add a site", self._choose, icon="plus")
        self._add.setObjectName("admin.sites.add")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(SPACE_4)
        whole.addWidget(label("Works at", "section"))
        whole.addLayout(self._rows)
        if may_edit:
            whole.addLayout(row(self._add, "stretch"))

    def show_sites(self, name: str, sites: Sequence[HeldSite], known: Sequence[Site]) -> None:
        """Show where the terminal of this name works; ``known`` are all the sites that are in use."""
        self._name = name
        held = {each.site_id for each in sites if each.until is None}
        self._others = tuple(each for each in known if each[0] not in held)
        self._add.setVisible(bool(sites))
        self._add.setEnabled(bool(self._others))
        self._add.setToolTip("" if self._others else "It works at every site that is in use.")
        if tuple(sites) == self.sites and self._rows.count():
            return
        self.sites = tuple(sites)
        while (item := self._rows.takeAt(0)) is not None:
            if item.widget() is not None:
                item.widget().hide()
                item.widget().deleteLater()
        present = [each for each in sites if each.until is None]
        for each in present:
            self._rows.addWidget(self._present(each, is_only=len(present) == 1))
        for each in sorted((each for each in sites if each.until is not None), key=_ended, reverse=True):
            self._rows.addWidget(self._past(each))
        if not sites:
            words = "The server's own: it works wherever its requests say. It is given no sites."
            self._rows.addWidget(label(words, "quiet", wrap=True))

    def give(self, site: Site) -> None:
        """Ask why, and let the terminal work at one more site."""
        site_id, name = site
        what = (
            f"{self._name} gets everything of {name} with its next sync, and whoever works at it may do there what their "
            "role permits."
        )

        def act(reason: str, note: str) -> None:
            command = GrantSite(
                terminal_id=self._terminal_id, held_site_id=site_id, reason=_told(reason, note)
            )
            back = WithdrawSite(terminal_id=self._terminal_id, held_site_id=site_id, reason="Taken back")
            self._doer.do(
                command, f"{self._name} works at {name}", undo=back, then=self._done, label="Saving"
            )

        self._ask(f"Add {name}", what, _WHY_GIVE, act)

    def take(self, held: HeldSite) -> None:
        """Say what it means, ask why, and take the site from the terminal."""
        what = (
            f"Everything of {held.name} leaves {self._name} with its next sync. What was done there before that still "
            "goes up and counts."
        )

        def act(reason: str, note: str) -> None:
            command = WithdrawSite(
                terminal_id=self._terminal_id, held_site_id=held.site_id, reason=_told(reason, note)
            )
            back = GrantSite(terminal_id=self._terminal_id, held_site_id=held.site_id, reason="Given back")
            words = f"{self._name} works at {held.name} no more"
            self._doer.do(command, words, undo=back, then=self._done, label="Saving")

        self._ask(f"Take {held.name} away", what, _WHY_TAKE, act)

    def _ask(
        self, title: str, what: str, reasons: Sequence[tuple[str, str]], act: Callable[[str, str], None]
    ) -> None:
        ReasonDialog(self._doer.context.theme, title, f"{what} Why?", reasons, act, self.window()).open()

    def _choose(self) -> None:
        menu = ChoiceMenu(self, "admin.sites.menu")
        for each in self._others:
            menu.offer(each[1], lambda each=each: self.give(each))
        menu.pop_under(self._add)

    def _present(self, held: HeldSite, *, is_only: bool) -> QWidget:
        theme, zone = self._doer.context.theme, self._doer.context.session.time_zone
        name = ElidedLabel(held.name)
        name.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        since = label(f"since {clock(held.since, zone)}", "quiet")
        since.setToolTip(f"{full_time(held.since, zone)}\n{held.reason}".strip())
        pieces: list[QWidget] = [name]
        if held.provisional:
            pieces.append(Pill(theme, "Provisional", "provisional"))
        pieces.append(since)
        if self._may_edit:
            take = icon_button(theme, "trash", f"Take {held.name} away", lambda: self.take(held))
            take.setObjectName(f"admin.sites.take.{held.site_id}")
            take.setEnabled(not is_only)
            if is_only:
                take.setToolTip("Its only site. Add another first, or bar the terminal.")
            pieces.append(take)
        layout = row(*pieces)
        layout.setStretch(0, 1)
        return holder(layout)

    def _past(self, held: HeldSite) -> QWidget:
        zone = self._doer.context.session.time_zone
        words = ElidedLabel(f"{held.name}: {held.reason}" if held.reason else held.name, "quiet")
        until = label(f"until {clock(held.until, zone)}", "quiet")
        until.setToolTip(f"{full_time(held.since, zone)} to {full_time(held.until, zone)}")
        layout = row(words, until, margins=(0, SPACE_4, 0, SPACE_4))
        layout.setStretch(0, 1)
        return holder(layout)


def _ended(held: HeldSite) -> int:
    return held.until or 0


def _told(reason: str, note: str) -> str:
    return (f"{reason}: {note}" if note else reason)[:_LONGEST]
