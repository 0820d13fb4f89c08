"""Form of an encoder: which one, and the settings that it has."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QWidget,
)

from embedviz.core.errors import UserError
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.gui.texts.key_entry import KeyEntry
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import (
    caption,
    combo_box,
    spin_box,
    text_label,
    tool_button,
    with_name,
)
from embedviz.sources.encoders import ENCODERS, encoder_class
from embedviz.sources.encoders.service.address import PRESETS, ServicePreset

CAPTION_WIDTH = 13 * GRID
"""Of what stands before the controls, so that they are below each other in several forms."""
_MOST_DIMENSIONS = 100_000
_WITHOUT_MODEL = ("wordllama",)
"""Encoders that are one model."""


class KnownEncoder(NamedTuple):
    """An encoder, as a form offers it.

    Attributes
    ----------
    key : str
        As in `ENCODERS`.
    title : str
    lacking : str
        What has to be installed first; empty: nothing.
    is_local : bool
    """

    key: str
    title: str
    lacking: str
    is_local: bool


def known_encoders() -> list[KnownEncoder]:
    """Return all encoders, also those that cannot be used here."""
    found = []
    for key in ENCODERS:
        try:
            kind = encoder_class(key)
            found.append(KnownEncoder(key, kind.title, kind.what_lacks(), kind.is_local))
        except (ImportError, UserError) as error:
            found.append(KnownEncoder(key, key, f"{key} cannot be loaded: {error}", True))
    return found


class EncoderForm(QWidget):
    """Encoder and its settings; only the fields that the chosen one has.

    Parameters
    ----------
    name : str
        Object names of the controls begin with it: "embed".

    Signals
    -------
    changed : ()
        The user chose or typed something else.
    """

    changed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self._settings = EncoderSettings()
        self.encoders = {each.key: each for each in known_encoders()}
        self._make_encoder(name)
        self._make_model(name)
        self._make_service(name)
        self._make_prompts(name)
        self.form = QFormLayout(self)
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setHorizontalSpacing(2 * GRID)
        self.form.setVerticalSpacing(GRID)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        for text, field in (
            ("Encoder", self.encoder),
            ("", self.lacking),
            ("Address", self.address),
            ("Model", self._model_line),
            ("Key", self.key),
            ("Dimensions", self._dimensions_line),
            ("Before texts", self.prompt),
            ("Before queries", self.query_prompt),
        ):
            self.form.addRow(_before(text, field), field)
        self.show_settings(self._settings)

    def _make_encoder(self, name: str) -> None:
        self.encoder = combo_box(f"{name}.encoder", "Model that makes a vector of each text")
        self.encoder.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.encoder.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.encoder.setMinimumContentsLength(14)
        model = self.encoder.model()
        assert isinstance(model, QStandardItemModel)
        for place, each in enumerate(self.encoders.values()):
            where = "on this machine" if each.is_local else "sends texts, after you agree"
            about = "not installed" if each.lacking else where
            self.encoder.addItem(f"{each.title}  ·  {about}", each.key)
            model.item(place).setEnabled(not each.lacking)
            model.item(place).setToolTip(each.lacking)
        self.encoder.activated.connect(lambda _: self._on_encoder())
        self.lacking = text_label(kind="caption", wrap=True)
        self.lacking.setObjectName("caption")
        self.lacking.setMinimumHeight(1)
        self.lacking.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        absent = [each.lacking for each in self.encoders.values() if each.lacking]
        self.lacking.setText("\n".join(absent))

    def _make_model(self, name: str) -> None:
        self.model = _line(f"{name}.model", "Name of the model, or its folder")
        self.folder = tool_button(f"{name}.folder", "Folder…", "Choose the folder of a model")
        self.folder.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.folder.clicked.connect(self._ask_for_folder)
        self.dimensions = spin_box(
            f"{name}.dimensions",
            "Dimensions that are kept, the first ones: a prefix, of unit length again",
            1,
            _MOST_DIMENSIONS,
        )
        self.dimensions.setSpecialValueText("all")
        self.dimensions.valueChanged.connect(lambda _: self.changed.emit())
        self.model.editingFinished.connect(self.changed)
        self._model_line = _beside(self.model, self.folder)
        self.dimensions_told = caption("")
        self._dimensions_line = _beside(self.dimensions, self.dimensions_told)

    def _make_service(self, name: str) -> None:
        self.address = combo_box(f"{name}.address", "Address of the service, without a key")
        self.address.setEditable(True)
        self.address.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.address.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.address.setMinimumContentsLength(14)
        for each in PRESETS:
            self.address.addItem(f"{each.address}  ·  {each.name}", each)
        self.address.setCurrentIndex(-1)
        line = self.address.lineEdit()
        assert line is not None
        line.setPlaceholderText("http://localhost:11434/v1")
        self.address.activated.connect(self._on_address)
        line.editingFinished.connect(self._on_changed_address)
        self.key = KeyEntry(name)
        self.key.changed.connect(self.changed)

    def _make_prompts(self, name: str) -> None:
        self.prompt = _line(f"{name}.prompt", "Put before each text, where the model asks for it")
        self.query_prompt = _line(
            f"{name}.query_prompt", "Put before a text that is searched with later"
        )
        self.prompt.setPlaceholderText("nothing, or such as “passage: ”")
        self.query_prompt.setPlaceholderText("nothing, or such as “query: ”")
        for line in (self.prompt, self.query_prompt):
            line.editingFinished.connect(self.changed)

    # What is shown, and what it means.

    @property
    def chosen(self) -> KnownEncoder | None:
        """The encoder that is chosen; None where there is none of its name."""
        return self.encoders.get(self.encoder.currentData())

    @property
    def settings(self) -> EncoderSettings:
        """Settings as they are shown; of what the encoder does not have, nothing."""
        chosen = self.chosen
        if chosen is None:
            return self._settings
        self.dimensions.interpretText()
        wanted = self.dimensions.value()
        is_service, has_model = not chosen.is_local, chosen.key not in _WITHOUT_MODEL
        found = replace(
            self._settings,
            encoder=chosen.key,
            model=self.model.text().strip() if has_model else "",
            dimensions=None if wanted == self.dimensions.minimum() else wanted,
            address=self.address.currentText().strip() if is_service else "",
            key_variable=self.key.variable if is_service else "",
            prompt=self.prompt.text(),
            query_prompt=self.query_prompt.text(),
        )
        # Agreed to for one model: the vectors of another may be good for nothing when they are cut.
        is_same = _cut_of(found) == _cut_of(self._settings)
        return replace(found, cuts_here=found.cuts_here and is_same)

    @property
    def problem(self) -> str:
        """What has to be filled in or installed first; empty: nothing."""
        chosen, settings = self.chosen, self.settings
        if chosen is None:
            return "Choose an encoder."
        if chosen.lacking:
            return chosen.lacking
        if not chosen.is_local and not settings.address:
            return "Type the address of the service, such as http://localhost:11434/v1."
        if chosen.key not in _WITHOUT_MODEL and not settings.model:
            return "Type the name of the model."
        return ""

    def show_settings(self, settings: EncoderSettings) -> None:
        """Show other settings."""
        self._settings = settings
        place = self.encoder.findData(settings.encoder)
        self.encoder.setCurrentIndex(place)
        with QSignalBlocker(self.dimensions):
            self.dimensions.setValue(settings.dimensions or self.dimensions.minimum())
        self.model.setText(settings.model)
        self.address.setEditText(settings.address)
        self.key.show_key(settings.address, settings.key_variable)
        self.prompt.setText(settings.prompt)
        self.query_prompt.setText(settings.query_prompt)
        self._show_fields()

    def tell_dimensions(self, count: int | None) -> None:
        """Say how many dimensions the vectors have, where that is known."""
        self.dimensions_told.setText("" if count is None else f"vectors of {count:,} numbers")

    def _show_fields(self) -> None:
        chosen = self.chosen
        is_service = chosen is not None and not chosen.is_local
        has_model = chosen is not None and chosen.key not in _WITHOUT_MODEL
        self.form.setRowVisible(self.lacking, bool(self.lacking.text()))
        self.form.setRowVisible(self.address, is_service)
        self.form.setRowVisible(self.key, is_service)
        self.form.setRowVisible(self._model_line, has_model)
        self.folder.setVisible(has_model and not is_service)
        example = "text-embedding-3-small" if is_service else "all-MiniLM-L6-v2, or a folder"
        self.model.setPlaceholderText(example)
        for line in (self.prompt, self.query_prompt):
            self.form.setRowVisible(line, has_model)

    # What the user does.

    def _on_encoder(self) -> None:
        self._show_fields()
        self.changed.emit()

    def _on_address(self, place: int) -> None:
        preset: ServicePreset = self.address.itemData(place)
        self.address.setEditText(preset.address)
        models = {each.model for each in PRESETS}
        if self.model.text().strip() in {"", *models}:
            self.model.setText(preset.model)
        self.key.show_key(preset.address, preset.key_variable)
        self.changed.emit()

    def _on_changed_address(self) -> None:
        self.key.show_address(self.address.currentText().strip())
        self.changed.emit()

    def _ask_for_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, "Folder of a sentence-transformers model")
        if path:
            self.model.setText(path)
            self.changed.emit()


def _cut_of(settings: EncoderSettings) -> tuple[str, str, str, int | None]:
    return settings.encoder, settings.address, settings.model, settings.dimensions


def _line(name: str, description: str) -> QLineEdit:
    return with_name(QLineEdit(), name, description)


def _before(text: str, field: QWidget) -> QLabel:
    before = caption(text)
    if text:
        before.setMinimumHeight(field.sizeHint().height())
    before.setFixedWidth(CAPTION_WIDTH)
    before.setBuddy(field)
    return before


def _beside(first: QWidget, second: QWidget) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GRID)
    row.addWidget(first)
    row.addWidget(second)
    if not isinstance(first, QLineEdit):
        row.addStretch(1)
    return line
