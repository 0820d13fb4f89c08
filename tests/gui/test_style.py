import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QLineEdit, QMainWindow, QVBoxLayout, QWidget

from embedviz.gui.coloring.contrast import TEXT_CONTRAST, contrast, mixed
from embedviz.gui.style import apply_theme, style_sheet, text_rules
from embedviz.gui.theme import CAPTION_PIXELS, DARK, LIGHT, TEXT_PIXELS, THEMES, theme_manager


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_rules_have_the_colors_of_their_theme_alone(theme):
    rules = style_sheet(theme)
    used = set(re.findall("#[0-9A-F]{6}", rules))
    other = DARK if theme is LIGHT else LIGHT
    own = {value for value in vars(theme).values() if value.startswith("#")}
    inks = {theme.ink(color) for color in (theme.before, theme.after)}
    assert used <= own | inks
    assert not used & ({other.ground, other.panel, other.text} - own)
    assert rules.count("{") == rules.count("}")


COLOR = r"(#[0-9A-Fa-f]{6}|rgba\([0-9.,\s]+\))"


SELECTION = "selection-background-color"


def opaque(color, ground):
    """Return a color of a rule as it is seen on a ground."""
    if color.startswith("#"):
        return QColor(color)
    *parts, alpha = (float(part) for part in color[5:-1].split(","))
    return mixed(QColor(ground), QColor(*map(round, parts)), alpha)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_text_of_every_rule_is_readable(theme):
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", style_sheet(theme))
    n_texts = 0
    for selector, body in rules:
        values = dict(re.findall(rf"([\w-]+):\s*{COLOR}", body))
        for ink, ground in (("color", "background"), ("selection-color", SELECTION)):
            if ink not in values:
                continue
            n_texts += 1
            for under in (theme.ground, theme.panel):  # What shines through is either of these.
                shown = opaque(values.get(ground, under), under)
                found = contrast(QColor(values[ink]), shown)
                assert found >= TEXT_CONTRAST, (selector.strip(), ink, values, round(found, 2))
    assert n_texts > 25


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_pictures_of_the_rules_exist(theme):
    pictures = re.findall(r'url\("([^"]+)"\)', style_sheet(theme))
    assert pictures
    assert all(Path(picture).is_file() for picture in pictures)


def test_applying_a_theme_repaints_what_is_shown(qapp, qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(100, 100)
    window.show()
    seen = []
    for theme in (LIGHT, DARK, LIGHT):
        apply_theme(qapp, theme)
        assert theme_manager.theme is theme
        seen.append(window.grab().toImage().pixelColor(50, 50).name().upper())
    assert seen == [LIGHT.ground, DARK.ground, LIGHT.ground]


def test_text_has_the_sizes_of_the_design(qapp, qtbot):
    page = QWidget()
    qtbot.addWidget(page)
    rows = QVBoxLayout(page)
    caption, plain, edit = QLabel("caption"), QLabel("plain"), QLineEdit()
    caption.setObjectName("caption")
    for widget in (caption, plain, edit):
        rows.addWidget(widget)
    page.show()
    assert caption.font().pixelSize() == CAPTION_PIXELS
    assert plain.font().pixelSize() == TEXT_PIXELS
    assert edit.font().pixelSize() == TEXT_PIXELS
    page.setStyleSheet(text_rules(2.0))
    assert caption.font().pixelSize() == 2 * CAPTION_PIXELS
    assert plain.font().pixelSize() == 2 * TEXT_PIXELS
