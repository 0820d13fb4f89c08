"""Actions on the chosen rows, and on maps."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtWidgets import QFileDialog, QInputDialog

from embedviz.app import linked_maps
from embedviz.core.arrays import Rows
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.has_points import HasLasso, points_of
from embedviz.gui.host import Host


def select_all(window: Host) -> None:
    """Select every row that is drawn."""
    state = window.session.state
    if state.active is not None:
        window.session.show(state.selecting(_drawn_rows(window, state.active)))


def select_in_view(window: Host) -> None:
    """Select every row whose point is in view: what a box does, by keys."""
    points = points_of(window.map_in_use)
    rows = None if points is None else points.rows_in_view()
    if rows is not None:
        window.session.show(window.session.state.selecting(rows))


def invert_selection(window: Host) -> None:
    """Select the rows that are drawn and not selected, instead of those that are."""
    state = window.session.state
    if state.active is not None:
        is_other = np.zeros(len(state.active), dtype=bool)
        is_other[_drawn_rows(window, state.active)] = True
        is_other[state.selected.rows] = False
        window.session.show(state.selecting(np.flatnonzero(is_other)))


def _drawn_rows(window: Host, vector_set: VectorSet) -> Rows:
    points = points_of(window.map_in_use)
    drawn = None if points is None else points.drawn_rows()
    return np.arange(len(vector_set)) if drawn is None else drawn


def isolate(window: Host) -> None:
    """Draw only the selected rows."""
    state = window.session.state
    if len(state.selected) == 0:
        window.message_bar.show_message(
            "Select rows first: Shift-drag around points, or use the lasso."
        )
        return
    alone = replace(state.map, isolated=state.selected, camera=None)
    window.session.show(state.mapped(alone))


def show_all(window: Host) -> None:
    """Draw all rows again."""
    state = window.session.state
    everything = replace(state.map, isolated=None, hidden=frozenset(), camera=None)
    window.session.show(state.mapped(everything))


def fly_to_selection(window: Host) -> None:
    """Bring what is selected into view."""
    points = points_of(window.map_in_use)
    if points is not None:
        points.fly_to_selection()


def switch_lasso(window: Host) -> None:
    """Begin or end selecting with the lasso, in the active pane, or else on the map."""
    pane = window.active_pane
    owner = pane if isinstance(pane, HasLasso) else points_of(window.map_in_use)
    if owner is not None:
        owner.switch_tool()


def open_selection(window: Host) -> None:
    """Open the selected rows as a set of their own."""
    state = window.session.state
    if state.active is None or len(state.selected) == 0:
        window.message_bar.show_message("Select rows first: they become a set of their own.")
        return
    take = partial(_chosen, state.active, state.selected.rows)
    window.writing.run(take, lambda made: window.session.show(window.session.state.opened(made)))


def _chosen(vector_set: VectorSet, rows: Rows, report: Report) -> VectorSet:
    """Return rows as a set of their own. Runs off the UI thread."""
    from embedviz.core.derivation.chosen_rows import chosen_rows

    made = chosen_rows(vector_set, rows)
    made.index_labels()
    return made


def add_map(window: Host) -> None:
    """Open another map beside, linked with the first."""
    state = window.session.state
    if state.active is None:
        window.message_bar.show_message("Open a file of vectors first.")
        return
    window.session.show(linked_maps.add_map(state))


def close_map(window: Host) -> None:
    """Close the map in use, or the one that was added last."""
    state = window.session.state
    key = state.map_key or max(each.key for each in state.maps)
    window.session.show(linked_maps.close_map(state, key))


def add_coordinates(window: Host) -> None:
    """Ask for a file of coordinates, and add them to the shown set."""
    from embedviz.formats.companions.coordinate_files import load_coordinates

    _extend(window, "Coordinates of the rows", _COORDINATES, load_coordinates)


def add_sprites(window: Host) -> None:
    """Ask for a picture of all rows' pictures, and show them with the rows."""
    from embedviz.gui.row_images import load_sprites

    _extend(window, "Pictures of the rows, in one image", "Images (*.png *.jpg)", load_sprites)


def add_image_column(window: Host) -> None:
    """Ask for the column that names the rows' image files, and show the images."""
    from embedviz.gui.row_images import image_columns, with_image_column

    active = window.session.state.active
    columns = [] if active is None else image_columns(active)
    if active is None or not columns:
        window.message_bar.show_message(
            "No column of the shown set names image files, such as photos/1.png."
        )
        return
    column, accepted = QInputDialog.getItem(
        window.widget,
        "Pictures of the rows",
        "Column with the names of image files",
        columns,
        0,
        False,
    )
    if accepted:
        extended = with_image_column(active, column)
        window.session.show(window.session.state.replaced(active, extended))


_COORDINATES = "Coordinates (*.csv *.tsv *.npy *.txt *.json);;All files (*)"


def _extend(window: Host, title: str, kinds: str, load: object) -> None:
    """Replace the shown set by the same one with something more from a file."""
    state = window.session.state
    active = state.active
    if active is None:
        window.message_bar.show_message("Open a file of vectors first.")
        return
    path, _ = QFileDialog.getOpenFileName(window.widget, title, "", kinds)
    if not path:
        return

    def show(extended: VectorSet) -> None:
        window.session.show(window.session.state.replaced(active, extended))

    window.writing.run(lambda report: load(path, active), show)  # type: ignore[operator]
