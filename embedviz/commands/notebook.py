"""Figures for notebooks and scripts: `embedviz.figure("map", words)`, without a window.

It works beside an application of Qt that runs already, such as a notebook's, whose look is left
alone; where there is none and no display either, one is made that needs none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedviz.commands.application import import_qt
from embedviz.commands.setting_options import GIVEN, given_name
from embedviz.core.errors import UserError
from embedviz.core.settings import SettingField, fields_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from embedviz.core.vector_set import VectorSet

_OF_LOOK = (
    "text_scale",
    "title",
    "subtitle",
    "has_caption",
    "legend",
    "is_transparent",
    "dpi",
    "has_recipe",
    "has_paths",
)


class Figure:
    """Picture of a pane, which a notebook shows inline.

    Drawn when it is first asked for, and then kept, for each kind of file.

    Parameters
    ----------
    draw : callable
        Takes a kind of file, "png", "svg" or "pdf", and returns its bytes.
    """

    def __init__(self, draw: Callable[[str], bytes]) -> None:
        self._draw = draw
        self._drawn: dict[str, bytes] = {}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file that ends in .png, .svg or .pdf.

        Raises
        ------
        UserError
            For another suffix, and when the file cannot be written.
        """
        from embedviz.gui.export.figure import kind_of, write_figure

        target = Path(path)
        write_figure(target, self._content(kind_of(target)))

    def _repr_png_(self) -> bytes:
        return self._content("png")

    def _repr_svg_(self) -> str:
        return self._content("svg").decode("utf-8")

    def _content(self, kind: str) -> bytes:
        if kind not in self._drawn:
            self._drawn[kind] = self._draw(kind)
        return self._drawn[kind]


def figure(
    pane: str,
    vectors_or_set: ArrayLike | VectorSet | None = None,
    *,
    size: tuple[int, int] = (1280, 800),
    scale: float = 2,
    theme: str = "light",
    **settings: Any,
) -> Figure:
    """Return a picture of a pane, as the window shows it. The same input gives the same bytes.

    Parameters
    ----------
    pane : str
        As `embedviz figure` calls it: "map", "analogy", "anisotropy", "matryoshka",
        "contrastive", …
    vectors_or_set : VectorSet or array-like of shape (n_vectors, n_dimensions), optional
        Default: the bundled sample of the pane.
    size : tuple of int
        Width and height in CSS pixels.
    scale : float
        Pixels of a PNG per CSS pixel.
    theme : {"light", "dark", "print", "gray-safe"}
    **settings
        Settings of the pane, by the names of the fields of its classes or as the options of
        `embedviz figure` are called; `query`, a label; and how
        the figure looks: `title`, `subtitle`, `legend`, `text_scale`, `has_caption`,
        `is_transparent`, `dpi`, `has_recipe`, `has_paths`.

    Raises
    ------
    UserError
        When there is no such pane, setting or label, or the pane cannot draw this.
    """
    import_qt()
    _require_application()
    from embedviz.gui.export.look import FigureLook
    from embedviz.gui.theme import FIGURE_THEMES
    from embedviz.panes import PANES

    kinds = {each.figure: each for each in PANES if each.figure}
    if pane not in kinds:
        raise UserError(f"There is no figure {pane!r}. Choose one of: {', '.join(kinds)}.")
    if theme not in FIGURE_THEMES:
        raise UserError(f"There is no theme {theme!r}. Choose one of: {', '.join(FIGURE_THEMES)}.")
    kind, (width, height) = kinds[pane], size
    classes: Sequence[type] = kind.settings_class.classes_of_pane()
    own = {name: field for each in classes for name, field in fields_of(each).items()}
    settings = _by_fields(own, settings)
    of_look = {
        name: settings.pop(name) for name in _OF_LOOK if name in settings and name not in own
    }
    look = FigureLook(width, height, scale=float(scale), theme=theme, **of_look)
    state = _state_of(kind, vectors_or_set, settings)

    def draw(file_kind: Any) -> bytes:
        from embedviz.app.session import Session
        from embedviz.gui.figures import drawn_pane

        session = Session(state)
        try:
            return drawn_pane(kind, session, look, [file_kind])[file_kind]
        finally:
            session.encoders.close()

    return Figure(draw)


def _by_fields(fields: Mapping[str, SettingField], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings by their fields, also those named as their options are, such as a title."""
    by_option = {
        given_name(field).removeprefix(GIVEN).replace("-", "_"): name
        for name, field in fields.items()
    }
    return {name if name in fields else by_option.get(name, name): given[name] for name in given}


def _state_of(kind: Any, given: Any, settings: dict[str, Any]) -> Any:
    """Return the state that is drawn.

    Raises
    ------
    UserError
        When something in the settings is not known.
    """
    from embedviz.app.judged_pairs import bundled_pairs
    from embedviz.app.state import State
    from embedviz.core.samples import load_sample
    from embedviz.core.vector_set import VectorSet

    state = State()
    if kind.needs_set:
        made = load_sample(kind.figure_sample) if given is None else given
        made = made if isinstance(made, VectorSet) else VectorSet(made, name="vectors")
        state = state.opened(made, bundled_pairs(made))
        query = settings.pop("query", None)
        if query is not None:
            from embedviz.commands.figure_words import require_query

            state = state.queried(require_query(made, query))
    left = set(settings)
    for each in kind.settings_class.classes_of_pane():
        active = state.active
        usual = each.for_figure_alone() if active is None else state[each].for_figure(active)
        own = {name: value for name, value in settings.items() if name in fields_of(each)}
        left -= set(own)
        state = state.with_settings(usual.with_options(own))
    if left:
        raise UserError(f"{kind.title} has no setting {', '.join(sorted(left))}.")
    for check in kind.checks:
        check(state)
    return state


def _require_application() -> None:
    """Have an application of Qt: the one that runs, or one of our own."""
    from PySide6.QtWidgets import QApplication

    if QApplication.instance() is not None:
        return
    from embedviz.commands.application import make_application
    from embedviz.gui.theme import LIGHT
    from embedviz.gui.window.display_check import missing_for_window

    if missing_for_window() is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    _keep.append(make_application(LIGHT))


_keep: list[Any] = []
"""The application, which would end with the last reference to it."""
