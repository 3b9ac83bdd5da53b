"""What can go wrong with the terminal's own files, in words for the person in front of it."""

from __future__ import annotations

from pathlib import Path


class LocalError(Exception):
    """Trouble of this terminal. Never a refusal by a rule or by the server, and nothing durable is lost by it."""


class ProfileInUse(LocalError):
    """Another process has this profile open. ``pid`` is its process id, 0 where it is not known."""

    def __init__(self, folder: Path, pid: int) -> None:
        super().__init__(
            f"The profile {folder} is open in another window"
            + (f" (process {pid})" if pid else "")
            + ". Nothing was changed. Use that window, or close it first."
        )
        self.pid = pid


class PlainStorageRefused(LocalError):
    """There is no place for the key of the files, and keeping them readable for everybody was not allowed."""


class KeyMissing(LocalError):
    """The files are there, but their key is not: another user, another machine, or a keyring that was emptied."""


class FileUnreadable(LocalError):
    """A file cannot be opened with its key, or is damaged. It is left as it is."""


class FolderUnusable(LocalError):
    """The folder of a profile cannot be made, read or written."""

    def __init__(self, folder: Path, problem: object) -> None:
        super().__init__(
            f"The files of this desk cannot be used in {folder} ({problem}). What was kept there before is safe. "
            "Check the folder, its rights and the room on the disk, then start again."
        )


class OutboxFull(LocalError):
    """The disk is full: new work cannot be kept safely, so it is refused. What was kept before is safe."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The disk is full, so new work cannot be kept safely in {folder}. "
            "All earlier work is safe. Free some space, then do it again."
        )


class NobodyActs(LocalError):
    """A command was given while no person is set: call ``as_user`` first."""
