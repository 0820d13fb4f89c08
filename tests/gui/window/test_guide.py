"""The guide, as it is read: chapters, search, links, keys, both themes."""

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from embedviz.core.errors import UserError
from embedviz.core.samples import resource_path
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT, THEMES
from embedviz.gui.window import guide as guides
from embedviz.gui.window.guide import Chapter, GuideWindow, load_chapters
from embedviz.gui.window.guide.document import anchor_of, find_hits

CHAPTERS = (
    Chapter("10-one.md", "One", "# One\n\nA cone is a cone. See [more](20-two.md#far-below).\n"),
    Chapter(
        "20-two.md",
        "Two",
        "# Two\n\n" + "Line.\n\n" * 60 + "## Far below\n\nThe Cone again.\n\n" + "Line.\n\n" * 60,
    ),
    Chapter(
        "30-three.md",
        "Three",
        "# Three\n\n[Up](10-one.md), [web](https://example.org/x), [lost](99-none.md), "
        "`code`.\n\n![map](../pictures/map.png)\n\n```sh\nls\n```\n\n"
        "| a | b |\n|---|---|\n| c | d |\n",
    ),
)


@pytest.fixture
def guide(qtbot, monkeypatch):
    """Return a guide of three short chapters, on screen."""
    monkeypatch.setattr(guides, "load_chapters", lambda: CHAPTERS)
    parent = QWidget()
    qtbot.addWidget(parent)
    made = GuideWindow(parent)
    made.resize(1040, 720)
    with qtbot.waitActive(made):
        made.present()
    yield made
    made.close()


def listed(guide):
    """Return the lines of the list that can be seen."""
    items = [guide.list.item(place) for place in range(guide.list.count())]
    return [item.text() for item in items if not item.isHidden()]


def click(guide, qtbot, file):
    place = [chapter.file for chapter in guide.chapters].index(file)
    middle = guide.list.visualItemRect(guide.list.item(place)).center()
    qtbot.mouseClick(guide.list.viewport(), Qt.MouseButton.LeftButton, pos=middle)


def click_text(guide, qtbot, text):
    """Click a word on the page."""
    hit = find_hits(guide.page.document(), text)[0]
    place = guide.page.cursorRect(hit).center() - QPoint(4, 0)
    qtbot.mouseClick(guide.page.viewport(), Qt.MouseButton.LeftButton, pos=place)


def title(guide):
    return guide.page.document().begin().text()


def marked(guide):
    return [mark.cursor.selectedText() for mark in guide.page.extraSelections()]


def grounds(guide):
    """Return the colors behind what is marked."""
    return [mark.format.background().color().name() for mark in guide.page.extraSelections()]


def top_of(guide, text):
    """Return how many pixels below the top of the page a text is."""
    return guide.page.cursorRect(find_hits(guide.page.document(), text)[0]).top()


def test_f1_opens_the_chapters_and_once_more_the_same_window(window, qtbot):
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_F1)
    guide = window.findChild(GuideWindow)
    qtbot.waitUntil(guide.isActiveWindow)
    assert listed(guide) == [chapter.title for chapter in load_chapters()]
    assert title(guide) == "First steps"
    assert not guide.isModal()
    assert guide.search.hasFocus()
    window.trigger("help.guide")
    assert window.findChildren(GuideWindow) == [guide]
    guide.close()
    window.trigger("help.guide")
    assert guide.isVisible()
    window.close()
    assert not guide.isVisible()


def test_the_guide_that_is_missing_is_a_message(window, monkeypatch):
    def missing():
        raise UserError("The chapters are missing.")

    monkeypatch.setattr(guides, "load_chapters", missing)
    window.trigger("help.guide")
    assert window.message_bar.text == "The chapters are missing."


@pytest.mark.parametrize(
    ("files", "told"),
    [({}, "are missing"), ({"10-x.md": "No title.\n"}, "10-x.md of the guide does not begin")],
)
def test_chapters_need_a_title(tmp_path, monkeypatch, files, told):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(guides, "resource_path", lambda name: tmp_path)
    with pytest.raises(UserError, match=told):
        load_chapters()


def test_a_chapter_is_chosen_from_the_list(guide, qtbot):
    assert (title(guide), listed(guide)) == ("One", ["One", "Two", "Three"])
    click(guide, qtbot, "20-two.md")
    assert title(guide) == "Two"
    assert guide.page.verticalScrollBar().value() == 0
    qtbot.keyClick(guide.list, Qt.Key.Key_Down)
    assert title(guide) == "Three"


def test_search_leaves_the_chapters_that_have_it_and_steps_through_all_places(guide, qtbot):
    qtbot.keyClicks(guide.search, "cone")
    assert listed(guide) == ["One (2)", "Two (1)"]
    assert marked(guide) == ["cone", "cone"]
    seen = []
    for key, keys in [
        (None, None),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier),
    ]:
        if key is not None:
            qtbot.keyClick(guide.search, key, keys)
        seen.append((title(guide), guide.count.text()))
    assert seen == [
        ("One", "1 of 3"),
        ("One", "2 of 3"),
        ("Two", "3 of 3"),
        ("One", "1 of 3"),
        ("Two", "3 of 3"),
        ("One", "2 of 3"),
    ]
    assert guide.search.hasFocus()


def test_a_place_that_is_found_is_in_view(guide, qtbot):
    qtbot.keyClicks(guide.search, "again")
    assert title(guide) == "Two"
    assert guide.count.text() == "1 of 1"
    assert 0 < top_of(guide, "again") < guide.page.viewport().height()
    assert grounds(guide) == [LIGHT.accent.lower()]


def test_buttons_step_as_the_keys_do(guide, qtbot):
    assert not guide.next.isEnabled()
    qtbot.keyClicks(guide.search, "CONE")
    qtbot.mouseClick(guide.next, Qt.MouseButton.LeftButton)
    assert guide.count.text() == "2 of 3"
    qtbot.mouseClick(guide.previous, Qt.MouseButton.LeftButton)
    assert guide.count.text() == "1 of 3"
    qtbot.keyClick(guide.page, Qt.Key.Key_F3)
    assert guide.count.text() == "2 of 3"


def test_what_is_nowhere_is_said_and_the_page_stays(guide, qtbot):
    qtbot.keyClicks(guide.search, "conexx")
    assert listed(guide) == []
    assert guide.count.text() == "not in the guide"
    assert (title(guide), marked(guide)) == ("One", [])
    qtbot.keyClick(guide.search, Qt.Key.Key_Return)
    guide.search.clear()
    assert listed(guide) == ["One", "Two", "Three"]
    assert guide.count.text() == ""


def test_a_chapter_without_the_text_can_be_read_meanwhile(guide, qtbot):
    qtbot.keyClicks(guide.search, "cone")
    assert guide.show_chapter("30-three.md")
    assert guide.count.text() == "3 in other chapters"
    qtbot.keyClick(guide.search, Qt.Key.Key_Return)
    assert (title(guide), guide.count.text()) == ("One", "1 of 3")


def test_links_lead_to_chapters_and_headings(guide, qtbot):
    click_text(guide, qtbot, "more")
    assert title(guide) == "Two"
    assert 0 <= top_of(guide, "Far below") < 60
    guide.show_chapter("30-three.md")
    click_text(guide, qtbot, "Up")
    assert title(guide) == "One"
    assert guide.list.currentRow() == 0


def test_the_web_is_named_and_not_opened(guide, qtbot, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url))
    guide.show_chapter("30-three.md")
    click_text(guide, qtbot, "web")
    assert guide.note.isVisible()
    assert guide.note.text() == (
        "embedviz opens nothing on the web. The address is https://example.org/x"
    )
    click_text(guide, qtbot, "lost")
    assert guide.note.text() == "The guide has no chapter 99-none.md."
    assert (title(guide), opened) == ("Three", [])
    guide.show_chapter("10-one.md")
    assert not guide.note.isVisible()


def test_keys_find_and_close(guide, qtbot):
    guide.page.setFocus()
    qtbot.keyClick(guide.page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert guide.search.hasFocus()
    qtbot.keyClicks(guide.search, "cone")
    qtbot.keyClick(guide.search, Qt.Key.Key_Escape)
    assert not guide.isVisible()


@pytest.mark.parametrize("width", [480, 1040])
def test_pictures_are_as_wide_as_the_text(guide, qtbot, width):
    guide.show_chapter("30-three.md")
    guide.resize(width, 600)
    kind = QTextDocument.ResourceType.ImageResource.value
    picture = guide.page.loadResource(kind, QUrl("../pictures/map.png"))
    assert isinstance(picture, QImage)
    assert 100 < picture.deviceIndependentSize().width() <= guide.page.viewport().width() - 48
    assert not guide.page.horizontalScrollBar().isVisible()


@pytest.mark.parametrize(
    "name",
    ["../pictures/none.png", "../../pyproject.toml", "https://example.org/x.png", "/etc/hostname"],
)
def test_nothing_but_bundled_pictures_is_loaded(guide, name):
    kind = QTextDocument.ResourceType.ImageResource.value
    assert guide.page.loadResource(kind, QUrl(name)) is None


def test_another_theme_shows_the_same_place_in_its_colors(guide, qtbot, qapp):
    qtbot.keyClicks(guide.search, "again")
    before = guide.page.verticalScrollBar().value()
    light = guide.page.grab().toImage().pixelColor(5, 5).name()
    apply_theme(qapp, DARK)
    assert guide.page.verticalScrollBar().value() == pytest.approx(before, abs=2)
    assert marked(guide) == ["again"]
    dark = guide.page.grab().toImage().pixelColor(5, 5).name()
    assert (light, dark) == (LIGHT.panel.lower(), DARK.panel.lower())
    assert grounds(guide) == [DARK.accent.lower()]


def test_headings_are_as_links_name_them():
    assert anchor_of("Trust and density") == "trust-and-density"
    assert anchor_of("State: one way, `and` 3-D?") == "state-one-way-and-3-d"


def test_texts_begin_in_the_usual_type_whatever_was_shown_before(guide, qapp):
    for file in ("30-three.md", "20-two.md", "30-three.md"):
        guide.show_chapter(file)
    heading, text = guide.page.document().begin(), guide.page.document().begin().next()
    assert heading.textFormats()[0].format.font().bold()
    assert not text.textFormats()[0].format.font().bold()
    assert guide.page.document().defaultFont().families() == qapp.font().families()


def test_parts_have_names(guide):
    for part in (guide.search, guide.list, guide.page, guide.next, guide.previous):
        assert part.objectName().startswith("guide.")
        assert part.accessibleName()


@pytest.mark.parametrize("chapter", load_chapters(), ids=lambda chapter: chapter.file)
def test_every_chapter_is_shown_and_searched_alike(qtbot, chapter):
    parent = QWidget()
    qtbot.addWidget(parent)
    guide = GuideWindow(parent)
    guide.show_chapter(chapter.file)
    assert title(guide) == chapter.title
    for text in ("the", "embedviz", "–"):
        guide.page.search(text)
        assert len(guide.page.hits) == chapter.count(text)
    assert chapter.count("") == 0
    names = [part.format.toImageFormat().name() for part in pictures(guide.page.document())]
    assert all((resource_path("guide") / name).is_file() for name in names)


def pictures(document):
    block = document.begin()
    while block.isValid():
        yield from (part for part in block.textFormats() if part.format.isImageFormat())
        block = block.next()


@pytest.mark.parametrize("size", [(720, 520), (1040, 720)], ids=lambda size: str(size[0]))
@pytest.mark.parametrize("theme", THEMES)
def test_pictures_of_the_guide(qtbot, qapp, artefacts, theme, size):
    apply_theme(qapp, THEMES[theme])
    parent = QWidget()
    qtbot.addWidget(parent)
    guide = GuideWindow(parent)
    guide.resize(*size)
    guide.present()
    for file, text in (("40-the-map.md", "exact"), ("30-opening-files.md", "")):
        guide.show_chapter(file)
        guide.search.setText(text)
        QTest.qWait(0)
        assert guide.grab().save(str(artefacts / f"guide-{file[3:-3]}-{theme}-{size[0]}.png"))
    guide.close()
