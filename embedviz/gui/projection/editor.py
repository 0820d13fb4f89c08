"""What the editors of all methods have in common, and the editor for plain settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from embedviz.core.projections.neighbor_embedding import MOST_ROWS, TSNE, UMAP
from embedviz.core.projections.pca import PCA
from embedviz.core.vector_set import Rows, VectorSet
from embedviz.gui.widgets.form import ChoiceField, Field, FloatField, Form, IndicesField, IntField

_METRICS = (("cosine", "cosine"), ("Euclidean", "euclidean"))
_COMPONENT = "a principal component; 1 has the most variance"
FIELDS: Mapping[str, Field] = {
    "components": IndicesField("", _COMPONENT, ("x", "y", "z"), "PC "),
    "n_neighbors": IntField(
        "Neighbors", "Neighbors of each row: few show fine detail, many the whole", 2, 200
    ),
    "min_dist": FloatField(
        "Min. distance", "Minimum distance: how tightly points may be packed", 0.0, 0.99, 0.05
    ),
    "perplexity": IntField(
        "Perplexity", "Perplexity: about how many neighbors each row holds on to", 2, 200, 5
    ),
    "metric": ChoiceField("Metric", "Metric: what makes two rows neighbors", _METRICS),
    "seed": IntField("Seed", "Seed: the same one gives the same picture again", 0, 9999),
    "sample": IntField(
        "Sample", "Sample: how many rows are laid out, drawn by the seed", 1000, MOST_ROWS, 10_000
    ),
}
"""Controls of the settings of methods, by their names."""


class MethodEdit(QWidget):
    """Shows the settings of a method, and lets the user change them.

    Parameters
    ----------
    contents : QWidget

    Signals
    -------
    changed : (Projection,)
        The user has changed something, and nothing is missing.
    refused : (str,)
        Why what the user did makes no settings; nothing when it does again.
    """

    changed = Signal(object)
    refused = Signal(str)

    def __init__(self, contents: QWidget) -> None:
        super().__init__()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(contents)

    @property
    def settings(self) -> Any:
        """The settings as they are shown; None while something is missing."""
        raise NotImplementedError

    @property
    def missing(self) -> str:
        """What to do while something is missing."""
        return ""

    def show_settings(self, settings: Any, vector_set: VectorSet) -> None:
        """Show settings for a set; None: those shown last if they suit it, or the usual ones."""
        raise NotImplementedError

    def show_first(self, count: int) -> None:
        """Show controls for so many axes only."""

    def show_selected(self, rows: Rows) -> None:
        """Know which rows of the set are selected."""

    def release(self) -> None:
        """Let go of a set that has been closed."""


class SettingsEdit(MethodEdit):
    """A form for the settings of PCA, t-SNE or UMAP."""

    def __init__(self, name: str, usual: PCA | TSNE | UMAP) -> None:
        self.form = Form(name, usual, FIELDS)
        super().__init__(self.form)
        self._wanted: Any = usual
        self.form.changed.connect(self._note)

    @property
    def settings(self) -> Any:
        """The settings as they are shown."""
        return self.form.settings

    def show_settings(self, settings: Any, vector_set: VectorSet) -> None:
        """Show settings for a set, with no more neighbors than it can have."""
        if settings is not None:
            self._wanted = settings
        form, count = self.form, len(vector_set)
        form.limit("components", vector_set.dimensions)
        form.limit("n_neighbors", count)
        form.limit("perplexity", (count - 1) // 3)
        form.show_field("sample", count > MOST_ROWS)
        wanted = self._wanted
        form.show_settings(wanted if isinstance(wanted, PCA) else wanted.suited_to(count))

    def show_first(self, count: int) -> None:
        """Show controls for so many axes only."""
        self.form.show_first("components", count)

    def _note(self, settings: Any) -> None:
        self._wanted = settings
        self.changed.emit(settings)
