"""Colors that can be read, in both themes."""

import re
from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from shiboken6 import delete

from embedviz.gui import theme as themes
from embedviz.gui.coloring.palettes import category_colors
from embedviz.gui.theme import (
    CAPTION_PIXELS,
    DARK,
    GRAY_SAFE,
    LIGHT,
    OKABE_ITO,
    PRINT,
    TEXT_PIXELS,
    THEMES,
    ThemeManager,
    families,
    font,
    palette,
    system_theme,
    with_alpha,
)

both = pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)


def luminance(color):
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    """Return the contrast ratio of WCAG 2, from 1 to 21."""
    low, high = sorted(luminance(color) for color in (first, second))
    return (high + 0.05) / (low + 0.05)


@both
def test_text_is_readable(theme):
    for ground in (theme.ground, theme.panel):
        assert contrast(theme.text, ground) >= 7
        assert contrast(theme.muted, ground) >= 4.5
        assert contrast(theme.accent, ground) >= 4.5
        for role in (theme.before, theme.after):
            assert contrast(role, ground) >= 3  # Points and large text.


def over(color, ground, opacity):
    """Return what is seen of a color through which its ground shines."""
    parts = (QColor(color).getRgb()[:3], QColor(ground).getRgb()[:3])
    mixed = (round(opacity * a + (1 - opacity) * b) for a, b in zip(*parts, strict=True))
    return "#{:02X}{:02X}{:02X}".format(*mixed)


@both
def test_text_is_readable_on_every_ground_that_it_is_written_on(theme):
    """Lines that are chosen, under the mouse or tinted, buttons that are down, marked text."""
    tinted = [
        over(theme.accent, over(theme.accent, theme.panel, first), second)
        for first, second in ((0.12, 0.0), (0.05, 0.08), (0.06, 0.08), (0.08, 0.08))
    ]
    inks = [theme.ink(color) for color in (theme.before, theme.after, theme.lost, theme.new)]
    for ground in (theme.ground, theme.panel, theme.chosen):
        assert all(contrast(color, ground) >= 4.5 for color in (theme.text, theme.muted, *inks))
    for ground in tinted:
        assert contrast(theme.text, ground) >= 4.5
        assert contrast(theme.muted, ground) >= 4.5
    assert contrast(theme.panel, theme.accent) >= 4.5  # Buttons that are down, menus.
    assert contrast(theme.text, over(theme.query, theme.panel, 0.35)) >= 4.5  # What was found.


@both
def test_text_of_every_role_of_qt_is_readable(theme, qapp):
    """Also what is disabled, placeholders, links and what is marked."""
    made, roles, groups = palette(theme), QPalette.ColorRole, QPalette.ColorGroup
    texts = {
        roles.Text: (roles.Base, roles.Window, roles.AlternateBase),
        roles.WindowText: (roles.Window, roles.Base),
        roles.ButtonText: (roles.Button, roles.Window),
        roles.PlaceholderText: (roles.Base, roles.Window),
        roles.Link: (roles.Base, roles.Window),
        roles.HighlightedText: (roles.Highlight,),
        roles.ToolTipText: (roles.ToolTipBase,),
    }
    for group in (groups.Active, groups.Inactive, groups.Disabled):
        for role, grounds in texts.items():
            shown = made.color(group, role)
            for ground in grounds:
                under = made.color(group, ground).name()
                seen = over(shown.name(), under, shown.alphaF())
                assert contrast(seen, under) >= 4.5, (group, role, ground)
    disabled, usual = (
        made.color(group, roles.Text).name() for group in (groups.Disabled, groups.Active)
    )
    for ground in (theme.ground, theme.panel):
        assert contrast(disabled, ground) < contrast(usual, ground) / 2  # And fainter.


@both
def test_colors_are_written_in_full(theme):
    colors = [value for value in vars(theme).values() if value.startswith("#")]
    assert len(colors) == 14
    assert all(re.fullmatch("#[0-9A-F]{6}", color) for color in colors)


@both
def test_what_became_of_a_neighbor_has_three_colors(theme):
    assert len({theme.kept, theme.lost, theme.new}) == 3
    assert (theme.lost, theme.new) == (theme.before, theme.after)


@both
def test_points_are_muted(theme):
    assert theme.point.name().upper() == theme.muted
    assert theme.point.alphaF() == pytest.approx(0.6, abs=0.01)
    assert theme.is_dark == (luminance(theme.text) > luminance(theme.ground))


@both
def test_the_palette_has_the_colors_of_the_theme(theme, qapp):
    made = palette(theme)
    roles = QPalette.ColorRole
    assert made.color(roles.Window).name().upper() == theme.ground
    assert made.color(roles.Base).name().upper() == theme.panel
    assert made.color(roles.WindowText).name().upper() == theme.text
    assert made.color(roles.PlaceholderText).name().upper() == theme.muted
    disabled = made.color(QPalette.ColorGroup.Disabled, roles.Text)
    assert disabled.name().upper() == theme.muted


def test_categories_have_eight_different_colors():
    assert len(set(OKABE_ITO)) == 8
    assert all(a != b for a, b in combinations(OKABE_ITO, 2))
    # The colors of before, after and the query are the last to be taken.
    assert set(OKABE_ITO[-3:]) == {LIGHT.before, LIGHT.after, LIGHT.query}


def test_alpha():
    assert with_alpha("#102030", 0.5).getRgb()[:3] == (0x10, 0x20, 0x30)
    assert with_alpha("#102030", 0.5).alphaF() == pytest.approx(0.5, abs=0.01)


def test_fonts_are_in_pixels(qapp):
    assert font().pixelSize() == TEXT_PIXELS
    assert font(CAPTION_PIXELS).pixelSize() == CAPTION_PIXELS
    assert font(0.2).pixelSize() == 1
    assert font(semibold=True).weight() == QFont.Weight.DemiBold


def test_families_are_installed_ones(qapp):
    assert set(families()) <= set(QFontDatabase.families())


def test_a_change_is_told_once():
    mine, told = ThemeManager(), []
    mine.changed.connect(lambda: told.append(mine.theme))
    mine.use(DARK)
    mine.use(DARK)
    assert told == [DARK]


class Listener(QObject):
    def __init__(self, manager, parent=None):
        super().__init__(parent)
        self.manager, self.heard = manager, []
        manager.changed.connect(self.hear)

    def hear(self):
        self.heard.append(self.manager.theme)


def test_only_what_is_drawn_into_a_figure_hears_of_its_theme():
    mine = ThemeManager()
    whole = Listener(mine)
    part, other = Listener(mine, whole), Listener(mine)
    with mine.in_figure(PRINT, whole, has_ground=False):
        assert (mine.theme, mine.has_ground) == (PRINT, False)
    assert (mine.theme, mine.has_ground) == (LIGHT, True)
    assert whole.heard == part.heard == [PRINT, LIGHT]
    assert other.heard == []


def test_who_is_gone_hears_nothing():
    mine = ThemeManager()
    left, deleted = Listener(mine), Listener(mine)
    heard = deleted.heard
    delete(deleted)
    del left
    mine.use(DARK)
    assert heard == []


def luma(color):
    """Return how light a color is where it is copied in gray, 0 to 255."""
    red, green, blue = QColor(color).getRgb()[:3]
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_gray_safe_colors_are_told_apart_in_gray():
    theme = GRAY_SAFE
    roles = (theme.text, theme.after, theme.accent, theme.muted, theme.before, theme.query)
    tones = sorted(map(luma, roles))
    assert min(np.diff(tones)) >= 30
    assert 255 - tones[-1] >= 30
    assert contrast(theme.muted, theme.ground) >= 4.5


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
def test_gray_safe_categories_are_told_apart_in_gray(count):
    tones = sorted(map(luma, category_colors(count, on_dark=False, is_gray_safe=True)))
    assert len(tones) == count
    assert all(np.diff(tones) >= 180 / max(count, 7))


def test_print_is_black_on_white_without_gray_grounds():
    assert (PRINT.ground, PRINT.panel, PRINT.text) == ("#FFFFFF", "#FFFFFF", "#000000")
    assert contrast(PRINT.muted, PRINT.ground) >= 7


def test_follows_the_desktop(qapp, monkeypatch):
    class Hints:
        scheme = Qt.ColorScheme.Dark

        def colorScheme(self):  # noqa: N802
            return self.scheme

    hints = Hints()
    monkeypatch.setattr(themes, "QGuiApplication", type("G", (), {"styleHints": lambda: hints}))
    assert system_theme() is DARK
    hints.scheme = Qt.ColorScheme.Unknown
    assert system_theme() is LIGHT


def test_colors_are_known_to_qt(qapp):
    assert QGuiApplication.instance() is not None
    assert all(QColor(color).isValid() for color in OKABE_ITO)
