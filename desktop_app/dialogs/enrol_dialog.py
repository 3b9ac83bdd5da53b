"""Makes this computer a terminal: gathers server, administrator and name, shows each step. Deciding is not done here."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from desktop_app.dialogs.frame import DialogFrame
from desktop_app.themes.theme import Theme
from desktop_app.widgets.form_rows import Form
from desktop_app.widgets.ladder import Effect, Ladder
from desktop_app.widgets.layouts import label


class EnrolAnswers(NamedTuple):
    """What the administrator entered. `site` is empty until `show_sites` offered a choice."""

    server_url: str
    username: str
    password: str
    terminal_name: str
    site: str


_STEPS = ("Server found", "Administrator known", "Terminal enrolled", "Warehouse loaded")
_EVERY_MS = 100
_WORDS = {
    "server_url": "Enter the server's address.",
    "username": "Enter the administrator's name.",
    "password": "Enter the password.",
    "terminal_name": "Enter what people call this place.",
}


class EnrolDialog(DialogFrame):
    """`on_answers(EnrolAnswers)` is called on Enter; answer with `follow`, `show_step`, `show_sites`, `show_error` or
    `accept`."""

    def __init__(
        self,
        theme: Theme,
        on_answers: Callable[[EnrolAnswers], object],
        *,
        server_url: str = "",
        terminal_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        hint = "Once for this computer, by an administrator. After that people sign in here, also while there is no link."
        super().__init__(theme, "Enrol this terminal", hint, parent, width=460)
        self._on_answers = on_answers
        self.form = Form()
        self.form.add("server_url", "Server address", QLineEdit(server_url), "As https://warehouse.example")
        self.form.add("username", "Administrator", QLineEdit())
        password = QLineEdit()
        password.setEchoMode(QLineEdit.EchoMode.Password)
        self.form.add("password", "Password", password)
        self.form.add(
            "terminal_name",
            "Name of this terminal",
            QLineEdit(terminal_name),
            "What people call this place, as Packing 2",
        )
        self._sites = QComboBox()
        self.form.add("site", "Site", self._sites)
        self._sites.addItem("The server's only site, or asked next", "")
        self.body.addWidget(self.form)
        self._error = label("", "error", wrap=True)
        self._error.hide()
        self.body.addWidget(self._error)
        self._ladder = Ladder(theme, tuple(Effect(step) for step in _STEPS))
        self._ladder.hide()
        self._look: Callable[[], tuple[int, str]] | None = None
        self._watch = QTimer(self)
        self._watch.setInterval(_EVERY_MS)
        self._watch.timeout.connect(self._follow)
        self.body.addWidget(self._ladder)
        self.body.addStretch(1)
        self.add_button("Cancel", self.reject, "quiet")
        self._go = self.add_button("Enrol", self._submit, "primary")

    def show_sites(self, sites: Sequence[tuple[str, str]]) -> None:
        """Let the administrator choose among (id, name)."""
        self._sites.clear()
        for site_id, name in sites:
            self._sites.addItem(name, site_id)
        self._ready()
        self._sites.setFocus()

    def show_step(self, done: int, detail: str = "") -> None:
        """`done` of the four steps are done; `detail` says how the next one goes, as "48 % of 12 MB"."""
        # In the place of the fields, so that the dialog stays as high as it is.
        self.form.setEnabled(False)
        self.form.hide()
        self._error.hide()
        self._ladder.show()
        self._go.setEnabled(False)
        self._ladder.show_effects(
            tuple(
                Effect(
                    step,
                    "done" if at < done else "provisional" if at == done else "waiting",
                    "Working" if at == done else "",
                    detail * (at == done),
                )
                for at, step in enumerate(_STEPS)
            )
        )

    def follow(self, look: Callable[[], tuple[int, str]]) -> None:
        """Show what `look` answers, the words of `show_step`, again and again until the next answer or the end."""
        self._look = look
        self._follow()
        self._watch.start()

    def _follow(self) -> None:
        if self._look is not None:
            self.show_step(*self._look())

    def done(self, result: int) -> None:
        """Closed, whichever way."""
        self._watch.stop()
        super().done(result)

    def show_error(self, words: str, field: str = "") -> None:
        """It did not work: say why and, where one is to blame, in which field."""
        self._ready()
        if field:
            self.form.show_errors({field: words})
        else:
            self._error.setText(words)
            self._error.show()
            self._go.setFocus()

    def _ready(self) -> None:
        self._watch.stop()
        self._ladder.hide()
        self.form.setEnabled(True)
        self.form.show()
        self._go.setEnabled(True)

    def _submit(self) -> None:
        values = {name: str(value) for name, value in self.form.values().items() if value is not None}
        values["password"] = self.form.field("password").text()  # type: ignore[attr-defined]
        self.form.show_errors({name: words for name, words in _WORDS.items() if not values.get(name)})
        if all(values.get(name) for name in _WORDS):
            self._on_answers(
                EnrolAnswers(
                    values["server_url"],
                    values["username"],
                    values["password"],
                    values.get("terminal_name", ""),
                    str(self._sites.currentData() or ""),
                )
            )
