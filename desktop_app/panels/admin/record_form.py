"""One record with its fields: what was seen, what stands there now, and the way to save it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.panel_context import PanelContext
from desktop_app.panels.admin.barcode_box import BarcodeBox
from desktop_app.panels.admin.entries import currency_of, entered, shown
from desktop_app.panels.admin.field_grid import FieldGrid
from desktop_app.panels.admin.sections import Section
from desktop_app.panels.admin.sites_box import SitesBox
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_12, SPACE_16
from desktop_app.widgets.buttons import TextButton, action_button
from desktop_app.widgets.elided_label import ElidedLabel
from desktop_app.widgets.layouts import holder, label, line, row, scrolled
from desktop_app.widgets.pill import Pill


class RecordForm(QWidget):
    """``edited`` when what stands in the form has changed. ``seen`` are the stored values that the person was shown."""

    edited = Signal()

    def __init__(
        self,
        context: PanelContext,
        section: Section,
        row_id: str,
        seen: Mapping[str, Any],
        *,
        is_new: bool,
        choices: Mapping[str, tuple[tuple[str, str], ...]],
        hints: Mapping[str, str],
        barcodes: BarcodeBox | None,
        sites: SitesBox | None = None,
    ) -> None:
        super().__init__()
        self.section, self.row_id, self.is_new = section, row_id, is_new
        self.may_edit = context.session.can(section.permission)
        self.seen = dict(seen)
        self.barcodes, self.sites = barcodes, sites
        self.title = ""
        self.grid = FieldGrid(section, choices, hints, self.may_edit)
        self.grid.setObjectName("admin.fields")
        self._title = ElidedLabel("", "title")
        self._title.setObjectName("admin.title")
        self._pill = Pill(context.theme, "", "neutral")
        self._problem = label("", "error", wrap=True)
        self._problem.setObjectName("admin.problem")
        self._problem.hide()
        self._buttons: list[TextButton] = []
        self._lay_out(context)
        self._show_seen()
        self.grid.edited.connect(self._on_edited)

    # -- what stands here --------------------------------------------------------------------------------------------------

    @property
    def is_dirty(self) -> bool:
        """Whether something stands here that is not saved."""
        return self.grid.values() != self._clean

    def entries(self) -> tuple[dict[str, Any], dict[str, str]]:
        """(every field as it would be stored, problems by field)."""
        return entered(self.section, self.grid.values())

    def wanted(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, str]]:
        """(what was seen of the changed fields, what they are to be, every field, problems)."""
        whole, problems = self.entries()
        if self.is_new:
            return (
                {},
                {name: value for name, value in whole.items() if value not in ("", None)},
                whole,
                problems,
            )
        raw = self.grid.values()
        other_money = currency_of(raw) != currency_of(self._clean)
        money = {spec.name for spec in self.section.fields if spec.kind == "money"}
        # The figure of an amount stands for other minor units in another currency.
        changed = [
            name
            for name in whole
            if whole[name] != self.seen[name]
            and (raw[name] != self._clean[name] or (other_money and name in money))
        ]
        wanted = {name: whole[name] for name in changed}
        return {name: self.seen[name] for name in changed}, wanted, whole, problems

    def raw(self) -> dict[str, object]:
        """What stands in the fields, to be kept while another record is shown."""
        return self.grid.values()

    def take_up(self, raw: Mapping[str, object]) -> None:
        """Go on with what was entered before."""
        self.grid.set_values(raw)
        self._on_edited()

    def show_again(self, seen: Mapping[str, Any], *, provisional: bool) -> None:
        """The record as it stands now; what a person is just changing is left alone."""
        self._provisional = provisional
        if not self.is_dirty:
            self.seen = dict(seen)
            self._show_seen()
        self._show_state()

    def saved(self) -> None:
        """What stands here is what is stored."""
        self.seen = self.entries()[0]
        self._clean = self.grid.values()
        self._on_edited()

    def revert(self) -> None:
        """Back to what was seen."""
        self._show_seen()
        self.say({}, {})
        self._on_edited()

    def say(self, problems: Mapping[str, str], actual: Mapping[str, Any]) -> None:
        """Say what is wrong at its field. ``actual`` is what is stored there by now: the next save goes on from it."""
        self.seen |= actual
        self.grid.show_problems(problems)
        rest = problems.get("", "")
        self._problem.setText(rest)
        self._problem.setVisible(bool(rest))

    # -- showing -----------------------------------------------------------------------------------------------------------

    _provisional = False

    def _show_seen(self) -> None:
        currency = currency_of(self.seen)
        self.grid.set_values(
            {spec.name: shown(spec, self.seen[spec.name], currency) for spec in self.section.fields}
        )
        self._clean = self.grid.values()
        self._show_state()

    def _on_edited(self) -> None:
        self._show_state()
        self.edited.emit()

    def _show_state(self) -> None:
        raw = self.grid.values()
        words = next(
            (str(each[name]) for name in ("name", "code") for each in (raw, self.seen) if each.get(name)), ""
        )
        self.title = words or (f"New {self.section.one}" if self.is_new else self._fixed_title)
        self._title.setText(self.title)
        if not self.may_edit:
            self._pill.show_status("Look only", "neutral")
        elif self.is_dirty:
            self._pill.show_status("Not saved", "warning")
        elif self._provisional:
            self._pill.show_status("Provisional", "provisional")
        else:
            self._pill.show_status("New" if self.is_new else "", "info")
        self._pill.setVisible(bool(self._pill.text))

    _fixed_title = ""

    def name_it(self, title: str) -> None:
        """The heading of a record that has no name of its own."""
        self._fixed_title = title
        self._show_state()

    def _lay_out(self, context: PanelContext) -> None:
        head = row(self._title, self._pill)
        head.setStretch(0, 1)
        inside = QVBoxLayout()
        inside.setContentsMargins(SPACE_16, SPACE_8, SPACE_16, SPACE_16)
        inside.setSpacing(SPACE_12)
        inside.addWidget(self.grid)
        for box in (self.barcodes, self.sites):
            if box is not None:
                inside.addWidget(line())
                inside.addWidget(box)
        inside.addStretch(1)
        actions, theme = context.actions, context.theme
        if self.may_edit:
            self._buttons = [
                action_button(theme, actions, "admin.save", kind="primary", text="Save"),
                action_button(theme, actions, "admin.revert", text="Revert"),
            ]
        if not self.is_new and self.section.id == "user":
            self._buttons.append(action_button(theme, actions, "admin.password", text="Set a password"))
        if not self.is_new and self.section.id in ("product", "location"):
            self._buttons.append(
                action_button(theme, actions, "admin.label", kind="quiet", text="Print a label")
            )
        foot = row(*self._buttons, "stretch", margins=(SPACE_16, SPACE_12, SPACE_16, SPACE_12))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(holder(row(head, margins=(SPACE_16, SPACE_12, SPACE_16, SPACE_4))))
        if not self.may_edit:
            words = "You may look at this but not change it. Ask an administrator for the role."
            whole.addWidget(
                holder(row(label(words, "quiet", wrap=True), margins=(SPACE_16, 0, SPACE_16, SPACE_8)))
            )
        whole.addWidget(scrolled(holder(inside)), 1)
        whole.addWidget(holder(row(self._problem, margins=(SPACE_16, 0, SPACE_16, 0))))
        if self._buttons:
            whole.addWidget(line())
            whole.addWidget(holder(foot))
