"""Facts that do not fit what is recorded: they are kept, change nothing, and somebody is asked to look."""

from __future__ import annotations

from services.handlers.work import Work
from services.storage.row import Row

CONTRADICTION = "contradiction"


def contradict(work: Work, subject: Row, message: str) -> None:
    """Something was reported that cannot have happened by what is recorded: write it down and raise an alert.

    The command is taken (``adjusted``), because its report is not to be lost; its outcome says that it changed nothing.
    """
    work.record("fact.contradicts", subject, message)
    work.raise_alert(CONTRADICTION, "warning", subject, message)
    details = {"subject": subject.table.name, "id": subject.id}
    work.fall_short(
        "contradiction", f"{message} It was noted and changed nothing; somebody should look.", details
    )
