"""The style sheet: Qt's own widgets in the colors and measures of the theme."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QApplication

from embedviz.core.samples import resource_path
from embedviz.gui.keyboard.focus_ring import FocusRing
from embedviz.gui.theme import (
    CAPTION_PIXELS,
    HEADLINE_PIXELS,
    MONOSPACED,
    RADIUS,
    TEXT_PIXELS,
    Theme,
    families,
    font,
    palette,
    system_theme,
    theme_manager,
)

_STYLED = "embedviz.styled"


def follow_system_theme(application: QApplication) -> None:
    """Show the whole application in the theme of the desktop, also when that changes."""
    apply_theme(application, system_theme(), follows_system=True)


def apply_theme(application: QApplication, theme: Theme, *, follows_system: bool = False) -> None:
    """Show the whole application in a theme."""
    if not application.property(_STYLED):  # Another style would dress every widget once more.
        application.setStyle("Fusion")
        application.setProperty(_STYLED, True)
        FocusRing(application)
        application.styleHints().colorSchemeChanged.connect(partial(_on_scheme, application))
    # From none to the new one takes Qt a quarter of the time that it takes from one to another: it
    # then looks up the style of each widget again and again, with those of all that it lies in.
    application.setStyleSheet("")
    application.setPalette(palette(theme))
    if names := families():
        base = application.font()
        base.setFamilies(names)
        application.setFont(base)
    application.setFont(font(TEXT_PIXELS))
    application.setStyleSheet(style_sheet(theme))
    theme_manager.use(theme, follows_system=follows_system)


def _on_scheme(application: QApplication, _: object) -> None:
    if theme_manager.follows_system:
        follow_system_theme(application)


def text_rules(scale: float) -> str:
    """Return the rules for the size of text, for a pane in talk mode or for the application."""
    sizes = {
        "*": TEXT_PIXELS,
        "#headline": HEADLINE_PIXELS,
        "#caption, #details": CAPTION_PIXELS,
    }
    return " ".join(
        f"{what} {{ font-size: {round(pixels * scale)}px; }}" for what, pixels in sizes.items()
    )


def style_sheet(theme: Theme) -> str:
    """Return the rules for a theme."""
    parts = (_of_windows, _of_panes, _of_lists, _of_fields, _of_guide, _of_buttons, _of_measures)
    return "\n".join((text_rules(1.0), *(part(theme) for part in parts)))


def _hover(theme: Theme) -> str:
    return "rgba(255,255,255,0.06)" if theme.is_dark else "rgba(31,35,40,0.05)"


def _pressed(theme: Theme) -> str:
    return "rgba(255,255,255,0.11)" if theme.is_dark else "rgba(31,35,40,0.10)"


def _of_windows(theme: Theme) -> str:
    """Return the rules for windows, menus, docks and bars."""
    return f"""
    QMainWindow, QDialog {{ background: {theme.ground}; }}
    QToolTip {{ background: {theme.panel}; color: {theme.text};
        border: 1px solid {theme.hairline}; padding: 6px 8px; }}
    QMenuBar {{ background: {theme.panel}; border-bottom: 1px solid {theme.hairline};
        padding: 2px 6px; }}
    QMenuBar::item {{ padding: 4px 10px; border-radius: {RADIUS}px; background: transparent; }}
    QMenuBar::item:selected {{ background: {_hover(theme)}; }}
    QMenu {{ background: {theme.panel}; border: 1px solid {theme.hairline}; padding: 6px; }}
    QMenu::item {{ padding: 5px 28px 5px 22px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {theme.accent}; color: {theme.panel}; }}
    QMenu::item:disabled {{ color: {theme.muted}; }}
    QMenu::item:disabled:selected {{ background: {_hover(theme)}; color: {theme.muted}; }}
    QMenu::separator {{ height: 1px; background: {theme.hairline}; margin: 6px 4px; }}
    QStatusBar {{ background: {theme.panel}; border-top: 1px solid {theme.hairline};
        color: {theme.muted}; font-size: {CAPTION_PIXELS}px; padding-left: 10px; }}
    QStatusBar::item {{ border: none; }}
    QStatusBar QLabel {{ color: {theme.muted}; font-size: {CAPTION_PIXELS}px; }}
    QMainWindow::separator {{ background: {theme.hairline}; width: 1px; height: 1px; }}
    QMainWindow::separator:hover {{ background: {theme.accent}; }}
    QDockWidget {{ color: {theme.muted}; }}
    QDockWidget::title {{ background: {theme.panel}; padding: 7px 12px; text-align: left;
        border-bottom: 1px solid {theme.hairline}; }}
    QTabBar {{ background: {theme.panel}; qproperty-drawBase: 0; }}
    QTabBar::tab {{ background: transparent; color: {theme.muted}; padding: 8px 16px 7px 16px;
        border: none; border-bottom: 2px solid transparent; }}
    QTabBar::tab:hover {{ color: {theme.text}; }}
    QTabBar::tab:selected {{ color: {theme.text}; border-bottom: 2px solid {theme.accent}; }}
    """


def _of_panes(theme: Theme) -> str:
    """Return the rules for what panes and panels are made of."""
    return f"""
    #tools, ProjectionRow {{ background: {theme.panel}; border: none;
        border-bottom: 1px solid {theme.hairline}; }}
    #tools[inUse="true"] {{ border-bottom: 2px solid {theme.accent}; }}
    #library, #neighbors, #library QStackedWidget, #neighbors QStackedWidget,
    QWidget[objectName="library.picture"], QWidget[objectName="neighbors.picture"]
        {{ background: {theme.panel}; }}
    #hairline {{ background: {theme.hairline}; border: none; }}
    #notice {{ background: {theme.panel}; border: none; border-left: 3px solid {theme.before};
        border-bottom: 1px solid {theme.hairline}; }}
    #tour, #scenes {{ background: {theme.panel}; border: none;
        border-bottom: 1px solid {theme.hairline}; }}
    #scenes {{ border-bottom: none; border-top: 1px solid {theme.hairline}; }}
    #caption, #details {{ color: {theme.muted}; }}
    #title, #query, #headline {{ font-weight: 600; }}
    #hint {{ color: {theme.muted}; padding: 24px; }}
    #before {{ color: {theme.ink(theme.before)}; font-weight: 600; }}
    #after {{ color: {theme.ink(theme.after)}; font-weight: 600; }}
    #score:disabled {{ color: {theme.muted}; }}
    """


def _of_lists(theme: Theme) -> str:
    """Return the rules for lists, and for bars to scroll them."""
    return f"""
    QListView, QTableView {{ background: {theme.panel}; border: none; outline: none;
        selection-background-color: {theme.chosen}; selection-color: {theme.text}; }}
    RankedList {{ background: transparent; }}
    QListView::item, QTableView::item {{ padding: 3px 8px; border-radius: 4px; }}
    QListView::item:hover, QTableView::item:hover {{ background: {_hover(theme)}; }}
    QListView::item:selected, QTableView::item:selected {{ background: {theme.chosen};
        color: {theme.text}; }}
    QHeaderView {{ background: {theme.panel}; border: none; }}
    QHeaderView::section {{ background: {theme.panel}; color: {theme.muted}; border: none;
        border-bottom: 1px solid {theme.hairline}; padding: 3px 8px;
        font-size: {CAPTION_PIXELS}px; }}
    QComboBox QAbstractItemView {{ background: {theme.panel};
        border: 1px solid {theme.hairline}; padding: 4px; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {theme.hairline}; border-radius: 4px;
        min-height: 28px; margin: 1px; }}
    QScrollBar::handle:vertical:hover {{ background: {theme.muted}; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
    QScrollBar::handle:horizontal {{ background: {theme.hairline}; border-radius: 4px;
        min-width: 28px; margin: 1px; }}
    QScrollBar::handle:horizontal:hover {{ background: {theme.muted}; }}
    QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page
        {{ background: none; border: none; width: 0; height: 0; }}
    """


def _of_fields(theme: Theme) -> str:
    """Return the rules for what one types or picks values in."""
    kind = "dark" if theme.is_dark else "light"
    chevron = resource_path(f"icons/chevron-{kind}.svg").as_posix()
    check = resource_path(f"icons/check-{kind}.svg").as_posix()
    return f"""
    QLineEdit, QTextEdit, QComboBox, QSpinBox, QDoubleSpinBox {{ background: {theme.ground};
        border: 1px solid {theme.hairline}; border-radius: {RADIUS}px; padding: 3px 6px;
        min-height: 20px; selection-background-color: {theme.accent};
        selection-color: {theme.panel}; }}
    QAbstractScrollArea::corner {{ background: none; border: none; }}
    QTextEdit {{ font-family: {_quoted(MONOSPACED)}; }}
    QLineEdit:focus, QTextEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus
        {{ border: 1px solid {theme.accent}; }}
    QAbstractSpinBox QLineEdit {{ border: none; padding: 0; min-height: 0; background: none; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: none; }}
    QComboBox {{ padding-right: 18px; }}
    QComboBox::drop-down {{ border: none; width: 20px; }}
    QComboBox::down-arrow {{ image: url("{chevron}"); width: 12px; height: 12px; }}
    QCheckBox {{ spacing: 8px; }}
    QCheckBox::indicator, QListView::indicator {{ width: 14px; height: 14px;
        border: 1px solid {theme.muted}; border-radius: 4px; background: {theme.panel}; }}
    QCheckBox::indicator:focus, QCheckBox::indicator:hover {{ border: 1px solid {theme.accent}; }}
    QCheckBox::indicator:checked, QListView::indicator:checked {{ background: {theme.accent};
        border: 1px solid {theme.accent}; image: url("{check}"); }}
    QCheckBox:focus {{ color: {theme.accent}; }}
    QPlainTextEdit {{ background: {theme.ground}; border: 1px solid {theme.hairline};
        border-radius: {RADIUS}px; padding: 3px 6px; selection-background-color: {theme.accent};
        selection-color: {theme.panel}; }}
    QPlainTextEdit:focus {{ border: 1px solid {theme.accent}; }}
    """


def _of_guide(theme: Theme) -> str:
    """Return the rules for the pages of the guide, which are fields to Qt, and what is around."""
    return f"""
    QWidget[objectName="guide.side"] {{ background: {theme.panel}; }}
    QTextBrowser, QTextBrowser:focus {{ background: {theme.panel}; border: none; border-radius: 0;
        padding: 0; }}
    """


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _of_buttons(theme: Theme) -> str:
    """Return the rules for buttons."""
    return f"""
    QPushButton, QToolButton {{ background: {theme.panel}; border: 1px solid {theme.hairline};
        border-radius: {RADIUS}px; padding: 4px 8px; min-height: 18px; }}
    QToolButton::menu-indicator {{ image: none; }}
    QPushButton:hover, QToolButton:hover {{ background: {_hover(theme)}; }}
    QPushButton:pressed, QToolButton:pressed {{ background: {_pressed(theme)}; }}
    QPushButton:focus, QToolButton:focus {{ border: 1px solid {theme.accent}; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {theme.muted}; }}
    QToolButton[autoRaise="true"] {{ border: 1px solid transparent; padding: 2px 7px;
        background: transparent; }}
    QToolButton:checked {{ background: {theme.accent}; color: {theme.panel};
        border: 1px solid {theme.accent}; }}
    QToolButton:checked:disabled {{ background: {theme.hairline}; color: {theme.muted};
        border: 1px solid {theme.hairline}; }}
    QToolButton[primary="true"], QToolButton[primary="true"]:hover {{ font-weight: 600;
        background: {theme.accent}; color: {theme.panel}; border: 1px solid {theme.accent}; }}
    QToolButton[primary="true"]:focus {{ border: 1px solid {theme.text}; }}
    QToolButton[primary="true"]:pressed {{ background: {theme.accent}; color: {theme.panel}; }}
    QToolButton[primary="true"]:disabled {{ color: {theme.muted}; background: {theme.panel};
        border: 1px solid {theme.hairline}; }}
    QPushButton[primary="true"], QPushButton[primary="true"]:hover {{ font-weight: 600;
        background: {theme.accent}; color: {theme.panel}; border: 1px solid {theme.accent}; }}
    QPushButton[primary="true"]:focus {{ border: 1px solid {theme.text}; }}
    QPushButton[primary="true"]:pressed {{ background: {theme.accent};
        color: {theme.panel}; }}
    QPushButton[primary="true"]:disabled {{ color: {theme.muted}; background: {theme.panel};
        border: 1px solid {theme.hairline}; }}
    QToolButton[small="true"] {{ padding: 0 8px; min-height: 16px;
        font-size: {CAPTION_PIXELS}px; }}
    QToolButton[segment="first"] {{ border-top-right-radius: 0; border-bottom-right-radius: 0; }}
    QToolButton[segment="middle"] {{ border-radius: 0; border-left: none; }}
    QToolButton[segment="last"] {{ border-top-left-radius: 0; border-bottom-left-radius: 0;
        border-left: none; }}
    """


def _of_measures(theme: Theme) -> str:
    """Return the rules for sliders and progress bars."""
    return f"""
    QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {theme.hairline}; }}
    QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {theme.accent}; }}
    QSlider::handle:horizontal {{ width: 12px; height: 12px; margin: -6px 0; border-radius: 8px;
        background: {theme.panel}; border: 2px solid {theme.accent}; }}
    QProgressBar {{ background: {theme.hairline}; border: none; border-radius: 2px;
        max-height: 4px; }}
    QProgressBar::chunk {{ background: {theme.accent}; border-radius: 2px; }}
    """
