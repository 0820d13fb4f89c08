"""Anisotropy: the cone, and the map that opens it.

A linear projection would lie here: in 384 dimensions, 90 % of a vector's length is outside any
three axes, so that a narrow cone looks like a round cloud. Therefore each row is placed on a
sphere at its true angle, in all dimensions, to one axis; only its longitude is a projection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout

from embedviz.app.animation.kinds import orbit, sweep
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.anisotropy import cone, judged
from embedviz.core.anisotropy.transform import Transform
from embedviz.core.progress import Report
from embedviz.gui.calculations import Subject
from embedviz.gui.pages.page import WantedBy, set_of_pane
from embedviz.gui.pages.stack import PageStack
from embedviz.gui.pane import Pane
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label
from embedviz.panes.anisotropy.controls.tools import AnisotropyTools
from embedviz.panes.anisotropy.outputs import maker_of
from embedviz.panes.anisotropy.pages import PAGES
from embedviz.panes.anisotropy.prepared import (
    DialPosition,
    FitChoice,
    Prepared,
    Turned,
    prepare,
    turn,
)
from embedviz.panes.anisotropy.settings import AnisotropySettings
from embedviz.panes.anisotropy.spheres import SphereViews
from embedviz.panes.anisotropy.words import (
    describe_dial,
    describe_picture,
    describe_rows,
    title_after,
    title_before,
    warning_of,
)

_LEAST_WIDTH, _LEAST_HEIGHT = 700, 560
"""A pane smaller than this says how it is read in a tooltip alone."""
_WIDE, _WIDE_SHARE = 1500, 1.8
"""Width, and width against height, from which on the page is beside the views."""
_SQUARISH = 0.75
"""Height of a page against its width, at most: charts that are higher are hard to read."""
_PAGE_SHARE, _MOST_OF_PAGE, _GLOBE_SHARE, _TEXTS = 0.34, 0.5, 0.9, 110
"""Of the height: for the page, and at most. Height of a view, against its width, that is enough,
and of the texts around it, in pixels.
"""
_PAGE_EVERY = 66
"""Milliseconds between two drawings of the page on the way: the views go before it."""


_ANIMATIONS = (
    sweep(
        "whitening",
        "Whitening sweep",
        "the dial from raw over centered to white",
        AnisotropySettings,
        lambda dial, state: [dial.at(0.0), dial.at(2.0)],
    ),
    orbit(AnisotropySettings),
)


class AnisotropyPane(Pane):
    """Before on the left, after on the right, one camera; a dial between raw and white; pages.

    **What pages draw from.** Two values, which the pane computes and pages only read:
    `prepared_of(page.pane)` is what is known of the set wherever the dial stands (the `Fit` of the
    map, the `Cone` with its sampled pairs), and `turned_of(page.pane)` is what the views show: the
    `DialPosition`, the `Transform` at it and the `ConeView`. Both are there whenever `draw` of a
    page is called: it is not called while a set is loading, or where its cone has failed.

    **When.** `draw(old, new)` of the chosen page is called for a new state once the views show its
    dial position; while the dial is dragged, for some of the positions that are shown, at most 15 a
    second, and for the one where it rests. What is cheap, such as a histogram of the sampled pairs,
    is drawn from `turned_of` at once. That may be one step behind the state: say what is of
    `turned.position`, not of `new`.

    **Numbers of the dial's position** that take longer than a step of it are for when it rests:
    `calculations.run(task, partial(work, prepared, transform), self._show, DialPosition.of(new))`,
    after `has_asked(task, DialPosition.of(new))`, with a task that was made without an urgency. The
    dial's own task is more urgent: others wait at their first report until the dial has rested for
    a tenth of a second, a newer run of a task takes the place of the one before, and a result for
    another position is never shown. What is shown meanwhile is dimmed or says its position.
    Numbers that do not depend on the dial have `FitChoice.of(new)` or the set as their subject.
    """

    title = "Anisotropy"
    name = "anisotropy"
    figure = "anisotropy"
    takes_pairs = scenes_by_facts = True
    settings_class = AnisotropySettings
    animations = _ANIMATIONS
    kernels = (cone.compile_all, judged.compile_all)
    hint = "Open a file of vectors to see how narrow their cone is, and to open it."

    def build(self) -> None:  # noqa: D102 - see Pane
        self._cone_task = self.calculations.new_task("measuring the cone", urgency=2)
        self._dial_task = self.calculations.new_task("mapping the rows", urgency=1)
        self.prepared: Prepared | None = None
        self.turned: Turned | None = None
        self._begun: DialPosition | None = None
        self._page_drawn = QElapsedTimer()
        self._failed: DialPosition | None = None
        self.controls = AnisotropyTools(self)
        self.spheres = SphereViews(self)
        self.spheres.row_clicked.connect(lambda row: self.edit(self.session.state.queried(row)))
        self.spheres.camera_settled.connect(lambda camera: set_of_pane(self, camera=camera))
        self.caption = text_label(kind="caption", wrap=True)
        self.warning = text_label(kind="title", wrap=True)
        self.warning.hide()
        self.pages = PageStack(self, PAGES)
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fit the tools into the width."""
        super().resizeEvent(event)
        if self.is_built:
            self.controls.fit_width(self.width())
            self._share_room()
            self._say(self.session.state)

    def _lay_out(self) -> None:
        self._parts = QBoxLayout(QBoxLayout.Direction.TopToBottom, self.picture)
        self._parts.setContentsMargins(0, 0, 0, GRID)
        self._parts.setSpacing(GRID)
        rows = QVBoxLayout()
        rows.setSpacing(GRID)
        rows.addWidget(self.spheres, 1)
        below = QHBoxLayout()
        below.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        below.setSpacing(2 * GRID)
        texts = QVBoxLayout()
        texts.setSpacing(GRID // 2)
        for text in (self.warning, self.spheres.query_marker.line, self.caption):
            texts.addWidget(text)
        below.addLayout(texts, 1)
        below.addWidget(self.spheres.controls, 0, Qt.AlignmentFlag.AlignTop)
        rows.addLayout(below)
        self._parts.addLayout(rows)
        self._parts.addWidget(self.pages)
        self.pages.head_turned.connect(self._share_room)
        self.controls.fit_width(self.width())  # It may have its size already.
        self.fit_text(1.0)

    def _share_room(self) -> None:
        """Give the page its part of the room: below the views, or beside them in a wide pane.

        How high the page is depends on the pane alone, not on its text, which depends on that.
        """
        way, width = QBoxLayout.Direction, self.width()
        tools = self.tool_row.height() if self.tool_row.isVisibleTo(self) else 0
        room = max(self.height() - tools, 1)
        is_wide = width >= _WIDE * self._scale and width >= _WIDE_SHARE * room
        self._parts.setDirection(way.LeftToRight if is_wide else way.TopToBottom)
        if is_wide:
            self._parts.setStretch(0, 3)
            self._parts.setStretch(1, 2)
            self.pages.setContentsMargins(0, GRID, 2 * GRID, 0)
            self.pages.setMaximumHeight(round(_SQUARISH * 2 / 5 * width))
            return
        self.pages.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        beyond = room - round(_GLOBE_SHARE * width / 2 + _TEXTS * self._scale)
        wanted = max(round(_PAGE_SHARE * room), min(beyond, round(_MOST_OF_PAGE * room)))
        # All that there is, up to this.
        self._parts.setStretch(0, 1)
        self._parts.setStretch(1, 1000)
        self.pages.setMaximumHeight(max(wanted, self.pages.least_height))

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Pane
        choice = FitChoice.of(new)
        if old.active is not new.active:
            self.controls.dial.stop()
        if self.pages.choose(new).name != old[AnisotropySettings].page or old.active is None:
            self._share_room()
        self.spheres.draw(old, new)
        if self.prepared is None or self.prepared.choice != choice:
            self._load(choice)
        elif old.active is not new.active:  # Back from another set that was not measured in time.
            self.calculations.cancel(self._cone_task)
            self._show_prepared(self.prepared)
        else:
            self.calculations.cancel(self._cone_task)
            self.controls.show_state(new, self.prepared)
            if old[AnisotropySettings].view != new[AnisotropySettings].view:
                self._say(new)
            self._turn_to(new)

    def _load(self, choice: FitChoice) -> None:
        """Prepare what is to be shown, and show nothing of another set meanwhile."""
        is_same = self.prepared is not None and self.prepared.vector_set is choice.vector_set
        self.controls.show_state(self.session.state, self.prepared if is_same else None)
        if self.calculations.has_asked(self._cone_task, choice):
            return
        self.controls.use.setEnabled(False)
        self.calculations.cancel(self._dial_task)
        if not is_same:
            self._clear(f"Before · {choice.vector_set.name}: measuring the cone …")
        work = partial(prepare, choice)
        self.calculations.run(self._cone_task, work, self._show_prepared, choice)

    def _turn_to(self, new: State) -> None:
        """Show the dial's position, and then the page at it."""
        position = DialPosition.of(new)
        if self.turned is not None and self.turned.position == position:
            self.calculations.cancel(self._dial_task)
            self.pages.draw(new)
        elif self.prepared is not None and not self._dial_task.is_busy:
            if position == self._failed:
                return
            # A step at work is shown when it ends, and the newest one follows: if each would take
            # the place of the one before, a fast hand would see nothing until it rests.
            self._begun = position
            work = partial(turn, self.prepared, position)
            self.calculations.run(self._dial_task, work, self._show_turned, position.choice)

    def _show_prepared(self, prepared: Prepared) -> None:
        self.prepared, self.turned, self._failed = prepared, None, None
        self.told.emit()
        state = self.session.state
        self.controls.show_state(state, prepared)
        self.spheres.show_prepared(prepared)
        self.spheres.titles["before"].setText(title_before(prepared))
        self._turn_to(state)

    def _show_turned(self, turned: Turned) -> None:
        assert self.prepared is not None
        self.turned, self._failed = turned, None
        self.spheres.show_turned(turned)
        self.spheres.titles["after"].setText(title_after(self.prepared, turned))
        state = self.session.state
        self._say(state)
        if turned.position != DialPosition.of(state) and self._page_drawn.hasExpired(_PAGE_EVERY):
            self.pages.draw(state)  # A step on the way; of the newest, the next line draws it.
            self._page_drawn.start()
        self._turn_to(state)

    def _say(self, state: State) -> None:
        """Say how to read the views, and what must be seen."""
        if self.prepared is not None and self.turned is not None:
            view = state[AnisotropySettings].view
            said = describe_picture(self.prepared, self.turned, view)
            least_width, least_height = _LEAST_WIDTH * self._scale, _LEAST_HEIGHT * self._scale
            is_low = self.width() < least_width or self.height() < least_height
            shown = describe_rows(self.prepared, self.turned) if is_low else said
            self.caption.setText(shown)
            self.caption.setToolTip(said)
            said = warning_of(self.turned)
            self.warning.setText(said)
            self.warning.setVisible(bool(said))

    def _clear(self, title: str = "") -> None:
        """Show nothing, but say why."""
        self.prepared = self.turned = self._failed = None
        self.spheres.clear()
        self.spheres.titles["before"].setText(title)
        self.caption.clear()
        self.warning.hide()
        self.pages.blank()

    def wants(self, subject: Subject) -> bool:  # noqa: D102 - see Pane
        if isinstance(subject, WantedBy):
            return subject.is_wanted(self.session.state)
        return super().wants(subject)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Pane
        if task is self._cone_task:
            self._clear()
        elif task is self._dial_task:
            self._failed = self._begun if failed else None
            self.turned = None
            self.spheres.show_turned(None)
            self.spheres.titles["after"].setText("After · nothing to show")
            self.caption.clear()
            self.warning.hide()
            self.pages.blank()
        self.pages.on_failed(task, failed=failed)

    def facts(self, state: State) -> Sequence[str]:  # noqa: D102 - see Pane
        return describe_dial(state, self.prepared if self.is_built else None)

    def transform_maker(self) -> Callable[[Report], Transform]:
        """Return what makes the map that the dial stands for; see `gui.actions.saving`."""
        return maker_of(self.session.state, self.prepared if self.is_built else None)

    def begin_figure(self) -> None:
        """Begin what the chosen page does only when asked."""
        self.pages.chosen.begin_figure()

    def fit_text(self, scale: float) -> None:  # noqa: D102 - see Pane
        self._scale = scale
        self.tool_row.setFixedHeight(self.controls.height)
        self.pages.fit_text(scale)
        self._share_room()
        self._say(self.session.state)
        if self.isVisible():  # Whatever is drawn next has this size.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)

    def release(self) -> None:  # noqa: D102 - see Pane
        if self.is_built:
            self.controls.dial.stop()
            self.prepared = self.turned = self._begun = self._failed = None
            self.spheres.release()
            self.pages.release()
