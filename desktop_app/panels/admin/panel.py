"""The Admin panel: sections at the left, their records, and the form of the one that is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from desktop_app.change_feed import FreshView
from desktop_app.doing import Doer
from desktop_app.panel_context import PanelContext
from desktop_app.panels.admin.barcode_box import BarcodeBox
from desktop_app.panels.admin.entries import problems_of, struct_values
from desktop_app.panels.admin.record_form import RecordForm
from desktop_app.panels.admin.record_list import RecordList
from desktop_app.panels.admin.section_rail import SectionRail
from desktop_app.panels.admin.sections import SECTIONS, Section, section_of, setting_hint
from desktop_app.printing import Paper, offer_print, print_out
from desktop_app.scanner import ScanFeedback, ScanTarget
from desktop_app.themes.tokens import SPACE_8, SPACE_16
from desktop_app.widgets.buttons import action_button
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.layouts import body_margins, holder, label, row
from desktop_app.widgets.search_field import SearchField
from local_db.queries.admin_queries import AdminRow, Record, record, settings_page
from services.commands import AddBarcode, Command, RemoveBarcode
from services.domain.organisation_settings import SETTINGS
from services.storage.tables import Barcode, User

_FORM_WIDTH: Final = 400
_BLANKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "product": {"uom": "ea", "currency": "GBP"},
    "customer": {"priority": 5, "country": "GB", "latitude": None, "longitude": None},
    "location": {"kind": "pick"},
    "vehicle": {"kind": "van", "integration": "utilized"},
    "site": {"timezone": "UTC", "currency": "GBP"},
}
_NUMBERS: Final = frozenset({"whole", "decimal", "money"})
_LABELS: Final = {"product": "product", "location": "bin"}
Draft = tuple[dict[str, Any], dict[str, object]]


class Panel(QWidget):
    """The Admin panel."""

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        self._context = context
        self._doer = Doer(context, self)
        self._section = SECTIONS[0]
        self._lists: dict[str, RecordList] = {}
        self._searched: dict[str, str] = {}
        self._drafts: dict[tuple[str, str], Draft] = {}
        self._open_id = ""
        self._new_ids: set[str] = set()
        self.form: RecordForm | None = None
        self.rail = SectionRail(context.theme, SECTIONS)
        self.search_field = SearchField(context.theme, "Search")
        self.search_field.setObjectName("admin.search")
        self._note = label("", "quiet", wrap=True)
        self._note.setObjectName("admin.note")
        self._stack, self._place = QStackedWidget(), QStackedWidget()
        self._nothing = EmptyState(context.theme, "admin", "Choose a record", "Its form stands here.")
        self._place.addWidget(self._nothing)
        self._lay_out()
        self._bind()
        self.rail.chosen.connect(self.choose)
        self.search_field.searched.connect(self._on_search)
        self.search_field.left_down.connect(self._go_to_list)
        tables = frozenset().union(*(section.tables for section in SECTIONS))
        self._fresh = FreshView(self, context.feed, tables, self._refresh)
        self.rail.choose(self._section.id)

    # -- what the window calls -----------------------------------------------------------------------------------------

    def activate(self) -> None:
        """Refresh if stale, and take the keyboard."""
        self._fresh.refresh_if_stale()
        offer_print(self._context, self, self._label)
        self._go_to_list()

    def deactivate(self) -> None:
        """Keep what is not saved."""
        self._keep_draft()

    def refresh(self) -> None:
        """Read everything shown again."""
        self._refresh()

    def search(self, text: str) -> None:
        """Search the section that is shown."""
        self.search_field.setText(text)

    def reveal(self, kind: str, item_id: str) -> None:
        """Open a record: `customer`, `user`, `product`, `location`, `vehicle`, `driver`, `terminal`, `site`, `setting`."""
        section = section_of(kind)
        if section is None:
            return
        self._open_id = item_id
        if self._section is not section:
            self.rail.choose(kind)
            return
        self.search_field.clear()
        self._open(item_id)
        self.list.select_key(item_id)

    def state(self) -> Mapping[str, object]:
        """The section that was open."""
        return {"section": self._section.id}

    def restore(self, state: Mapping[str, object]) -> None:
        """As it was left."""
        if section_of(str(state.get("section"))) is not None and not self._open_id:
            self.rail.choose(str(state["section"]))

    def scan_targets(self) -> Sequence[ScanTarget]:
        """A badge goes to the person who is open; a known code opens its record, an unknown one joins the product."""
        return (
            ScanTarget(
                "badge", lambda scan: str(scan.kind) == "badge" and self._takes_badge(), self._on_badge
            ),
            ScanTarget("bin", lambda scan: str(scan.kind) == "bin", self._on_bin),
            ScanTarget("product", lambda scan: str(scan.kind) in ("gtin", "unknown"), self._on_code),
        )

    # -- sections and lists --------------------------------------------------------------------------------------------

    @property
    def list(self) -> RecordList:
        """The list of the section that is shown."""
        found = self._lists.get(self._section.id)
        if found is None:
            section = self._section
            found = self._lists[section.id] = RecordList(self._context, section)
            found.current_changed.connect(lambda row, section=section: self._on_current(section, row))
            found.opened.connect(lambda _row: self._begin_writing())
            found.rows.loaded.connect(lambda _anew, section=section: self._on_loaded(section))
            self._stack.addWidget(found)
        return found

    def choose(self, section_id: str) -> None:
        """Show a section."""
        section = section_of(section_id)
        if section is None:
            return
        self._searched[self._section.id] = self.search_field.text()
        self._keep_draft()
        wanted = self._open_id if section is not self._section else ""
        self._section, self._open_id = section, ""
        self._show_form(None)
        self._stack.setCurrentWidget(self.list)
        self.search_field.setPlaceholderText(f"Search {section.title.lower()}")
        self.search_field.setAccessibleName(f"Search {section.title.lower()}")
        if self.search_field.text() != self._searched.get(section_id, ""):
            self.search_field.setText(self._searched.get(section_id, ""))
        self._note.setText(section.note)
        self._note.setVisible(bool(section.note))
        self._add.setVisible(section.can_add)
        if wanted:
            self._open(wanted)
            self.list.select_key(wanted)
        elif (current := self.list.current_row()) is not None:
            self._open(current.id)
        else:
            self._on_loaded(section)
        self._context.actions.refresh()

    def _on_search(self, text: str) -> None:
        self.list.search(text)

    def _on_loaded(self, section: Section) -> None:
        """Open the first record, so that the form is never empty without need."""
        if section is self._section and not self._open_id and self.list.row_count():
            self.list.select_number(0)

    def _on_current(self, section: Section, row: AdminRow | None) -> None:
        if section is self._section and row is not None and row.id != self._open_id:
            self._open(row.id)

    def _go_to_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.list.current_row() is None:
            self.list.select_number(0)

    def _refresh(self) -> None:
        self.list.refresh()
        if self.form is not None and not self.form.is_new:
            self._read(self.form.row_id, self._show_again)

    # -- the form ------------------------------------------------------------------------------------------------------

    def _open(self, row_id: str) -> None:
        self._keep_draft()
        self._open_id = row_id
        self._read(row_id, self._show_record)

    def _read(self, row_id: str, then: Any) -> None:
        read, section = self._context.desk.read, self._section
        site_id = self._site_id

        def work() -> tuple[Section, str, Record | AdminRow]:
            if section.id == "setting":
                return section, row_id, next(row for row in settings_page(read) if row.id == row_id)
            return section, row_id, record(read, section.id, row_id, site_id)

        self._context.runner.run(
            work, lambda found: then(*found), self, key="record", label="Reading the record"
        )

    def _show_record(self, section: Section, row_id: str, found: Record | AdminRow) -> None:
        if section is not self._section:
            return
        seen, is_new = self._seen(section, found)
        if is_new and row_id not in self._new_ids:
            self._show_form(None)
            return
        draft = self._drafts.pop((section.id, row_id), None)
        choices = found.choices if isinstance(found, Record) else {}
        hints = {"value": setting_hint(row_id)} if section.id == "setting" else {}
        barcodes = None
        if section.id == "product" and not is_new:
            may_edit = self._context.session.can(section.permission)
            barcodes = BarcodeBox(self._context.theme, may_edit, self._add_barcode, self._remove_barcode)
        form = RecordForm(
            self._context, section, row_id, draft[0] if draft else seen,
            is_new=is_new, choices=choices, hints=hints, barcodes=barcodes,
        )  # fmt: skip
        if isinstance(found, AdminRow):
            form.name_it(found.name)
        self._show_form(form)
        if draft is not None:
            form.take_up(draft[1])
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
        self._context.actions.refresh()

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
        return {**blank, **_BLANKS.get(section.id, {})}, True

    def _show_form(self, form: RecordForm | None) -> None:
        old, self.form = self.form, form
        if form is not None:
            form.setObjectName("admin.form")
            form.edited.connect(self._context.actions.refresh)
            self._place.addWidget(form)
            self._place.setCurrentWidget(form)
        else:
            self._place.setCurrentWidget(self._nothing)
        if old is not None:
            self._place.removeWidget(old)
            old.setObjectName("")
            old.hide()
            old.deleteLater()
        self._context.actions.refresh()

    def _keep_draft(self) -> None:
        form = self.form
        if form is not None and form.is_dirty:
            self._drafts[(form.section.id, form.row_id)] = (dict(form.seen), form.raw())

    def _begin_writing(self) -> None:
        if self.form is not None:
            self.form.grid.focus_first()

    # -- what a person does --------------------------------------------------------------------------------------------

    def add(self) -> None:
        """A form for a new record; one begun before is gone on with."""
        begun = [
            row_id for kind, row_id in self._drafts if kind == self._section.id and row_id in self._new_ids
        ]
        row_id = begun[0] if begun else self._context.desk.new_id()
        self._new_ids.add(row_id)
        self._open(row_id)

    def save(self) -> None:
        """Send what was changed, with what was seen of it."""
        form = self.form
        if form is None:
            return
        seen, wanted, whole, problems = form.wanted()
        form.say(problems, {})
        if problems or not wanted:
            return
        section, site_id, row_id = form.section, self._site_id, form.row_id
        command = section.make(site_id, row_id, seen, wanted, whole)
        name = str(whole.get("name") or whole.get("code") or SETTINGS[row_id].title)
        before = {spec.name: form.seen[spec.name] for spec in section.fields}
        if form.is_new:
            words = f"{section.one.capitalize()} {name} added"
            undo = self._closing(section, site_id, row_id) if "active" in whole else None
        else:
            words = f"{name}: {_changes(section, wanted)} saved"
            undo = section.make(site_id, row_id, wanted, seen, before)
        self._doer.do(
            command,
            words,
            undo=undo,
            then=lambda: self._saved(form, row_id),
            failed=lambda error: self._refused(form, error),
            label="Saving",
        )

    def revert(self) -> None:
        """Forget what is not saved."""
        form = self.form
        if form is None:
            return
        self._drafts.pop((form.section.id, form.row_id), None)
        if form.is_new:
            self._new_ids.discard(form.row_id)
            self._show_form(None)
            self._open_id = ""
            self._go_to_list()
            if (current := self.list.current_row()) is not None:
                self._open(current.id)
        else:
            form.revert()
            self._refresh()

    def _closing(self, section: Section, site_id: str, row_id: str) -> Command:
        """What was added by mistake is closed: others may know it already."""
        return section.make(site_id, row_id, {"active": True}, {"active": False}, {"active": False})

    def _saved(self, form: RecordForm, row_id: str) -> None:
        # Somebody who has gone on to another record meanwhile has left a draft of what is stored by now.
        self._drafts.pop((form.section.id, row_id), None)
        self._new_ids.discard(row_id)
        if form is not self.form:
            self.list.refresh()
        elif form.is_new:
            form.saved()
            self._open(row_id)
            self.list.refresh()
            self.list.select_key(row_id)
        else:
            form.saved()
            self._refresh()

    def _refused(self, form: RecordForm, error: Exception) -> bool:
        found = problems_of(error, form.section)
        if found is None:
            return False
        if isValid(form) and form is self.form:
            form.say(*found)
        else:
            self._context.toasts.bad(str(error))
        return True

    # -- barcodes, badges, labels, passwords ---------------------------------------------------------------------------

    def _add_barcode(self, code: str, quantity: int, scanned: bool = False) -> None:
        form = self.form
        if form is None or form.barcodes is None:
            return
        box = form.barcodes
        name = str(form.seen["sku"])
        units = "1 unit" if quantity == 1 else f"{quantity:,} units"

        def refused(error: Exception) -> bool:
            found = problems_of(error, form.section)
            if found is None:
                return False
            if isValid(box):
                box.say(str(error))
            if scanned:
                self._context.scanner.bad(str(error))
            return True

        def done() -> None:
            if isValid(box):
                box.added()
            if scanned:
                self._context.scanner.good(f"{code} stands for {units} of {name} now")
            self._refresh()

        command = AddBarcode(product_id=form.row_id, code=code, quantity=quantity)
        self._doer.do(
            command, f"{code} stands for {units} of {name}", then=done, failed=refused, label="Saving"
        )

    def _remove_barcode(self, barcode: Barcode) -> None:
        again = AddBarcode(product_id=barcode.product_id, code=barcode.code, quantity=barcode.quantity)
        words = f"{barcode.code} stands for nothing any more"
        self._doer.do(
            RemoveBarcode(barcode_id=barcode.id), words, undo=again, then=self._refresh, label="Saving"
        )

    def _on_code(self, scan: Any) -> None:
        read = self._context.desk.read
        self._context.runner.run(
            lambda: read.product_by_code(scan.code),
            lambda found: self._take_code(scan, found),
            self,
            key="scan",
        )

    def _take_code(self, scan: Any, found: Any) -> None:
        if found is not None:
            self._context.scanner.good(f"{found.sku}  {found.name}")
            self.reveal("product", found.product_id)
        elif self._section.id == "product" and self.form and self.form.barcodes and self.form.may_edit:
            self._add_barcode(scan.code, self.form.barcodes.quantity.value(), scanned=True)
        else:
            self._context.scanner.bad(
                f"{scan.code} is no product's code. Open a product first to add it there."
            )

    def _on_bin(self, scan: Any) -> None:
        read, site_id = self._context.desk.read, self._site_id

        def show(found: Any) -> None:
            if found is None:
                self._context.scanner.bad(f"There is no bin {scan.code} here")
            else:
                self._context.scanner.good(found.code)
                self.reveal("location", found.id)

        self._context.runner.run(
            lambda: read.location_by_code(scan.code, site_id=site_id), show, self, key="scan"
        )

    def _takes_badge(self) -> bool:
        return self._section.id == "user" and self.form is not None and self.form.may_edit

    def _on_badge(self, scan: Any) -> ScanFeedback:
        form = self.form
        assert form is not None
        form.grid.field("badge").setText(scan.code)  # type: ignore[attr-defined]
        return ScanFeedback(True, "The badge is entered; save it")

    def _label(self) -> Paper | None:
        """The label of what is open."""
        form = self.form
        kind = _LABELS.get(form.section.id) if form is not None and not form.is_new else None
        return Paper(kind, [form.row_id]) if form is not None and kind is not None else None

    def _print_label(self) -> None:
        label_ = self._label()
        if label_ is not None:
            print_out(self._context, label_)

    def _ask_password(self) -> None:
        from desktop_app.panels.admin.password_dialog import PasswordDialog

        form = self.form
        if form is None:
            return
        read, row_id = self._context.desk.read, form.row_id

        def show(user: User | None) -> None:
            if user is not None:
                PasswordDialog(self._context, user, self.window()).open()

        self._context.runner.run(lambda: read.get(User, row_id), show, self, key="password")

    # -- building ------------------------------------------------------------------------------------------------------

    @property
    def _site_id(self) -> str:
        return self._context.session.site_id

    def _bind(self) -> None:
        actions = self._context.actions
        actions.bind_all(
            {
                "admin.new": self.add,
                "admin.save": self.save,
                "admin.revert": self.revert,
                "admin.label": self._print_label,
                "admin.password": self._ask_password,
            }
        )
        actions.when("admin_can_add", lambda: self._section.can_add and self._may_edit())
        actions.when(
            "admin_dirty", lambda: self.form is not None and (self.form.is_dirty or self.form.is_new)
        )
        actions.when("admin_label", lambda: self._label() is not None)
        actions.when(
            "admin_person",
            lambda: self.form is not None and self.form.section.id == "user" and not self.form.is_new,
        )

    def _may_edit(self) -> bool:
        return self._context.session.can(self._section.permission)

    def _lay_out(self) -> None:
        context = self._context
        self._add = action_button(context.theme, context.actions, "admin.new", text="New")
        left, _top, right, bottom = body_margins()
        head = QVBoxLayout()
        head.setContentsMargins(left, SPACE_8, right, bottom // 2)
        head.setSpacing(SPACE_8)
        search = row(self.search_field, self._add)
        search.setStretch(0, 1)
        head.addLayout(search)
        head.addWidget(self._note)
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(holder(head))
        middle.addWidget(self._stack, 1)
        rail = holder(row(self.rail, margins=(SPACE_8, SPACE_16, SPACE_8, SPACE_8)), "surface")
        form = holder(row(self._place), "surface")
        form.setMinimumWidth(_FORM_WIDTH - 40)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        for number, part in enumerate((rail, holder(middle), form)):
            splitter.addWidget(part)
            splitter.setStretchFactor(number, int(number == 1))
        splitter.setSizes([rail.sizeHint().width(), 560, _FORM_WIDTH])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(splitter)


def _changes(section: Section, wanted: Mapping[str, Any]) -> str:
    titles = [spec.title.partition(",")[0].lower() for spec in section.fields if spec.name in wanted]
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
