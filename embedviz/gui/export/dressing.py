"""A picture dressed for a figure, and put back as it was before anybody sees it.

The picture of the window itself is drawn, in another size and theme where that is asked for, so
that a figure has what is on screen, also what no state holds, as a run at its end. All of it
happens between two turns of the event loop: nothing of it is ever painted on the screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractScrollArea, QLabel, QWidget

from embedviz.core.errors import UserError
from embedviz.gui.export.head import head_height, size_of
from embedviz.gui.export.look import LEGEND_PLACES, FigureLook
from embedviz.gui.points.layers.heading import Heading
from embedviz.gui.points.scene import PointScene, ShownPoints, shown_points
from embedviz.gui.style import style_sheet, text_rules
from embedviz.gui.theme import FIGURE_THEMES, Theme, palette, theme_manager
from embedviz.gui.widgets.controls import ElidedLabel

_NO_GROUND = "QWidget { background: transparent; }"


@runtime_checkable
class ScaledText(Protocol):
    """A widget around a picture, as a pane, that knows how large text of the picture is."""

    text_scale: float

    def set_text_scale(self, scale: float) -> None:
        """Show all text of the picture larger; 1 is the usual size."""


def theme_of(look: FigureLook) -> Theme:
    """Return the theme of a figure."""
    return FIGURE_THEMES.get(look.theme, theme_manager.theme)


@contextmanager
def dressed(picture: QWidget, look: FigureLook) -> Iterator[None]:
    """Have a picture look as a figure is to look.

    Raises
    ------
    UserError
        When what it shows does not fit into the size.
    """
    views = shown_points(picture)
    with ExitStack() as stack:
        stack.enter_context(_kept_scrolls(picture))
        stack.enter_context(_still(picture))
        stack.enter_context(_in_theme(picture, look))
        stack.enter_context(_without_captions(picture, look))
        stack.enter_context(_in_size(picture, look))
        for view in views:
            stack.enter_context(_scene_dressed(view, look))
        yield


@contextmanager
def _still(picture: QWidget) -> Iterator[None]:
    """Have the layout around a picture leave it alone."""
    around = picture.parentWidget()
    layout = None if around is None else around.layout()
    if layout is None or picture.isWindow():
        yield
        return
    was_enabled = layout.isEnabled()
    layout.setEnabled(False)
    size = picture.size()
    try:
        yield
    finally:
        picture.resize(size)
        _lay_out()
        layout.setEnabled(was_enabled)


@contextmanager
def _in_theme(picture: QWidget, look: FigureLook) -> Iterator[None]:
    theme, pane = theme_of(look), pane_of(picture)
    is_other = theme is not theme_manager.theme or look.is_transparent
    text_scale = 1.0 if pane is None else pane.text_scale
    part = pane if isinstance(pane, QWidget) else picture
    sheet, colors = picture.styleSheet(), picture.palette()
    with theme_manager.in_figure(theme, part, has_ground=not look.is_transparent):
        if pane is not None and look.text_scale != text_scale:
            pane.set_text_scale(look.text_scale)
        if is_other:
            rules = [_text_colors(theme), style_sheet(theme), text_rules(look.text_scale)]
            picture.setStyleSheet("\n".join(rules + [_NO_GROUND] * look.is_transparent))
            picture.setPalette(palette(theme))
        try:
            yield
        finally:
            if is_other:
                picture.setPalette(colors)
                picture.setStyleSheet(sheet)
            if pane is not None and look.text_scale != text_scale:
                pane.set_text_scale(text_scale)


def _text_colors(theme: Theme) -> str:
    """Return rules for text of which the style sheet says nothing, which is as the palette has it.

    Where there is a style sheet, widgets do not take over the palette of those around them.
    """
    colors = palette(theme)
    usual = colors.color(QPalette.ColorRole.Text)
    faint = colors.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    return "\n".join(
        f"QWidget{state} {{ color: rgba({color.red()}, {color.green()}, {color.blue()}, "
        f"{color.alpha()}); }}"
        for state, color in (("", usual), (":disabled", faint))
    )


@contextmanager
def _in_size(picture: QWidget, look: FigureLook) -> Iterator[None]:
    wanted = size_of(picture, look) - QSize(0, head_height(look))
    if picture.size() != wanted:
        picture.resize(wanted)
    _lay_out()
    least = picture.minimumSizeHint().expandedTo(picture.minimumSize())
    if least.width() > wanted.width() or least.height() > wanted.height():
        least = least.expandedTo(wanted) + QSize(0, head_height(look))
        raise UserError(
            f"What is shown does not fit into {look.width:,} × {look.height:,} pixels; it takes "
            f"{least.width():,} × {least.height():,} at the least. Choose a larger size or "
            "smaller text."
        )
    yield


def _lay_out() -> None:
    """Let all layouts know what has another size, now and not in the next turn."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)


@contextmanager
def _scene_dressed(view: ShownPoints, look: FigureLook) -> Iterator[None]:
    scene = view.scene
    labels, placed = scene.labels, scene.placed_legend
    kept = scene.caption, labels.scale, scene.clusters.scale, placed.place, placed.legend
    heading = scene.heading
    places = dict(labels.places), dict(labels.chosen_places)
    _dress(scene, look)
    # Where labels were before has nothing to do with the figure.
    labels.forget_places()
    scene.clusters.forget_places()
    scene.markers.forget_label_places()
    try:
        yield
    finally:
        scene.caption, labels.scale, scene.clusters.scale, placed.place, placed.legend = kept
        labels.places, labels.chosen_places = places
        scene.heading = heading
        view.redraw()


def _dress(scene: PointScene, look: FigureLook) -> None:
    placed = scene.placed_legend
    if not look.has_caption:
        scene.caption = ""
    if look.title or look.subtitle:
        scene.heading = Heading()  # The lines above the picture take its place.
    if look.legend == "none":
        placed.legend = None
    elif look.legend in LEGEND_PLACES:
        placed.place = LEGEND_PLACES[look.legend]
    scene.labels.scale *= look.label_scale
    scene.clusters.scale *= look.label_scale


@contextmanager
def _without_captions(picture: QWidget, look: FigureLook) -> Iterator[None]:
    """Hide the lines that say what a picture shows, where a figure is to be without."""
    hidden: list[QLabel] = []
    if not look.has_caption:
        hidden = [
            each
            for each in picture.findChildren(ElidedLabel)
            if each.objectName() == "caption" and not each.isHidden()
        ]
    for each in hidden:
        each.hide()
    try:
        yield
    finally:
        for each in hidden:
            each.show()


@contextmanager
def _kept_scrolls(picture: QWidget) -> Iterator[None]:
    """Have lists be scrolled afterwards to where they were."""
    areas = picture.findChildren(QAbstractScrollArea)
    bars = [bar for each in areas for bar in (each.verticalScrollBar(), each.horizontalScrollBar())]
    values = [bar.value() for bar in bars]
    try:
        yield
    finally:
        for bar, value in zip(bars, values, strict=True):
            if bar.value() != value:
                bar.setValue(value)


def pane_of(picture: QWidget) -> ScaledText | None:
    """Return the pane that a picture is in."""
    each = picture.parentWidget()
    while each is not None and not isinstance(each, ScaledText):
        each = each.parentWidget()
    return each
