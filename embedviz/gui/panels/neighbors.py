"""The query, its nearest rows, how a few chosen rows compare, and what is known of them."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from embedviz.app.databases.requests import AllRowsRequest
from embedviz.app.databases.settings import CollectionSearchSettings
from embedviz.app.searches import Searches
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.app.texts.encoders import (
    Encoders,
    describe_left_out,
    describe_way,
    require_known,
    title_of,
)
from embedviz.app.texts.pinned import is_pinned, texts_of, with_texts, without_text
from embedviz.core import isotropy, neighbors
from embedviz.core.arrays import Matrix
from embedviz.core.compiled.kernels import compile_gate
from embedviz.core.errors import UserError
from embedviz.core.isotropy import mean_cosine
from embedviz.core.neighbors import Metric, NeighborSearch
from embedviz.core.progress import Report
from embedviz.core.query_vector import MOST_TEXTS, Query, QueryVector
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.texts.trained_origin import TrainedOrigin
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import with_controls
from embedviz.gui.calculations import Subject
from embedviz.gui.describe import describe_metadata
from embedviz.gui.pane import Pane
from embedviz.gui.panels.all_rows.search import AllRowsSearch
from embedviz.gui.panels.text_query import WITHOUT_ENCODER, WORDS_ONLY, TextQuery
from embedviz.gui.theme import CAPTION_PIXELS, GRID, font, theme_manager, with_alpha
from embedviz.gui.widgets.controls import (
    ElidedLabel,
    caption,
    combo_box,
    spin_box,
    text_label,
    with_name,
)
from embedviz.gui.widgets.ranked_list import Ranked, RankedList, rank

METRICS = (("cosine", "cosine"), ("dot product", "dot"), ("Euclidean", "euclidean"))
PREPARING = "Preparing to search (first start only): its loops are being compiled …"
QUIET_MILLISECONDS = 600
"""How long nothing is said while loops are being prepared."""
COMPARED = 6
SET_ENCODER = "file.set_encoder"
"""Action in which the user says what made the vectors."""
_LEAST_BOX = 80
"""So many selected rows at the most are compared with each other."""


class NeighborsPanel(Pane):
    """The nearest rows of the query. A click on one walks there."""

    title = "Neighbors"
    name = "neighbors"
    settings_class = CollectionSearchSettings
    kernels = (neighbors.compile_all, isotropy.compile_all)
    hint = "Nearest rows of what you choose appear here."
    is_side_panel = True

    def build(self) -> None:  # noqa: D102 - see Pane
        self._neighbors_task = self.calculations.new_task("nearest rows")
        self._preparing_task = self.calculations.new_task("preparing the next searches")
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MILLISECONDS)
        self._quiet.timeout.connect(self._say_what_is_waited_for)
        self._mean_task = self.calculations.new_task("mean cosine")
        self._mean: tuple[VectorSet, float] | None = None
        self.metric_box = combo_box("neighbors.metric", "Metric: how nearness is measured", METRICS)
        self.metric_box.activated.connect(
            lambda _: self.edit(self.session.state.listing(metric=self.metric_box.currentData()))
        )
        self.count = spin_box("neighbors.count", "Count: how many neighbors are listed", 1, 1000)
        self.count.valueChanged.connect(lambda count: self.edit(self.session.state.listing(count)))
        self.metric_box.setMinimumWidth(_LEAST_BOX)  # What does not fit ends in an ellipsis.
        self.tools.addWidget(caption("by"))
        self.tools.addWidget(self.metric_box, 1)
        self.tools.addWidget(self.count)
        self._text_task = self.calculations.new_task("encoding")
        self.texts = TextQuery()
        self.texts.line.texts_given.connect(self._encode)
        self.texts.list.text_chosen.connect(
            lambda text: self.edit(self.session.state.queried_with(text))
        )
        self.texts.list.text_unwanted.connect(
            lambda text: self.edit(without_text(self.session.state, text))
        )
        self.texts.pin_wanted.connect(self._pin)
        self.texts.encoder_wanted.connect(lambda: self.action_wanted.emit(SET_ENCODER))
        self.query = ElidedLabel("query")
        self.query.setAccessibleName("Query")
        self.list = with_name(RankedList(), "neighbors.list", "Neighbors. Click one to walk there")
        self.list.row_chosen.connect(lambda row: self.edit(self.session.state.queried(row)))
        self.all_rows = AllRowsSearch(self, self.list)
        self.table = CosineTable()
        self.details = text_label(kind="details", wrap=True)
        self.details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out()

    def _lay_out(self) -> None:
        rows = QVBoxLayout(self.picture)
        rows.setContentsMargins(0, GRID // 2, 0, GRID)
        rows.setSpacing(GRID // 2)
        head = QHBoxLayout()
        head.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        head.addWidget(self.query, 1)
        rows.addWidget(self.texts)
        rows.addWidget(self.all_rows.controls)
        rows.addLayout(head)
        rows.addWidget(self.list, 1)
        self.all_rows.lay_out_beside(rows)
        rows.addWidget(self.table)
        rows.addWidget(self.details)
        self.details.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Pane
        assert new.active is not None
        self.metric_box.setCurrentIndex(self.metric_box.findData(new.metric))
        self.count.setValue(new.count)
        if old.active is not new.active:
            self.list.show_lines(())  # Rows of the set before.
        self.list.show_selected(new.selected)
        self._draw_texts(old, new)
        among_all = self.all_rows.draw(old, new)
        if not old.asks_as(new) or _how_asked(old) != _how_asked(new):
            self._draw_query(new, among_all)
        if (old.active, old.selected) != (new.active, new.selected):
            self._draw_table(new)

    def release(self) -> None:  # noqa: D102 - see Pane
        self._mean = None
        self.texts.list.release()
        self.all_rows.release()

    def wants(self, subject: Subject) -> bool:  # noqa: D102 - see Pane
        if isinstance(subject, AllRowsRequest):
            return subject.is_wanted(self.session.state)
        return super().wants(subject)

    def begin_text(self) -> str:
        """Go to the line for a text; return why there can be none, or nothing."""
        if not self.texts.line.isEnabled():
            return self.texts.way.text() or WITHOUT_ENCODER
        self.texts.line.setFocus()
        self.texts.line.selectAll()
        return ""

    def _draw_texts(self, old: State, new: State) -> None:
        active, query = new.active, new.query_vector
        assert active is not None
        if old.active is not active:
            settings = encoder_of(active)
            is_trained = isinstance(active.origin, TrainedOrigin)
            self.texts.show_way(
                "" if settings is None else describe_way(settings),
                WORDS_ONLY if is_trained else WITHOUT_ENCODER,
            )
        text = "" if query is None or query.encoder is None else query.name
        if old.query_vector is not query or old.active is None:
            self.texts.line.setText(text)
            self.texts.line.setCursorPosition(0)
        self.texts.pin.setEnabled(query is not None and bool(text) and not is_pinned(new, query))
        self.texts.list.show_texts(texts_of(new, active), query)

    def _encode(self, texts: list[str]) -> None:
        """Search with a text; several stay on the maps, and the first one is searched with."""
        active = self.session.state.active
        settings = None if active is None else encoder_of(active)
        if settings is not None:
            work = partial(_as_queries, self.session.encoders, settings, texts[:MOST_TEXTS])
            take = partial(self._take, len(texts))
            self.calculations.run(self._text_task, work, take, active, purpose="edit")

    def _take(self, n_given: int, found: tuple[QueryVector, ...]) -> None:
        known = [each for each in found if each.vector.any()]
        state = self.session.state
        if n_given > 1:
            state = with_texts(state, known)
        try:
            self.edit(state.queried_with(known[0]))
        except UserError as error:  # Another model than the one that made the vectors.
            self.message_bar.show_message(str(error))
            return
        if said := describe_left_out(n_given, found):
            self.message_bar.show_message(said)

    def _pin(self) -> None:
        state = self.session.state
        if state.query_vector is not None and state.query_vector.encoder is not None:
            self.edit(with_texts(state, [state.query_vector]))

    def _draw_query(self, new: State, among_all: bool) -> None:
        active, query = new.active, new.current_query
        assert active is not None
        own = new.query_vector
        said = [] if new.query is None else describe_metadata(active, new.query)
        if own is not None:
            said = [] if own.encoder is None else [f"A text, encoded by {title_of(own.encoder)}"]
        self.details.setText("\n".join(said))
        if query is None:
            self.query.setText("Choose a point or a row")
            self.list.show_lines(())
            self.calculations.cancel(self._neighbors_task)
            return
        self.query.setText(f"◉ {with_controls(query.name)}")
        if among_all:
            self.calculations.cancel(self._neighbors_task)
            self.all_rows.ask(new, query.name)
            return
        work = partial(_nearest, self.session.searches, active, new.metric, query, new.count)
        show = partial(self._show_lines, self.session.searches.search(active, new.metric))
        self.calculations.run(self._neighbors_task, work, show, new)
        self._quiet.start()

    def _show_lines(self, search: NeighborSearch, lines: list[Ranked]) -> None:
        """Show neighbors, and prepare for those of other rows, which come faster then."""
        self.list.show_lines(lines)
        if search.may_be_prepared and not self._preparing_task.is_busy:
            work = partial(_prepare, search)
            self.calculations.run(self._preparing_task, work, lambda _: None, purpose="detail")

    def _say_what_is_waited_for(self) -> None:
        """Say why there are no neighbors yet, where that is because of the first start."""
        is_held = self._neighbors_task.is_busy and compile_gate.holds_back(neighbors.__name__)
        self.list.show_waiting(PREPARING if is_held else "")
        if is_held:
            self._quiet.start()  # Until it is not so any more.

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Pane
        if task is self._neighbors_task:
            self.list.show_lines(())
        self.all_rows.on_failed(task)

    def _draw_table(self, new: State) -> None:
        active = new.active
        assert active is not None
        comparable = 2 <= len(new.selected) <= COMPARED
        self.table.setVisible(comparable)
        if not comparable:
            return
        rows = new.selected.rows
        labels = [with_controls(active.labels[row]) for row in rows]
        mean = self._mean[1] if self._mean and self._mean[0] is active else None
        self.table.show_table(labels, neighbors.cosine_table(active.vectors[rows]), mean)
        if mean is None:
            work = partial(_mean_cosine, active)
            self.calculations.run(self._mean_task, work, partial(self._show_mean, active))

    def _show_mean(self, vector_set: VectorSet, mean: float) -> None:
        self._mean = (vector_set, mean)
        self.table.show_mean(mean)


def _how_asked(state: State) -> tuple[object, ...]:
    """Return by what neighbors are listed, but for the query."""
    return state.metric, state.count, state[CollectionSearchSettings]


class CosineTable(QWidget):
    """Cosines of a few rows with each other, beside the mean over all pairs of the set."""

    def __init__(self) -> None:
        super().__init__()
        with_name(self, "neighbors.table", "Cosines of the selected rows")
        self._labels: list[str] = []
        self._cosines: Matrix = np.zeros((0, 0), dtype=np.float32)
        self._mean: float | None = None
        theme_manager.changed.connect(self.update)
        self.hide()

    def show_table(self, labels: list[str], cosines: Matrix, mean: float | None) -> None:
        """Compare other rows.

        Parameters
        ----------
        labels : list of str, length k
        cosines : array of shape (k, k)
        mean : float or None
            Mean cosine of all pairs of the set; None while it is not known.
        """
        self._labels, self._cosines, self._mean = labels, cosines, mean
        lines = [
            f"{labels[i]} – {labels[j]}: {cosines[i, j]:.3f}"
            for i in range(len(labels))
            for j in range(i)
        ]
        self.setAccessibleDescription("; ".join(lines))
        self.updateGeometry()
        self.update()

    def show_mean(self, mean: float) -> None:
        """Show the set's mean cosine, once it is known."""
        self._mean = mean
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for a title, the rows and the mean."""
        return QSize(240, 24 * len(self._labels) + 66)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the same: a table is never clipped."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the lower triangle."""
        painter = QPainter(self)
        theme = theme_manager.theme
        inner = QRectF(self.rect()).adjusted(2 * GRID, 0, -2 * GRID, 0)
        painter.setPen(QColor(theme.muted))
        painter.setFont(font(CAPTION_PIXELS))
        painter.drawText(QPointF(inner.left(), 16), "Cosine of the selected rows")
        cell = min(38.0, (inner.width() - 84) / max(len(self._labels) - 1, 1))
        left = inner.right() - cell * (len(self._labels) - 1)
        for i, label in enumerate(self._labels):
            top = 24.0 + 24 * i
            self._paint_label(
                painter, QRectF(inner.left(), top, left - inner.left() - 6, 24), i, label
            )
            for j in range(i):
                self._paint_cell(
                    painter, QRectF(left + cell * j, top, cell, 24), self._cosines[i, j]
                )
            if i < len(self._labels) - 1:
                painter.setPen(QColor(theme.muted))
                box = QRectF(left + cell * i, top, cell, 24)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(i + 1))
        known = f"{self._mean:.3f}" if self._mean is not None else "…"
        painter.setPen(QColor(theme.text))
        painter.drawText(
            QPointF(inner.left(), 24 + 24 * len(self._labels) + 20),
            f"Mean of all pairs of the set: {known}",
        )

    def _paint_label(self, painter: QPainter, area: QRectF, place: int, label: str) -> None:
        painter.setPen(QColor(theme_manager.theme.text))
        text = painter.fontMetrics().elidedText(
            f"{place + 1} {label}", Qt.TextElideMode.ElideRight, int(area.width())
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_cell(self, painter: QPainter, area: QRectF, cosine: float) -> None:
        strength = float(np.clip(cosine, 0, 1))
        painter.fillRect(
            area.adjusted(1, 1, -1, -1), with_alpha(theme_manager.theme.accent, 0.30 * strength)
        )
        painter.setPen(QColor(theme_manager.theme.text))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, f"{cosine:.2f}")


def _as_queries(
    encoders: Encoders, settings: EncoderSettings, texts: list[str], report: Report
) -> tuple[QueryVector, ...]:
    """Encode texts, of which the model must know one. Runs off the UI thread."""
    found = encoders.encode(settings, texts, report)
    require_known(found)
    return found


def _nearest(
    searches: Searches,
    vector_set: VectorSet,
    metric: Metric,
    query: Query,
    count: int,
    report: Report,
) -> list[Ranked]:
    """Rank rows by nearness. Runs off the UI thread."""
    vector, exclude = query.vector, query.exclude
    rows, scores = searches.nearest(vector_set, metric, vector, count, exclude)
    return rank(vector_set, rows, scores)


def _prepare(search: NeighborSearch, report: Report) -> None:
    """Make the next searches quick. Runs off the UI thread."""
    search.prepare(report)


def _mean_cosine(vector_set: VectorSet, report: Report) -> float:
    return float(mean_cosine(vector_set.vectors))
