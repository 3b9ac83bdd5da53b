"""What a panel is given: the desk, the shell's services, and nothing else.

Only protocols and types stand here, so that a panel's tests can hand in a small fake of any of them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from desktop_app.formats import Instant

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop_app.actions import ActionRegistry
    from desktop_app.change_feed import ChangeFeed
    from desktop_app.scanner import Scanner, ScanTarget
    from desktop_app.settings import Settings
    from desktop_app.task_runner import TaskRunner
    from desktop_app.themes.theme import Theme
    from desktop_app.themes.tokens import Tone
    from desktop_app.widgets.toast import Toasts


class Receipt(Protocol):
    """The desk's answer to a command that is now durable."""

    @property
    def status(self) -> str:
        """`provisional`, `confirmed` or `at_risk`."""
        ...

    @property
    def message(self) -> str:
        """What of it fell short, or why it is at risk; mostly nothing."""
        ...

    @property
    def code(self) -> str:
        """The reason behind the message, for programs; mostly nothing."""
        ...


class LinkStatus(Protocol):
    """The link to the central server as last seen."""

    @property
    def state(self) -> str:
        """`live`, `syncing`, `offline` or `attention`."""
        ...

    @property
    def since(self) -> Instant | None:
        """When the link came into this state."""
        ...

    @property
    def pending(self) -> int:
        """Commands not yet acknowledged."""
        ...

    @property
    def needs_attention(self) -> int:
        """Commands refused and waiting for a person."""
        ...

    @property
    def synced_at(self) -> Instant | None:
        """When the cache last equalled the server."""
        ...


class Desk(Protocol):
    """The part of `local_db.Desk` that panels use. `do` may block for a disk write: call it in the write lane."""

    @property
    def read(self) -> Any:
        """Thread-safe queries that return frozen rows."""
        ...

    @property
    def link(self) -> LinkStatus:
        """The link's present state."""
        ...

    @property
    def drafts(self) -> Any:
        """Unfinished input that survives a crash: `save(key, value)`, `load(key, type)`, `keys(prefix)`, `drop(key)`."""
        ...

    def new_id(self) -> str:
        """An id for something that is made here."""
        ...

    def do(self, command: Any) -> Receipt:
        """Make `command` durable and show its effect. Raises RuleViolation where it may not be."""
        ...

    def subscribe(self, callback: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        """Call `callback` with the names of changed tables, from any thread. Returns what ends it."""
        ...


class Session(Protocol):
    """Who is signed in, and where."""

    @property
    def person(self) -> str:
        """The person's name for display."""
        ...

    @property
    def role(self) -> str:
        """The person's role for display."""
        ...

    @property
    def user_id(self) -> str:
        """The person's id."""
        ...

    @property
    def site_id(self) -> str:
        """The site's id, which commands name."""
        ...

    @property
    def currency(self) -> str:
        """The site's currency, as `GBP`."""
        ...

    @property
    def site_name(self) -> str:
        """The site's name for display."""
        ...

    @property
    def time_zone(self) -> str:
        """The site's zone, as `Europe/London`."""
        ...

    def can(self, permission: str) -> bool:
        """Whether the person holds `permission`; everybody holds the empty one."""
        ...


class UndoSteps(Protocol):
    """The last steps of the person, with what makes up for each."""

    def remember(self, label: str, compensation: Callable[[], Any]) -> None:
        """Note a step just done. `label` completes "Undone: ..."; `compensation()` makes the command that undoes it."""
        ...


class Shell(Protocol):
    """The window around the panel."""

    @property
    def undo_stack(self) -> UndoSteps:
        """Where a panel notes what can be taken back."""
        ...

    def navigate(self, panel_id: str, kind: str = "", item_id: str = "") -> None:
        """Show a panel and, where `kind` and `item_id` are given, the item in it."""
        ...

    def show_inspector(self, title: str, widget: "QWidget | None" = None) -> None:
        """Open the inspector at the right with `widget`, or with the panel's own `inspector()`."""
        ...

    def hide_inspector(self) -> None:
        """Close the inspector."""
        ...

    def notice(
        self, key: str, text: str, tone: "Tone" = "info", action: tuple[str, Callable[[], None]] | None = None
    ) -> None:
        """Keep `text` in a strip under the top bar until `clear_notice(key)` or until it is closed."""
        ...

    def clear_notice(self, key: str) -> None:
        """Take a notice away."""
        ...


class PanelContext(NamedTuple):
    """Everything a panel may use.

    `navigate(panel_id, kind, item_id)` is `shell.navigate`; `undo` takes back the person's last step.
    """

    desk: Desk
    runner: "TaskRunner"
    feed: "ChangeFeed"
    actions: "ActionRegistry"
    settings: "Settings"
    theme: "Theme"
    scanner: "Scanner"
    toasts: "Toasts"
    navigate: Callable[..., None]
    session: Session
    shell: Shell
    undo: Callable[[], None]


@runtime_checkable
class PanelLike(Protocol):
    """What the window calls on a panel. Only `activate` must exist; the others are used where they are there."""

    def activate(self) -> None:
        """The panel became visible: refresh if stale, take the keyboard focus."""
        ...


class FullPanel(PanelLike, Protocol):
    """All that a panel may answer to."""

    def deactivate(self) -> None:
        """Another panel took its place: write drafts down."""
        ...

    def search(self, text: str) -> None:
        """The person typed `text` and Enter in the search field while this panel was shown."""
        ...

    def inspector(self) -> "QWidget | None":
        """The inspector of the present selection; it is re-parented, so keep it and return the same one."""
        ...

    def scan_targets(self) -> "Sequence[ScanTarget]":
        """What a scan may mean here now, most specific first; asked at each scan."""
        ...

    def reveal(self, kind: str, item_id: str) -> None:
        """Select and show an item, as `reveal('order', id)`."""
        ...

    def state(self) -> Mapping[str, object]:
        """What is to be remembered of layout and filters, as plain JSON values."""
        ...

    def restore(self, state: Mapping[str, object]) -> None:
        """Bring back what `state` gave."""
        ...
