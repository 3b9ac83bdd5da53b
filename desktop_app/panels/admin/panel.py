"""The Admin panel: sections at the left, their records, and the form of the one that is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.change_feed import FreshView
from desktop_app.doing import Doer
from desktop_app.panel_context import PanelContext
from desktop_app.panels.admin.codes import Codes
from desktop_app.panels.admin.record_drafts import RecordDraft
from desktop_app.panels.admin.record_form import RecordForm
from desktop_app.panels.admin.record_list import RecordList
from desktop_app.panels.admin.record_place import RecordPlace
from desktop_app.panels.admin.section_rail import SectionRail
from desktop_app.panels.admin.sections import SECTIONS, Section, section_of
from desktop_app.printing import Paper, offer_print, print_out
from desktop_app.scanner import ScanTarget
from desktop_app.themes.tokens import SPACE_8, SPACE_16
from desktop_app.widgets.buttons import action_button
from desktop_app.widgets.layouts import body_margins, holder, label, row
from desktop_app.widgets.search_field import SearchField
from local_db.queries.admin_queries import AdminRow
from services.storage.tables import User

_FORM_WIDTH: Final = 400
_LABELS: Final = {"product": "product", "location": "bin"}


class Panel(QWidget):
    """The Admin panel."""

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        self._context = context
        self._doer = Doer(context, self)
        self._section = SECTIONS[0]
        self._lists: dict[str, RecordList] = {}
        self._searched: dict[str, str] = {}
        self._wanted = ""
        self.rail = SectionRail(context.theme, SECTIONS)
        self.search_field = SearchField(context.theme, "Search")
        self.search_field.setObjectName("admin.search")
        self._note = label("", "quiet", wrap=True)
        self._note.setObjectName("admin.note")
        self._stack = QStackedWidget()
        self._codes = Codes(context, self._doer, lambda: self.form, self.reveal, self._refresh)
        self.place = RecordPlace(context, self._doer, self._codes.box)
        self._lay_out()
        self._bind()
        self.rail.chosen.connect(self.choose)
        self.search_field.searched.connect(self._on_search)
        self.search_field.left_down.connect(self._go_to_list)
        self.place.changed.connect(context.actions.refresh)
        self.place.stored.connect(lambda row_id: self.list.select_key(row_id))
        self.place.refreshed.connect(self._refresh)
        self.place.given_up.connect(self._on_given_up)
        self.place.drafts_found.connect(self._offer_drafts)
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
        self.place.keep()

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
        self._wanted = item_id
        if self._section is not section:
            self.rail.choose(kind)
            return
        self.search_field.clear()
        self._open_wanted()

    def state(self) -> Mapping[str, object]:
        """The section that was open."""
        return {"section": self._section.id}

    def restore(self, state: Mapping[str, object]) -> None:
        """As it was left."""
        if section_of(str(state.get("section"))) is not None and not self.place.open_id:
            self.rail.choose(str(state["section"]))

    def scan_targets(self) -> Sequence[ScanTarget]:
        """What codes and badges mean to the record that is open, and which records they open."""
        return self._codes.scan_targets()

    @property
    def form(self) -> RecordForm | None:
        """The form of the record that is open."""
        return self.place.form

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
        self._section = section
        self.place.clear()
        self._stack.setCurrentWidget(self.list)
        self.search_field.setPlaceholderText(f"Search {section.title.lower()}")
        self.search_field.setAccessibleName(f"Search {section.title.lower()}")
        if self.search_field.text() != self._searched.get(section_id, ""):
            self.search_field.setText(self._searched.get(section_id, ""))
        self._note.setText(section.note)
        self._note.setVisible(bool(section.note))
        self._add.setVisible(section.can_add)
        if self._wanted:
            self._open_wanted()
        elif (current := self.list.current_row()) is not None:
            self.place.open(section, current.id)
        else:
            self._on_loaded(section)
        self._context.actions.refresh()

    def _on_search(self, text: str) -> None:
        self.list.search(text)

    def _on_loaded(self, section: Section) -> None:
        """Open the first record, so that the form is never empty without need."""
        if section is self._section and not self.place.open_id and self.list.row_count():
            self.list.select_number(0)

    def _on_current(self, section: Section, row: AdminRow | None) -> None:
        if section is self._section and row is not None and row.id != self.place.open_id:
            self.place.open(section, row.id)

    def _go_to_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.list.current_row() is None:
            self.list.select_number(0)

    def _refresh(self) -> None:
        self.list.refresh()
        self.place.refresh()

    def _open_wanted(self) -> None:
        wanted, self._wanted = self._wanted, ""
        self.place.open(self._section, wanted)
        self.list.select_key(wanted)

    def _begin_writing(self) -> None:
        if self.form is not None:
            self.form.grid.focus_first()

    def _on_given_up(self) -> None:
        self._go_to_list()
        if (current := self.list.current_row()) is not None:
            self.place.open(self._section, current.id)

    def _offer_drafts(self, drafts: Sequence[RecordDraft]) -> None:
        """Say that something of the last time is not saved yet."""
        latest, more = drafts[0], len(drafts) - 1
        words = f"{latest.title} was changed here and not saved"
        others = f", and {more} more {'records' if more > 1 else 'record'}" if more else ""
        self._context.shell.notice(
            "admin.drafts", f"{words}{others}.", "info", ("Go on with it", lambda: self._go_on(latest))
        )

    def _go_on(self, draft: RecordDraft) -> None:
        self._context.shell.clear_notice("admin.drafts")
        self._context.navigate("admin", draft.section, draft.row_id)

    # -- labels and passwords ------------------------------------------------------------------------------------------

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

    def _bind(self) -> None:
        actions = self._context.actions
        actions.bind_all(
            {
                "admin.new": lambda: self.place.open_new(self._section),
                "admin.save": self.place.save,
                "admin.revert": self.place.revert,
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
        form = holder(row(self.place), "surface")
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
