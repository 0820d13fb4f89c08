"""Colors, sizes and type: every design token, and nothing else knows one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from weakref import ref

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from shiboken6 import isValid

from embedviz.gui.coloring.contrast import readable_on

GRID = 8
"""Spacing unit, in pixels; half and whole multiples are used."""
RADIUS = 6
TOOL_ROW = 36
LIBRARY_WIDTH = 260
NEIGHBORS_WIDTH = 280
POINT_SIZE = 4.0
"""Diameter of an undecorated point, in pixels."""
MOVE_MILLISECONDS = 300
"""How long points take from one layout to the next."""
TALK_SCALE = 1.8
"""Text of a pane shown full screen, against the usual size."""

TITLE_PIXELS, HEADLINE_PIXELS, TEXT_PIXELS, CAPTION_PIXELS = 20, 15, 13, 11
FAMILIES = ("Inter", "SF Pro Text", "Segoe UI", "Noto Sans", "Cantarell", "DejaVu Sans")
"""Typefaces of text, the most wanted first."""
MONOSPACED = ("DejaVu Sans Mono", "SF Mono", "Menlo", "Consolas", "monospace")
"""Typefaces of code, the most wanted first."""

# Okabe and Ito's eight, told apart under the common color vision deficiencies. The slots of
# before, after and query are last: with few categories, they stay free for those roles.
OKABE_ITO = (
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#F0E442",
    "#000000",
    "#0072B2",
    "#D55E00",
    "#E69F00",
)


@dataclass(frozen=True)
class Theme:
    """One theme. Colors are `#RRGGBB`."""

    name: str
    ground: str
    panel: str
    text: str
    muted: str
    hairline: str
    chosen: str
    """Ground of the line that is chosen in a list."""
    accent: str
    before: str
    after: str
    query: str
    kept: str
    """A neighbor that a change left in place."""
    lost: str
    new: str
    middle: str
    """Between the colors of two ends, neither of which it favors."""

    @property
    def is_dark(self) -> bool:
        """Whether text is lighter than its ground."""
        return self.name == "dark"

    @property
    def is_gray_safe(self) -> bool:
        """Whether its colors are told apart by their lightness alone."""
        return self.name == "gray-safe"

    def ink(self, color: str) -> str:
        """Return a color of the theme as text has it: readable on all of its grounds."""
        return _readable_in(self, color)

    @property
    def point(self) -> QColor:
        """An undecorated point: muted, so that what is chosen stands out."""
        return with_alpha(self.muted, 0.6)


LIGHT = Theme(
    name="light",
    ground="#FAFAF8",
    panel="#FFFFFF",
    text="#1F2328",
    muted="#5F6874",
    hairline="#E4E6EA",
    chosen="#E8E9EA",
    accent="#2563EB",
    before="#D55E00",
    after="#0072B2",
    query="#E69F00",
    kept="#5F6874",
    lost="#D55E00",
    new="#0072B2",
    middle="#B9BFC7",
)
DARK = Theme(
    name="dark",
    ground="#15181C",
    panel="#1C2026",
    text="#E6E8EB",
    muted="#9AA4AF",
    hairline="#2B3138",
    chosen="#2A3037",
    accent="#6EA8FE",
    before="#F28E2B",
    after="#56B4E9",
    query="#E69F00",
    kept="#9AA4AF",
    lost="#F28E2B",
    new="#56B4E9",
    middle="#69727D",
)
PRINT = replace(
    LIGHT,
    name="print",
    ground="#FFFFFF",
    text="#000000",
    muted="#3D434A",
    hairline="#D5D8DC",
    chosen="#EFEFEF",
)
"""On paper: white, with black text."""
GRAY_SAFE = replace(
    PRINT,
    name="gray-safe",
    muted="#707070",
    kept="#707070",
    accent="#0B5CA8",
    before="#E8803A",
    lost="#E8803A",
    after="#06304F",
    new="#06304F",
    query="#F7C948",
    middle="#C8C8C8",
)
"""On paper that is copied in gray: its colors are as far apart in lightness as they can be."""
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}
FIGURE_THEMES = {**THEMES, PRINT.name: PRINT, GRAY_SAFE.name: GRAY_SAFE}
"""Those of figures; a window is in the first two alone."""


@cache
def _readable_in(theme: Theme, color: str) -> str:
    """Return a color as text has it; kept, since each line of a list asks at each frame."""
    toned, text = QColor(color), QColor(theme.text)
    for ground in (theme.ground, theme.panel, theme.chosen):
        toned = readable_on(toned, QColor(ground), text)
    return toned.name().upper()


def with_alpha(color: str, alpha: float) -> QColor:
    """Return a color that lets what is under it through.

    Parameters
    ----------
    color : str
        `#RRGGBB`.
    alpha : float
        From 0, invisible, to 1, opaque.
    """
    mixed = QColor(color)
    mixed.setAlphaF(alpha)
    return mixed


def font(pixels: float = TEXT_PIXELS, *, semibold: bool = False) -> QFont:
    """Return the font of the application in a size, in pixels."""
    chosen = QFont(QGuiApplication.font())
    chosen.setPixelSize(max(1, round(pixels)))
    chosen.setWeight(QFont.Weight.DemiBold if semibold else QFont.Weight.Normal)
    return chosen


class ThemeSignal:
    """Signal that can be sent to a part of the widgets: those that are drawn into a figure.

    It holds no object of Qt that listens, which hears nothing more when it is gone.
    """

    def __init__(self) -> None:
        self._slots: list[tuple[Callable[[], Any], str]] = []

    def connect(self, slot: Callable[..., object]) -> None:
        """Call a method of an object whenever the signal is sent; or a function, which is kept."""
        owner = getattr(slot, "__self__", None)
        if isinstance(owner, QObject):
            self._slots.append((ref(owner), slot.__name__))
        else:
            self._slots.append((lambda: slot, "__call__"))

    def emit(self, within: QObject | None = None) -> None:
        """Call all listeners; with an object, those that belong to it or to its children."""
        self._slots = [each for each in self._slots if _is_there(each[0]())]
        for owner_of, name in tuple(self._slots):
            owner = owner_of()
            if _is_there(owner) and (within is None or _belongs_to(owner, within)):
                getattr(owner, name)()


def _is_there(owner: Any) -> bool:
    return owner is not None and (not isinstance(owner, QObject) or isValid(owner))


def _belongs_to(owner: Any, whole: QObject) -> bool:
    """Return whether an object is a part of another one; what is no object of Qt counts as one."""
    if not isinstance(owner, QObject):
        return True
    each: QObject | None = owner
    while each is not None and each is not whole:
        each = each.parent()
    return each is whole


class ThemeManager:
    """The theme in use; widgets that paint themselves listen to it.

    Attributes
    ----------
    theme : Theme
    changed : ThemeSignal
        Another theme is in use.
    follows_system : bool
        Whether it is that of the desktop, also when that changes.
    has_ground : bool
        Whether pictures are painted on their ground; a figure may be without.
    """

    def __init__(self) -> None:
        self.theme = LIGHT
        self.follows_system = False
        self.changed = ThemeSignal()
        self.has_ground = True

    def use(self, theme: Theme, *, follows_system: bool = False) -> None:
        """Show everything in another theme, or in the same for another reason."""
        if theme is self.theme and follows_system == self.follows_system:
            return
        self.theme, self.follows_system = theme, follows_system
        self.changed.emit()

    @contextmanager
    def in_figure(self, theme: Theme, part: QObject, *, has_ground: bool = True) -> Iterator[None]:
        """Draw a part of a window in another theme for now; the rest of it hears nothing of it."""
        usual = self.theme
        self.theme, self.has_ground = theme, has_ground
        try:
            if theme is not usual:
                self.changed.emit(part)
            yield
        finally:
            self.theme, self.has_ground = usual, True
            if theme is not usual:
                self.changed.emit(part)


theme_manager = ThemeManager()
"""The one look of the application: a second window in other colors would be a puzzle."""


def system_theme() -> Theme:
    """Return the theme that the desktop asks for."""
    scheme = QGuiApplication.styleHints().colorScheme()
    return DARK if scheme == Qt.ColorScheme.Dark else LIGHT


def palette(theme: Theme) -> QPalette:
    """Return the colors that Qt's own widgets take from a theme."""
    roles = QPalette.ColorRole
    colors = {
        roles.Window: theme.ground,
        roles.Base: theme.panel,
        roles.AlternateBase: theme.ground,
        roles.Button: theme.panel,
        roles.Text: theme.text,
        roles.WindowText: theme.text,
        roles.ButtonText: theme.text,
        roles.PlaceholderText: theme.muted,
        roles.ToolTipBase: theme.panel,
        roles.ToolTipText: theme.text,
        roles.Highlight: theme.accent,
        roles.HighlightedText: theme.panel,
        roles.Accent: theme.accent,
        roles.Link: theme.accent,
        roles.Mid: theme.hairline,
    }
    made = QPalette()
    for role, color in colors.items():
        made.setColor(role, QColor(color))
    for role in (roles.Text, roles.WindowText, roles.ButtonText):
        # Fainter than text, and no fainter than can be read: it says what there would be.
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.muted))
    return made


def families() -> list[str]:
    """Return the typefaces to use, the most wanted first, of those that are installed."""
    installed = set(QFontDatabase.families())
    return [name for name in FAMILIES if name in installed]
