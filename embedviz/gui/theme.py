"""Colors, sizes and type: every design token, and nothing else knows one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette

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
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


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


class ThemeManager(QObject):
    """The theme in use; widgets that paint themselves listen to it.

    Signals
    -------
    changed : ()
        Another theme is in use.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme = LIGHT

    def use(self, theme: Theme) -> None:
        """Show everything in another theme."""
        if theme is self.theme:
            return
        self.theme = theme
        self.changed.emit()


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
        made.setColor(QPalette.ColorGroup.Disabled, role, with_alpha(theme.muted, 0.6))
    return made


def families() -> list[str]:
    """Return the typefaces to use, the most wanted first, of those that are installed."""
    wanted = ["Inter", "SF Pro Text", "Segoe UI", "Noto Sans", "Cantarell", "DejaVu Sans"]
    installed = set(QFontDatabase.families())
    return [name for name in wanted if name in installed]
