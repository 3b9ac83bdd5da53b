"""Where a record is read, shown in its form, changed and saved; it says so while none is open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget
from shiboken6 import isValid

from desktop_app.doing import Doer
from desktop_app.panel_context import PanelContext
from desktop_app.panels.admin.barcode_box import BarcodeBox
from desktop_app.panels.admin.entries import currency_of, problems_of, shown, struct_values
from desktop_app.panels.admin.record_drafts import RecordDraft, RecordDrafts
from desktop_app.panels.admin.record_form import RecordForm
from desktop_app.panels.admin.sections import Section, Values, section_of, setting_hint
from desktop_app.panels.admin.sites_box import SitesBox
from desktop_app.widgets.empty_state import EmptyState
from local_db.queries.admin_queries import AdminRow, Record, record, settings_page
from services.commands import Command
from services.domain.organisation_settings import SETTINGS
from services.storage.tables import Terminal

_BLANKS: Final[Mapping[str, Values]] = {
    "product": {"uom": "ea"},
    "customer": {"priority": 5, "country": "GB", "latitude": None, "longitude": None},
    "location": {"kind": "pick"},
    "vehicle": {"kind": "van", "integration": "utilized"},
    "site": {"timezone": "UTC"},
}
_NUMBERS: Final = frozenset({"whole", "decimal", "money"})


class RecordPlace(QStackedWidget):
    """``changed`` as what stands here changes, ``stored(row_id)`` once a new record is durable, ``refreshed`` once any is,
    ``given_up`` as a new record is thrown away, ``drafts_found(drafts)`` as some of the last time come back."""

    changed = Signal()
    stored = Signal(str)
    refreshed = Signal()
    given_up = Signal()
    drafts_found = Signal(object)

    def __init__(
        self, context: PanelContext, doer: Doer, make_barcodes: Callable[[bool], BarcodeBox]
    ) -> None:
        """``make_barcodes(may_edit)`` makes what shows the codes of a product."""
        super().__init__()
        self._context, self._doer, self._make_barcodes = context, doer, make_barcodes
        self._section: Section | None = None
        self._new_ids: set[str] = set()
        self.form: RecordForm | None = None
        self.open_id = ""
        self._drafts = RecordDrafts(context, self._on_drafts, self)
        self._nothing = EmptyState(context.theme, "admin", "Choose a record", "Its form stands here.")
        self.addWidget(self._nothing)

    # -- what is open --------------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Close what is open; what is not saved waits."""
        self.keep()
        self.open_id = ""
        self._show_form(None)

    def open(self, section: Section, row_id: str) -> None:
        """Show a record; what is not saved of the one before waits."""
        self.keep()
        self._section, self.open_id = section, row_id
        self._read(section, row_id, self._show_record)

    def open_new(self, section: Section) -> None:
        """A form for a new record; one begun before is gone on with."""
        row_id = self._drafts.begun(section.id) or self._context.desk.new_id()
        self._new_ids.add(row_id)
        self.open(section, row_id)

    def refresh(self) -> None:
        """Read the record again; what a person is just changing is left alone."""
        if self.form is not None and not self.form.is_new:
            self._read(self.form.section, self.form.row_id, self._show_again)

    def keep(self) -> None:
        """Keep what is not saved."""
        if self.form is not None:
            self._drafts.keep(self.form)

    # -- what a person does --------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Send what was changed, with what was seen of it."""
        form = self.form
        if form is None:
            return
        seen, wanted, whole, problems = form.wanted()
        form.say(problems, {})
        if problems or not wanted:
            return
        section, row_id = form.section, form.row_id
        command = self._command(section, row_id, seen, wanted, whole)
        name = str(whole.get("name") or whole.get("code") or SETTINGS[row_id].title)
        undo: Command | None = None
        if form.is_new:
            words = f"{section.one.capitalize()} {name} added"
            if "active" in whole:
                # What was added by mistake is closed: others may know it already.
                closed = {"active": False}
                undo = self._command(section, row_id, {"active": True}, closed, closed)
        else:
            words = f"{name}: {_changes(section, wanted)} saved"
            before = {spec.name: form.seen[spec.name] for spec in section.fields}
            undo = self._command(section, row_id, wanted, seen, before)
        self._doer.do(
            command,
            words,
            undo=undo,
            then=lambda: self._saved(form),
            failed=lambda error: self._refused(form, error),
            label="Saving",
        )

    def revert(self) -> None:
        """Forget what is not saved."""
        form = self.form
        if form is None:
            return
        if form.is_new:
            self._new_ids.discard(form.row_id)
            self._show_form(None)
            self.open_id = ""
            self.given_up.emit()
        else:
            form.revert()
            self.refresh()
        # Last, since reverting is an edit too.
        self._drafts.forget(form.section.id, form.row_id)

    def _command(self, section: Section, row_id: str, seen: Values, wanted: Values, whole: Values) -> Command:
        return section.make(self._doer.site_id, row_id, seen, wanted, whole)

    def _saved(self, form: RecordForm) -> None:
        # Somebody who has gone on to another record meanwhile has left a draft of what is stored by now.
        self._new_ids.discard(form.row_id)
        if form is self.form:
            was_new = form.is_new
            form.saved()
            if was_new:
                self.open(form.section, form.row_id)
                self.stored.emit(form.row_id)
        self._drafts.forget(form.section.id, form.row_id)
        self.refreshed.emit()

    def _refused(self, form: RecordForm, error: Exception) -> bool:
        if not isValid(form) or form is not self.form:
            return False
        found = problems_of(error, form.section, currency_of(form.seen))
        if found is not None:
            form.say(*found)
        return found is not None

    # -- showing -------------------------------------------------------------------------------------------------------

    def _read(self, section: Section, row_id: str, then: Callable[..., object]) -> None:
        read, site_id = self._context.desk.read, self._doer.site_id

        def work() -> Record | AdminRow:
            if section.id == "setting":
                return next(row for row in settings_page(read) if row.id == row_id)
            return record(read, section.id, row_id, site_id)

        self._context.runner.run(
            work, lambda found: then(section, row_id, found), self, key="record", label="Reading the record"
        )

    def _show_record(self, section: Section, row_id: str, found: Record | AdminRow) -> None:
        if section is not self._section or row_id != self.open_id:
            return
        seen, is_new = self._seen(section, found)
        if is_new and row_id not in self._new_ids:
            self._show_form(None)
            return
        may_edit = self._context.session.can(section.permission)
        draft = self._draft(section, row_id, seen, is_new) if may_edit else None
        form = RecordForm(
            self._context, section, row_id, draft.seen if draft is not None else seen, is_new=is_new,
            choices=found.choices if isinstance(found, Record) else {},
            hints={"value": setting_hint(row_id)} if section.id == "setting" else {},
            barcodes=self._make_barcodes(may_edit) if section.id == "product" and not is_new else None,
            sites=SitesBox(self._doer, row_id, may_edit, self.refreshed.emit) if section.id == "terminal" else None,
        )  # fmt: skip
        if isinstance(found, AdminRow):
            form.name_it(found.name)
        self._show_form(form)
        if draft is not None:
            form.take_up(draft.raw)
        self._show_again(section, row_id, found)
        if is_new:
            form.grid.focus_first()

    def _show_again(self, section: Section, row_id: str, found: Record | AdminRow) -> None:
        form = self.form
        if form is None or form.section is not section or form.row_id != row_id:
            return
        seen, is_new = self._seen(section, found)
        if is_new:
            return
        form.show_again(seen, provisional=found.provisional)
        if form.barcodes is not None and isinstance(found, Record):
            form.barcodes.show_codes(found.barcodes)
        if form.sites is not None and isinstance(found, Record) and isinstance(found.row, Terminal):
            name = f"{found.row.code} {found.row.name}"
            form.sites.show_sites(name, found.sites, found.choices.get("site", ()))
        self.changed.emit()

    def _draft(self, section: Section, row_id: str, seen: Values, is_new: bool) -> RecordDraft | None:
        """What is to be gone on with; one that was stored after all, as before a crash, is none."""
        draft = self._drafts.take(section.id, row_id)
        if draft is None:
            return None
        currency = currency_of(seen)
        stored = {spec.name: shown(spec, seen[spec.name], currency) for spec in section.fields}
        if (draft.is_new and not is_new) or (not is_new and draft.raw == stored):
            self._drafts.forget(section.id, row_id)
            return None
        return draft

    def _seen(self, section: Section, found: Record | AdminRow) -> tuple[dict[str, Any], bool]:
        """(the stored values of the form's fields, whether there is no such record yet)."""
        if isinstance(found, AdminRow):
            return {"value": found.detail}, False
        if found.row is not None:
            return struct_values(section, found.row), False
        blank = {
            spec.name: True if spec.name == "active" else False if spec.kind == "switch"
            else 0 if spec.kind in _NUMBERS else ""
            for spec in section.fields
        }  # fmt: skip
        if "currency" in blank:
            blank["currency"] = self._context.session.currency
        return {**blank, **_BLANKS.get(section.id, {})}, True

    def _show_form(self, form: RecordForm | None) -> None:
        old, self.form = self.form, form
        if form is not None:
            form.setObjectName("admin.form")
            form.edited.connect(lambda: self._on_edited(form))
            self.addWidget(form)
        self.setCurrentWidget(form if form is not None else self._nothing)
        if old is not None:
            self.removeWidget(old)
            old.setObjectName("")
            old.hide()
            old.deleteLater()
        self.changed.emit()

    def _on_edited(self, form: RecordForm) -> None:
        if form is self.form:
            self._drafts.note(form)
        self.changed.emit()

    def _on_drafts(self, drafts: Sequence[RecordDraft]) -> None:
        self._new_ids |= {draft.row_id for draft in drafts if draft.is_new}
        form = self.form
        if form is not None and not form.is_dirty:
            shown_now = (form.section.id, form.row_id)
            if any((draft.section, draft.row_id) == shown_now for draft in drafts):
                self.open(form.section, form.row_id)
        can = self._context.session.can
        if mine := [
            draft
            for draft in drafts
            if (section := section_of(draft.section)) is not None and can(section.permission)
        ]:
            self.drafts_found.emit(mine)


def _changes(section: Section, wanted: Values) -> str:
    titles = [spec.title.partition(",")[0].lower() for spec in section.fields if spec.name in wanted]
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
