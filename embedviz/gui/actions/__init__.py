"""Actions of menus and keys, as data. To add one: write the function, and a line in ACTIONS."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QApplication

from embedviz.app.scenes.sequence import showing, what_is_missing
from embedviz.app.state import State, sets_without
from embedviz.core.matching import is_quick, match_all
from embedviz.core.progress import Report
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet
from embedviz.gui.actions import (
    catalog,
    commands,
    databases,
    figures,
    opening,
    query,
    saving,
    scenes,
    sessions,
    texts,
    view,
)
from embedviz.gui.actions import judged_pairs as pairs
from embedviz.gui.actions import rows as row_actions
from embedviz.gui.actions.action import Action, within
from embedviz.gui.actions.comfort import COMFORT
from embedviz.gui.host import Host, has_set
from embedviz.gui.moving.dialog import MovingDialog
from embedviz.gui.moving.stage import stage_of
from embedviz.gui.talk.keys import TALK_KEYS
from embedviz.gui.widgets.key_sheet import KeySheet


def close_set(window: Host) -> None:
    """Take the shown set out of the library."""
    session, closing = window.session, window.session.state.active
    if closing is None:
        return

    def close() -> None:
        if session.state.active is closing:  # Else another one is shown by now.
            session.show(session.state.closed(closing))

    left = sets_without(session.state, closing)
    if not left or is_quick(closing, left[0], session.state.selected.rows):
        session.matching.cancel()
        close()
    else:
        # Many selected rows have to be found in the other set first, by their labels.
        work = partial(_match, closing, left[0])
        session.matching.run(work, lambda _: close())


def _match(source: VectorSet, target: VectorSet, report: Report) -> None:
    """Match all rows of two sets. Runs off the UI thread."""
    match_all(source, target)


def export_moving_picture(window: Host) -> None:
    """Ask what of the active pane is to move, and where it goes."""
    pane = window.active_pane
    if pane.needs_set and not has_set(window):
        return
    session, name = window.session, pane.name

    def named() -> list[tuple[str, State]]:
        state = session.state
        return [
            (scene.name, showing(state, scene))
            for scene in state.scenes
            if scene.pane == name and not what_is_missing(state, scene)
        ]

    dialog = MovingDialog(pane, stage_of(pane), session, named, window.widget)
    dialog.written.connect(lambda path: window.statusBar().showMessage(f"Written to {path}", 6000))
    dialog.show()


def undo(window: Host) -> None:
    """Take the last step back."""
    window.session.undo()


def redo(window: Host) -> None:
    """Take the step again that was taken back."""
    window.session.redo()


def find(window: Host) -> None:
    """Go to the search line."""
    window.docks["library"].show()
    window.library.search.setFocus()
    window.library.search.selectAll()


def clear_selection(window: Host) -> None:
    """Select nothing; the query stays."""
    state = window.session.state
    window.session.show(state.selecting(Selection().rows))


def show_keys(window: Host) -> None:
    """List all keys and what the mouse does."""
    keys = [
        (" or ".join(a.shortcuts), a.text.replace("…", "").replace("&", ""))
        for a in ACTIONS
        if a.shortcuts
    ]
    mouse = [(key, text) for key, text in (line.split("\t") for line in MOUSE)]
    KeySheet(window.widget, [*mouse, *keys, *TALK_KEYS]).show()


MOUSE = (
    "Drag\tpan; orbit in 3-D",
    "Right drag\tpan",
    "Wheel\tzoom at the cursor",
    "Click\tselect a row and list its neighbors",
    "Ctrl or Shift + click\tadd a row to the selection",
    "Shift + drag\tselect in a box; with Ctrl, add; with Alt, remove",
    "Click in the legend\thide a category; with Ctrl, show it alone",
    "Home\tfit all points",
    "F10, or Alt and a letter\topen a menu",
)

ACTIONS: tuple[Action, ...] = (
    Action("file.open", "File", "Open…", opening.open_files, ("Ctrl+O",), "Open files of vectors"),
    Action(
        "file.open_folder",
        "File",
        "Open Folder…",
        opening.open_folder,
        (),
        "Open Parquet or Arrow files of one folder as one set",
    ),
    Action("file.database", "File", "Open Database…", databases.open_database, (), databases.TIP),
    Action("file.resample", "File", "Resample…", databases.resample, (), databases.RESAMPLE_TIP),
    Action("file.catalog", "File", "Get Vectors…", catalog.get_vectors, (), catalog.TIP),
    Action(
        "file.open_session",
        "File",
        "Open Session…",
        sessions.ask_to_open,
        ("Ctrl+Shift+O",),
        "Everything that was open, as it was",
    ),
    *within(
        "Bundled Sets",
        Action("file.words", "File", "Bundled Words, Layer 2", opening.open_words),
        Action("file.words_final", "File", "Bundled Words, Final Layer", opening.open_final_words),
        Action(
            "file.words_nested",
            "File",
            "Bundled Words, Layer 2, Nested",
            opening.open_nested_words,
            (),
            "Through a linear map after which short prefixes do alone",
        ),
        Action(
            "file.words_wordllama",
            "File",
            "Bundled Words, WordLlama",
            opening.open_wordllama_words,
            (),
            "Trained so that its first dimensions alone are a smaller model",
        ),
        Action("file.sentences", "File", "Bundled Sentences, Layer 5", opening.open_sentences),
        Action(
            "file.sentences_final",
            "File",
            "Bundled Sentences, Final Layer",
            opening.open_final_sentences,
        ),
        Action("file.digits", "File", "Handwritten Digits", opening.open_digits),
    ),
    Action(
        "file.embed",
        "File",
        "Embed Texts…",
        texts.embed_file,
        ("Ctrl+Shift+E",),
        "A vector for each text of a table or a list",
        True,
    ),
    Action(
        "file.embed_column",
        "File",
        "Embed a Column of This Set…",
        texts.embed_column,
        (),
        "New vectors of the labels, or of texts in the metadata",
    ),
    Action(
        "file.train",
        "File",
        "Train Word Vectors…",
        opening.train_words,
        (),
        "From a text, and watch them find their places",
    ),
    *within(
        "Add to This Set",
        Action(
            "file.labels",
            "File",
            "Add Labels or Metadata…",
            opening.add_labels,
            (),
            "From a second file",
            True,
        ),
        Action("file.coordinates", "File", "Add Coordinates…", row_actions.add_coordinates),
        Action("file.sprites", "File", "Add Pictures from One Image…", row_actions.add_sprites),
        Action("file.images", "File", "Add Pictures by Column…", row_actions.add_image_column),
        Action("file.pairs", "File", "Add Pairs…", pairs.add_pairs, (), pairs.TIP),
        Action(
            "file.column_pairs",
            "File",
            "Pairs from a Column…",
            pairs.by_column,
            (),
            pairs.COLUMN_TIP,
        ),
        Action(
            "file.half_pairs",
            "File",
            "Pairs of the Two Halves",
            pairs.of_halves,
            (),
            pairs.HALVES_TIP,
        ),
        Action(
            "file.dropout_views",
            "File",
            "Two Dropout Views of the Texts…",
            texts.make_dropout_views,
            (),
            "Encode the texts twice with dropout on: SimCSE's pairs, for the Contrastive pane",
        ),
        Action(
            "file.set_encoder",
            "File",
            "Set Encoder…",
            texts.set_encoder,
            (),
            "Say which model made the vectors, so that texts can be typed as queries",
        ),
    ),
    Action(
        "file.save_set",
        "File",
        "Save Set As…",
        saving.save_set,
        ("Ctrl+S",),
        "The vectors, labels and metadata that are shown, also of a derived set",
        True,
    ),
    Action(
        "file.save_session",
        "File",
        "Save Session…",
        sessions.ask_to_save,
        ("Ctrl+Alt+S",),
        "What is open, chosen and set; files of vectors stay where they are",
    ),
    *within(
        "Export",
        Action("file.export", "File", "Export Figure…", figures.export_pane, ("Ctrl+E",)),
        Action(
            "file.export_window",
            "File",
            "Export Window…",
            figures.export_window,
            ("Ctrl+Alt+E",),
            "The whole window as a figure, as it is on screen",
        ),
        Action(
            "file.export_moving",
            "File",
            "Export Moving Picture…",
            export_moving_picture,
            ("Ctrl+Alt+M",),
            "An orbit, a sweep, a run or the way between two states, as WebP, GIF, PNG or MP4",
        ),
        Action(
            "file.export_rows",
            "File",
            "Export Selected Rows…",
            saving.export_selection,
        ),
        Action(
            "file.export_coordinates",
            "File",
            "Export Coordinates…",
            saving.export_coordinates,
            (),
            "Where the rows lie on the map",
        ),
        Action(
            "file.export_neighbors",
            "File",
            "Export Neighbors…",
            saving.export_neighbors,
            (),
            "The nearest rows of each row",
        ),
        Action(
            "file.export_transform",
            "File",
            "Export Transform…",
            saving.export_transform,
            (),
            saving.TRANSFORM_TIP,
        ),
    ),
    Action("file.close", "File", "Close Set", close_set, ("Ctrl+W",), "", True),
    Action("file.quit", "File", "Quit", lambda window: QApplication.quit(), ("Ctrl+Q",)),
    Action("edit.undo", "Edit", "Undo", undo, ("Ctrl+Z",)),
    Action("edit.redo", "Edit", "Redo", redo, ("Ctrl+Shift+Z", "Ctrl+Y")),
    Action(
        "edit.copy_picture",
        "Edit",
        "Copy Picture",
        figures.copy_picture,
        ("Ctrl+Shift+C",),
        "",
        True,
    ),
    Action(
        "edit.text_query",
        "Edit",
        "Query with a Text",
        query.type_text,
        ("Ctrl+Shift+F",),
        query.TEXT_TIP,
        True,
    ),
    Action(
        "edit.paste_query",
        "Edit",
        "Paste Vector as the Query",
        query.paste_query,
        ("Ctrl+Shift+V", "Ctrl+V"),
        query.PASTE_TIP,
    ),
    Action("edit.load_query", "Edit", "Load Query Vector…", query.load_query),
    Action("edit.find", "Edit", "Find Label", find, ("Ctrl+F",), "", True),
    Action("edit.select_all", "Edit", "Select All", row_actions.select_all, ("Ctrl+A",), "", True),
    Action(
        "edit.select_view", "Edit", "Select in View", row_actions.select_in_view, ("Ctrl+Shift+A",)
    ),
    Action("edit.invert", "Edit", "Invert Selection", row_actions.invert_selection, ("Ctrl+I",)),
    Action("edit.clear", "Edit", "Clear Selection", clear_selection, ("Esc",)),
    Action("edit.lasso", "Edit", "Lasso", row_actions.switch_lasso, ("L",)),
    Action("edit.isolate", "Edit", "Isolate Selection", row_actions.isolate, ("I",), "", True),
    Action("edit.show_all", "Edit", "Show All Rows", row_actions.show_all, ("Shift+I",)),
    Action("edit.new_set", "Edit", "Selected Rows as a New Set", row_actions.open_selection),
    *scenes.TALK,
    Action("view.fly", "View", "Fly to Selection", row_actions.fly_to_selection, ("F",)),
    Action("view.add_map", "View", "Add Map", row_actions.add_map, ("Ctrl+M",), "", True),
    Action("view.close_map", "View", "Close Map", row_actions.close_map, ("Ctrl+Shift+M",)),
    Action("view.beside", "View", "Put Pane Beside or Back", view.show_beside, ("Ctrl+Shift+B",)),
    Action("view.theme", "View", "Switch Light and Dark", view.switch_theme, ("Ctrl+T",)),
    *COMFORT,
    Action(
        "view.sides", "View", "Hide or Show Side Panels", view.toggle_sides, ("Ctrl+B",), "", True
    ),
    Action("view.next_pane", "View", "Next Pane", commands.next_pane, ("Ctrl+PgDown",), "", True),
    Action("view.previous_pane", "View", "Previous Pane", commands.previous_pane, ("Ctrl+PgUp",)),
    *scenes.SCENES,
    Action(
        "help.commands", "Help", "All Commands…", commands.show_commands, ("Ctrl+K",), commands.TIP
    ),
    Action("help.guide", "Help", "Guide", view.show_guide, ("F1",), "The manual, with a search"),
    scenes.TOUR,
    Action("help.keys", "Help", "Keys and Mouse", show_keys, ("?",)),
    Action("help.about", "Help", "About embedviz", view.show_about),
)
"""In menu order."""
