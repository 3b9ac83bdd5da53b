"""What was changed in a record and is not saved yet: kept while others are looked at, and when the desk is closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from PySide6.QtCore import QObject

from desktop_app.draft_keeper import DraftKeeper
from desktop_app.panel_context import PanelContext
from desktop_app.panels.admin.record_form import RecordForm
from desktop_app.panels.admin.sections import section_of

PREFIX: Final = "admin:"


class RecordDraft(msgspec.Struct, frozen=True):
    """A form as it was left: ``seen`` are the stored values that the person was shown, ``raw`` what stands in the fields."""

    section: str
    row_id: str
    title: str
    is_new: bool
    is_empty: bool
    seen: dict[str, Any]
    raw: dict[str, Any]
    saved_at: int = 0

    @property
    def key(self) -> str:
        """The key under which it is kept."""
        return f"{PREFIX}{self.section}:{self.row_id}"

    @property
    def fits(self) -> bool:
        """Whether its form still has the fields that it was left with."""
        section = section_of(self.section)
        return section is not None and {spec.name for spec in section.fields} == set(self.raw) == set(
            self.seen
        )


def draft_of(form: RecordForm) -> RecordDraft:
    """What stands in a form."""
    return RecordDraft(
        section=form.section.id,
        row_id=form.row_id,
        title=form.title,
        is_new=form.is_new,
        is_empty=not form.is_dirty,
        seen={name: form.seen[name] for name in form.raw()},
        raw=dict(form.raw()),
    )


class RecordDrafts(QObject):
    """The drafts by record, the latest last. ``on_found(drafts)`` is called once with those of the last time."""

    def __init__(
        self, context: PanelContext, on_found: Callable[[Sequence[RecordDraft]], object], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._on_found = on_found
        self._drafts: dict[tuple[str, str], RecordDraft] = {}
        self._keeper = DraftKeeper(
            context, self, RecordDraft, PREFIX, lambda drafts: [draft for draft in drafts if draft.fits]
        )
        self._keeper.list_drafts(self._take)

    def note(self, form: RecordForm) -> None:
        """The form changed: it is written to the disk once the person rests."""
        if form.may_edit:
            self._keeper.note(draft_of(form))

    def keep(self, form: RecordForm) -> None:
        """Another record is shown in its place: what is not saved waits for it."""
        if form.is_dirty and form.may_edit:
            self._drafts[(form.section.id, form.row_id)] = draft_of(form)
        self._keeper.flush()

    def take(self, section: str, row_id: str) -> RecordDraft | None:
        """The draft of a record, which goes on in its form."""
        return self._drafts.pop((section, row_id), None)

    def forget(self, section: str, row_id: str) -> None:
        """It is saved, or given up."""
        self._drafts.pop((section, row_id), None)
        self._keeper.forget(f"{PREFIX}{section}:{row_id}")

    def begun(self, section: str) -> str:
        """A new record of a section that was begun and left; "" where there is none."""
        return next(
            (draft.row_id for draft in self._drafts.values() if draft.section == section and draft.is_new), ""
        )

    def _take(self, drafts: Sequence[RecordDraft]) -> None:
        for draft in reversed(drafts):
            self._drafts.setdefault((draft.section, draft.row_id), draft)
        if drafts:
            self._on_found(drafts)
