"""The settings, built from their declarations; each takes effect at once."""

from PySide6.QtWidgets import QCheckBox, QComboBox, QSpinBox, QVBoxLayout, QWidget

from desktop_app.dialogs.frame import DialogFrame
from desktop_app.settings import Setting, Settings, Value
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_8, SPACE_12
from desktop_app.widgets.form_rows import Form
from desktop_app.widgets.layouts import label, scrolled

_HEIGHT = 460


class SettingsDialog(DialogFrame):
    """One section below the other."""

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(
            theme, "Settings", "Changes take effect at once and belong to this profile.", parent, width=560
        )
        self._settings = settings
        self.fields: dict[str, QWidget] = {}
        self._restart = label(
            "Some changes take effect when Holdfast is opened again. Nothing is lost by that.",
            "label",
            wrap=True,
        )
        self._restart.hide()
        content = QWidget()
        sections = QVBoxLayout(content)
        sections.setContentsMargins(0, 0, SPACE_12, 0)
        sections.setSpacing(SPACE_8)
        for title in dict.fromkeys(setting.section for setting in settings.declared()):
            if sections.count():
                sections.addSpacing(SPACE_12)
            sections.addWidget(label(title, "section"))
            form = Form(beside=True)
            for setting in settings.declared():
                if setting.section == title:
                    self.fields[setting.key] = form.add(
                        setting.key, setting.title, self._field(setting), setting.help
                    )
            sections.addWidget(form)
        sections.addStretch(1)
        area = scrolled(content)
        area.setMinimumHeight(_HEIGHT)
        self.body.addWidget(area)
        self.body.addWidget(self._restart)
        self.add_button("Close", self.accept, "primary")

    def _field(self, setting: Setting) -> QWidget:
        value = self._settings.value(setting.key)
        match setting.kind:
            case "choice":
                box = QComboBox()
                for choice, words in setting.choices:
                    box.addItem(words, choice)
                box.setCurrentIndex([choice for choice, _words in setting.choices].index(value))
                box.currentIndexChanged.connect(lambda at: self._set(setting, setting.choices[at][0]))
                return box
            case "switch":
                switch = QCheckBox()
                switch.setChecked(bool(value))
                switch.toggled.connect(lambda on: self._set(setting, on))
                return switch
            case "number":
                spin = QSpinBox()
                spin.setRange(setting.least, setting.most)
                spin.setSuffix(f" {setting.unit}" if setting.unit else "")
                spin.setValue(int(value))
                spin.valueChanged.connect(lambda number: self._set(setting, number))
                return spin
            case _:
                from PySide6.QtWidgets import QLineEdit

                text = QLineEdit(str(value))
                text.editingFinished.connect(lambda: self._set(setting, text.text()))
                return text

    def _set(self, setting: Setting, value: Value) -> None:
        self._settings.set(setting.key, value)
        if setting.needs_restart:
            self._restart.show()
