"""Who is it: gathers name and password, shows what came of it. Deciding is not done here."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from desktop_app.dialogs.frame import DialogFrame
from desktop_app.themes.theme import Theme
from desktop_app.widgets.form_rows import Form
from desktop_app.widgets.layouts import label
from desktop_app.widgets.pill import Pill


class SignInAnswers(NamedTuple):
    """What the person entered."""

    username: str
    password: str


class SignInDialog(DialogFrame):
    """`on_answers(SignInAnswers)` is called on Enter; answer with `show_busy`, `show_error` or `accept`.

    `offline_words` says that there is no link and who may sign in nevertheless, as
    "No link since 09:41. People who signed in here in the last 7 days still can."
    """

    def __init__(
        self,
        theme: Theme,
        on_answers: Callable[[SignInAnswers], object],
        *,
        site: str = "",
        known: Sequence[str] = (),
        offline_words: str = "",
        can_cancel: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, "Sign in", f"Holdfast at {site}" if site else "Holdfast", parent, width=400)
        self._on_answers = on_answers
        self._offline = Pill(theme)
        self._offline_text = label("", "quiet", wrap=True)
        self.body.addWidget(self._offline)
        self.body.addWidget(self._offline_text)
        self.form = Form()
        self._name: QLineEdit | QComboBox = self._name_field(known)
        self._password = QLineEdit()
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self.form.add("username", "User name", self._name)
        self.form.add("password", "Password", self._password)
        self.body.addWidget(self.form)
        self._error = label("", "error", wrap=True)
        self._error.hide()
        self.body.addWidget(self._error)
        if can_cancel:
            self.add_button("Cancel", self.reject, "quiet")
        self._go = self.add_button("Sign in", self._submit, "primary")
        self.show_offline(offline_words)
        (self._password if known else self._name).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_offline(self, words: str) -> None:
        """Say that there is no link, or that there is one again."""
        self._offline.setVisible(bool(words))
        self._offline_text.setVisible(bool(words))
        self._offline_text.setText(words)
        if words:
            self._offline.show_status("Offline", "warning")

    def show_busy(self) -> None:
        """It is being looked at."""
        self._error.hide()
        self._go.setEnabled(False)
        self._go.setText("Signing in...")

    def show_error(self, words: str, field: str = "password") -> None:
        """It was refused: say why, in front of `field`; the password is asked again."""
        self._go.setEnabled(True)
        self._go.setText("Sign in")
        self._error.setText(words)
        self._error.setVisible(bool(words))
        self._password.clear()
        self.form.field(field).setFocus(Qt.FocusReason.OtherFocusReason)

    def _name_field(self, known: Sequence[str]) -> QLineEdit | QComboBox:
        if not known:
            return QLineEdit()
        box = QComboBox()
        box.setEditable(True)
        box.addItems(list(known))
        return box

    def _submit(self) -> None:
        values = self.form.values()
        username, password = str(values["username"]).strip(), self._password.text()
        missing = {
            "username": "Enter your user name." if not username else "",
            "password": "Enter your password." if not password else "",
        }
        self.form.show_errors({name: words for name, words in missing.items() if words})
        if username and password:
            self._on_answers(SignInAnswers(username, password))
