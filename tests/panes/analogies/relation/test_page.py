"""The page of relations: its numbers are those of `embedviz.core.analogies.relations`."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from embedviz.app.files.values import settings_of, to_json
from embedviz.core.analogies.relations import correct_p_values, measure_relation
from embedviz.core.vector_set import VectorSet
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK
from embedviz.panes.analogies.relation.adding.dialog import AddRelationDialog
from embedviz.panes.analogies.relation.settings import KeptRelation, RelationSettings, kept_pairs
from embedviz.panes.analogies.relation.shafts import REACH, distances_to_shafts
from embedviz.panes.analogies.settings import AnalogySettings

LEFT = Qt.MouseButton.LeftButton


def lines(table):
    return [[cell.text for cell in line.cells] for line in table.cells.lines]


def selected_keys(table):
    role, model = Qt.ItemDataRole.AccessibleTextRole, table.model()
    return {
        line.key
        for place, line in enumerate(model.lines)
        if model.index(place, 0).data(role).endswith(", selected")
    }


@pytest.fixture
def measured(cities, capitals):
    return measure_relation(cities, capitals.pairs)


def test_the_head_says_what_python_says(shown, cities, capitals, measured):
    page = shown(cities, capitals)
    said = page.parts.head.text()
    n_right = round(measured.accuracy * measured.n_asked)
    assert said.startswith("12 pairs: the offsets agree (consistency 0.")
    assert f"{measured.consistency:.2f}"[:4] in said
    assert "p = 0.0010" in said
    assert said.endswith(f"the mean offset of the others finds the city of {n_right} of 12.")


def test_pairs_are_listed_from_best_to_worst(shown, cities, capitals, measured):
    page = shown(cities, capitals)
    found = lines(page.parts.side.pairs)
    order = np.argsort(-measured.agreements)
    assert [each[0] for each in found] == [" → ".join(measured.found.labels[i]) for i in order]
    assert [each[1] for each in found] == [f"{measured.agreements[i]:.2f}" for i in order]
    assert [each[2] for each in found] == [f"{measured.length_ratios[i]:.2f}×" for i in order]
    for i, each in zip(order, found, strict=True):
        rank, answer = measured.answers.ranks[i], cities.labels[measured.answers.rows[i, 0]]
        assert each[3] == (f"✓ {answer}" if rank == 1 else f"✗ {rank} · {answer}")


def test_an_accident_is_called_one(shown, cities, accidents):
    page = shown(cities, accidents)
    assert "agree no more than those of shuffled pairs" in page.parts.head.text()
    assert "the second word of" in page.parts.head.text()


def test_the_null_is_that_of_the_shuffles(shown, cities, capitals, measured):
    null = shown(cities, capitals).parts.null.shown
    np.testing.assert_array_equal(null.shuffled, measured.shuffled)
    assert null.value == measured.consistency
    assert "shuffled pairs" in null.words


def test_a_click_on_a_head_sorts(shown, session, cities, capitals, measured, qtbot):
    page = shown(cities, capitals)
    table = page.parts.side.pairs
    table.head_clicked.emit(3)
    ranks = measured.answers.ranks
    assert session.state[RelationSettings].sorted_by == "rank"
    assert ranks[table.cells.lines[0].key] == ranks.min()
    table.head_clicked.emit(3)
    assert ranks[table.cells.lines[0].key] == ranks.max()
    table.head_clicked.emit(0)
    names = [each[0] for each in lines(table)]
    assert names == sorted(names)
    session.undo()
    assert session.state[RelationSettings].worst_first


def test_a_click_on_a_pair_selects_both_rows_and_asks_it(
    shown, session, cities, capitals, measured, click_line
):
    page = shown(cities, capitals)
    table = page.parts.side.pairs
    click_line(table, 4)
    pair = table.cells.lines[4].key
    rows = sorted([measured.found.first[pair], measured.found.second[pair]])
    assert list(session.state.selected) == rows
    best = measured.found.labels[int(np.argmax(measured.agreements))]
    word, _ = measured.found.labels[pair]
    asked = session.state[AnalogySettings]
    assert (asked.positive, asked.negative) == ((best[1], word), (best[0],))
    assert asked.page == "relation"
    assert [line.is_current for line in table.cells.lines].index(True) == 4
    session.undo()  # Both in one step.
    assert not len(session.state.selected)
    assert session.state[AnalogySettings].positive == ("king", "woman")


def test_return_shows_the_pair_on_the_first_page(shown, session, idle, cities, capitals):
    page = shown(cities, capitals)
    page.parts.side.pairs.line_activated.emit(3)
    idle(session)
    asked = session.state[AnalogySettings]
    assert asked.page == "question"
    assert "country3" in asked.positive


def test_what_is_selected_elsewhere_is_selected_here(shown, session, cities, capitals):
    page = shown(cities, capitals)
    session.show(session.state.selecting([2, 14, 5, 60]))  # Both of one pair, one of another.
    assert selected_keys(page.parts.side.pairs) == {2}
    assert page.parts.picture.shown.selected == {2}
    rows = page.parts.picture.shown.layout.rows
    ringed = page.parts.picture.view.scene.canvas.highlights.selected
    assert sorted(rows[ringed].tolist()) == [2, 14]


def test_a_lasso_selects_both_rows_of_its_pairs(shown, session, cities, capitals):
    page = shown(cities, capitals)
    view, layout = page.parts.picture.view, page.parts.picture.shown.layout
    first = int(np.flatnonzero(layout.rows == 3)[0])
    view.rows_selected.emit(np.array([first]), "replace")
    assert list(session.state.selected) == [3, 15]
    other = int(np.flatnonzero(layout.rows == 16)[0])
    view.rows_selected.emit(np.array([other]), "add")
    assert list(session.state.selected) == [3, 4, 15, 16]
    view.rows_selected.emit(np.array([first]), "remove")
    assert list(session.state.selected) == [4, 16]


def test_a_click_on_the_picture(shown, session, cities, capitals, change):
    page = shown(cities, capitals, drawn="fan")
    view = page.parts.picture.view
    view.row_clicked.emit(5, Qt.KeyboardModifier.NoModifier)
    assert list(session.state.selected) == [5, 17]
    view.row_clicked.emit(6, Qt.KeyboardModifier.ControlModifier)
    assert list(session.state.selected) == [5, 6, 17, 18]
    view.row_clicked.emit(-1, Qt.KeyboardModifier.NoModifier)
    assert not len(session.state.selected)


def test_hovering_marks_a_pair_in_both(shown, cities, capitals):
    page = shown(cities, capitals)
    table, picture = page.parts.side.pairs, page.parts.picture
    table.line_hovered.emit(7)
    links = picture.view.scene.links
    rows = picture.shown.layout.rows
    assert (rows[links.row], rows[links.rows].tolist()) == (7, [19])
    assert page.parts.caption.text().startswith("country7 → city7 · agreement")
    table.line_hovered.emit(-1)
    assert picture.view.scene.links.row == -1
    point = int(np.flatnonzero(rows == 20)[0])
    picture.view.row_hovered.emit(point)
    assert table.cells.hovered == 8
    picture.view.row_hovered.emit(-1)
    assert table.cells.hovered == -1
    assert page.parts.caption.text().startswith("PCA of the words")


def test_ways_to_draw(shown, session, cities, capitals, change):
    page = shown(cities, capitals)
    picture = page.parts.picture
    assert len(picture.view.scene.arrows) == 12
    assert not picture.view.scene.canvas.is_3d
    page.parts.tools.drawn.button(1).click()
    page.parts.tools.dimensions.button(1).click()
    assert session.state[RelationSettings].drawn == "fan"
    assert session.state[AnalogySettings].is_3d
    assert picture.view.scene.canvas.is_3d
    arrows = picture.view.scene.arrows
    assert len(arrows) == 13
    assert arrows[-1].text == "mean offset"
    assert arrows[-1].width > max(arrow.width for arrow in arrows[:-1])
    assert all(not np.any(arrow.start) for arrow in arrows)
    assert "from one origin" in page.parts.caption.text()


@pytest.mark.parametrize("colored_by", ["agreement", "length", "answer"])
def test_colors_say_what_they_are_of(shown, qapp, cities, capitals, colored_by, measured):
    page = shown(cities, capitals, colored_by=colored_by)
    scale = page.parts.colors.scale
    expected = {
        "agreement": measured.agreements,
        "length": measured.length_ratios,
        "answer": (measured.answers.ranks == 1).astype(float),
    }[colored_by]
    np.testing.assert_allclose(scale.values, expected)
    assert page.parts.picture.shown.colors == [scale.color(v) for v in expected.tolist()]
    before = list(page.parts.picture.shown.colors)
    apply_theme(qapp, DARK)
    assert page.parts.picture.shown.colors != before


def test_all_relations_are_ranked(shown, session, idle, cities, capitals, accidents, click_line):
    page = shown(cities, capitals, accidents, listed="relations", relation="accidents")
    table = page.parts.side.relations
    found = lines(table)
    measures = [measure_relation(cities, each.pairs) for each in (capitals, accidents)]
    assert [each[0] for each in found] == ["country → city", "accidents"]
    assert [each[2] for each in found] == [
        f"{each.consistency:.2f}".replace("-", "−") for each in measures
    ]
    corrected = correct_p_values([each.p_value for each in measures], "Holm")
    assert [float(each[4]) for each in found] == pytest.approx(corrected, rel=0.3)
    assert [line.is_current for line in table.cells.lines] == [False, True]
    click_line(table, 0)
    idle(session)
    assert session.state[RelationSettings].relation == "country → city"
    assert page.parts.head.text().startswith("12 pairs: the offsets agree (")
    said = page.parts.side.note.text()
    assert said.startswith("2 relations tested, p corrected for that by Holm's method: ")
    assert f": {sum(corrected < 0.05)} below 0.05" in said


def test_relations_of_one_pair_are_not_tested(shown, cities):
    alone = kept_pairs("alone", [("country0", ("city0",))])
    page = shown(cities, alone, listed="relations")
    assert page.parts.side.note.text() == "No relation could be tested."


@pytest.mark.parametrize("listed", ["pairs", "relations"])
def test_a_word_with_all_others_has_no_p_value(shown, cities, listed):
    alone = kept_pairs("one", [("country0", (f"city{i}",)) for i in range(9)])
    page = shown(cities, alone, listed=listed)
    head = page.parts.head.text()
    assert "no way to tell from chance" in head
    assert "no other pairing is possible" in head
    if listed == "relations":
        assert page.parts.side.note.text() == "No relation could be tested."


def test_a_wide_page_can_get_narrow_again(qapp, shown, pane, cities, capitals):
    page = shown(cities, capitals, listed="relations")
    pane.resize(1600, 700)
    qapp.processEvents()
    beside = page.parts.side.width()
    assert beside == pytest.approx(480, abs=2)
    # Its layout must allow the width in which the lists are below the picture.
    assert page.minimumSizeHint().width() <= 600
    for width in (620, 560):  # As a window is dragged: the controls need less room first.
        pane.resize(width, 700)
        qapp.processEvents()
    assert page.parts.side.width() > beside


def test_stopping_is_said(shown, session, idle, cities, capitals, accidents, pane):
    page = shown(cities, capitals, accidents)
    page.run.release()
    page.set(relation="accidents")
    session.board.stop()
    idle(session)
    assert "Stopped" in pane.message_bar.text
    assert page.parts.picture.view.scene.message == "The relation was not measured."
    pane.message_bar.offer.click()
    idle(session)
    assert page.parts.head.text().startswith("12 pairs:")


def test_switching_back_measures_nothing(shown, session, idle, cities, capitals, accidents, change):
    page = shown(cities, capitals, accidents)
    change(page, relation="accidents")
    page.set(relation="country → city")
    assert session.board.current is None
    assert "the offsets agree (" in page.parts.head.text()


def test_settings_are_kept_in_a_session(cities, capitals):
    kept = RelationSettings(
        relation="country → city",
        drawn="fan",
        apply=("country1",),
        added=(capitals, KeptRelation("by columns", columns=("land", None))),
    )
    found = RelationSettings(**settings_of(RelationSettings, to_json(kept)))
    assert found == kept
    assert found.added[0].pairs == tuple((f"country{i}", (f"city{i}",)) for i in range(12))


def test_another_set_keeps_the_relation(shown, session, idle, cities, capitals):
    page = shown(cities, capitals)
    other = VectorSet(np.eye(4, dtype=np.float32), ["country1", "b", "c", "d"], None, "other")
    session.show(session.state.opened(other))
    idle(session)
    assert page.parts.picture.view.scene.message.startswith("None of the 12 pairs")
    assert "city" in page.parts.picture.view.scene.message
    session.show(session.state.activated(cities))
    idle(session)
    assert page.parts.head.text().startswith("12 pairs")


def test_nothing_is_kept_of_a_set_that_is_closed(shown, session, idle, cities, capitals, toy):
    page = shown(cities, capitals, listed="relations")
    session.show(session.state.opened(toy))
    idle(session)
    session.show(session.state.closed(cities))
    idle(session)
    assert all(of.vector_set is toy for of in page.run._known)


def a_set(vectors, n=6):
    return VectorSet(np.asarray(vectors, dtype=np.float32), [f"w{i}" for i in range(n)], None, "s")


SPECIAL = {
    "one pair": ([("w0", ("w1",))], "1 pair: there is no other"),
    "no pair": ([("x", ("y",)), ("z", ("w1",))], "None of the 2 pairs of"),
    "same word": ([("w0", ("w0",))], "The only pair of “my own” cannot be measured"),
    "nothing": ([], "has no pairs"),
    "twice": ([("w0", ("w1",)), ("w0", ("w1",))], "1 pair: there is no other"),
    "two pairs": ([("w0", ("w1",)), ("w2", ("w3",))], "2 pairs: "),
    "shared words": ([("w0", ("w1",)), ("w1", ("w2",)), ("w2", ("w0",))], "3 pairs: "),
}


@pytest.mark.parametrize("dimensions", [1, 2, 7])
@pytest.mark.parametrize("name", SPECIAL)
def test_special_pairs_are_worded(shown, pane, name, dimensions, change):
    pairs, words = SPECIAL[name]
    vectors = np.random.default_rng(3).normal(size=(6, dimensions))
    page = shown(a_set(vectors), kept_pairs("my own", pairs), apply=("w4", "nowhere"))
    said = page.parts.head.text() or page.parts.picture.view.scene.message
    # In one dimension all vectors of one sign are equal, and without an offset.
    assert words in said or dimensions == 1
    assert said
    for listed in ("relations", "apply"):
        for drawn in ("fan", "in-place"):
            change(page, listed=listed, drawn=drawn, is_3d=drawn == "fan")
            page.parts.picture.view.render_now()
            pane.grab()
    assert not pane.message_bar.text


def test_zero_and_broken_vectors_are_worded(shown, pane):
    vectors = np.random.default_rng(3).normal(size=(6, 3))
    vectors[1], vectors[3, 0] = 0.0, np.nan
    pairs = [("w0", ("w1",)), ("w2", ("w3",)), ("w4", ("w5",)), ("w2", ("w5",))]
    page = shown(a_set(vectors), kept_pairs("my own", pairs))
    pane.grab()
    assert page.parts.head.text().startswith("2 pairs: ")
    assert "not finite" in page.parts.side.note.text()


def test_a_set_without_relations_says_how_to_add_one(shown, toy, pane):
    page = shown(toy)
    assert page.parts.picture.view.scene.message.startswith("None of the bundled relations")
    assert not page.parts.tools.choice.isEnabled()
    assert page.parts.tools.add.isEnabled()


def test_words_left_out_are_counted_and_named(shown, cities):
    pairs = [(f"country{i}", (f"city{i}",)) for i in range(4)] + [("atlantis", ("nowhere",))]
    page = shown(cities, kept_pairs("some", pairs))
    said = page.parts.side.note.text()
    assert said.startswith("1 pair left out, with words that are not in the set: “atlantis”")


# Relations of the user's own.


def hand(page, path):
    """Hand a file to the pane as the window does, if it is for it; return what it holds."""
    what = page.pane.contents_for_it(path)
    if what:
        page.pane.take_file(path)
    return what


def test_a_file_of_pairs_is_dropped(shown, session, idle, cities, tmp_path):
    page = shown(cities)
    file = tmp_path / "seats.txt"
    file.write_text("".join(f"country{i}\tcity{i}\n" for i in range(6)), "utf-8")
    assert hand(page, file) == "pairs of words"
    idle(session)
    assert session.state[RelationSettings].relation == "seats"
    assert page.parts.head.text().startswith("6 pairs: ")
    session.undo()
    assert session.state[RelationSettings].added == ()


def test_other_files_are_left_to_the_window(shown, cities, tmp_path):
    page = shown(cities)
    vectors, others = tmp_path / "vectors.txt", tmp_path / "others.txt"
    vectors.write_text("country1 0.1 0.2 0.3 0.4\ncity1 1 2 3 4\n", "utf-8")
    others.write_text("a b\nc d\n", "utf-8")
    assert not hand(page, vectors)
    assert not hand(page, others)
    assert not hand(page, tmp_path / "missing.txt")


def test_a_file_of_sections_adds_several(shown, session, idle, cities, tmp_path):
    page = shown(cities)
    file = tmp_path / "two.txt"
    rows = [f"country{i} city{i}" for i in range(4)], [f"word{i} word{i + 9}" for i in range(4)]
    file.write_text(": seats\n" + "\n".join(rows[0]) + "\n: rest\n" + "\n".join(rows[1]), "utf-8")
    page.interaction.read_file(str(file))
    idle(session)
    added = session.state[RelationSettings].added
    assert {each.name for each in added} == {"seats", "rest"}
    assert session.state[RelationSettings].relation == "seats"


def test_a_file_that_is_none_is_said(shown, session, idle, cities, tmp_path, pane):
    page = shown(cities)
    file = tmp_path / "text.txt"
    file.write_text("This is no list of pairs at all.\n", "utf-8")
    page.interaction.read_file(str(file))
    idle(session)
    assert "text.txt" in pane.message_bar.text
    assert session.state[RelationSettings].added == ()


@pytest.fixture
def dialog(shown, cities):
    page = shown(cities)
    page.parts.tools.adding_wanted.emit()
    (found,) = page.findChildren(AddRelationDialog)
    return found


def test_pairs_are_pasted(dialog, session, idle, qtbot):
    assert not dialog.add.isEnabled()
    dialog.name.setText("seat")
    dialog.text.setPlainText("country1, city1\ncountry2, city2\nland, nowhere\n")
    qtbot.waitUntil(dialog.add.isEnabled)
    assert "2 of 3 pairs of “seat” can be measured" in dialog.said.text()
    assert "land" in dialog.said.text()
    qtbot.mouseClick(dialog.add, LEFT)
    idle(session)
    settings = session.state[RelationSettings]
    assert settings.relation == "seat"
    assert settings.added[0].pairs[0] == ("country1", ("city1",))


def test_the_first_line_is_left_out_as_a_header(dialog, session, idle, qtbot):
    dialog.name.setText("seat")
    dialog.text.setPlainText("country0, city5\ncountry1, city1\ncountry2, city2\n")
    qtbot.waitUntil(dialog.add.isEnabled)
    assert "3 of 3 pairs" in dialog.said.text()
    qtbot.mouseClick(dialog.header, LEFT, pos=QPoint(8, dialog.header.height() // 2))
    assert dialog.header.isChecked()
    assert "2 of 2 pairs" in dialog.said.text()
    assert "line 1 is left out as a header: 'country0, city5'" in dialog.said.text()
    qtbot.mouseClick(dialog.add, LEFT)
    idle(session)
    (added,) = session.state[RelationSettings].added
    assert len(added.pairs) == 2


def test_two_columns_are_a_relation(dialog, session, idle, qtbot, pane):
    dialog.ways.button(1).click()
    dialog.first.setCurrentText("land")
    dialog.second.setCurrentText("seat")
    qtbot.waitUntil(lambda: "of “land → seat” can be measured" in dialog.said.text())
    qtbot.mouseClick(dialog.add, LEFT)
    idle(session)
    assert session.state[RelationSettings].added == (
        KeptRelation("land → seat", columns=("land", "seat")),
    )
    assert pane.pages.chosen.parts.head.text().startswith("12 pairs: ")


def test_an_added_relation_is_taken_away(shown, session, idle, cities, capitals):
    page = shown(cities, capitals)
    assert page.parts.tools.remove.isEnabled()
    page.parts.tools.removal_wanted.emit()
    idle(session)
    assert session.state[RelationSettings] == RelationSettings()
    assert not page.parts.tools.remove.isEnabled()
    session.undo()
    idle(session)
    assert session.state[RelationSettings].added == (capitals,)


# Other words.


def test_a_relation_is_applied_to_words(shown, session, idle, cities, capitals, change):
    some = kept_pairs("some → city", capitals.pairs[:9])
    page = shown(cities, some, listed="apply")
    panel = page.parts.side.apply
    panel.edit.setText("country9, country10; atlantis")
    panel.edit.editingFinished.emit()
    idle(session)
    assert session.state[RelationSettings].apply == ("country9", "country10", "atlantis")
    found = lines(panel.table)
    assert [each[0] for each in found] == ["country9", "country10", "atlantis"]
    assert found[0][1].startswith("city9")
    assert found[1][1].startswith("city10")
    assert "not a label" in found[2][1]
    assert page.parts.side.note.text() == "1 of 3 words is not in the set: atlantis."
    dashed = [arrow for arrow in page.parts.picture.view.scene.arrows if arrow.dashed]
    assert len(dashed) == 2
    shown_names = {each.text for each in page.parts.picture.view.scene.markers.shown}
    assert shown_names == {"country9", "city9", "country10", "city10"}
    change(page, drawn="fan")
    assert {each.text for each in page.parts.picture.view.scene.markers.shown} == {
        "country9 → city9",
        "country10 → city10",
    }


def test_a_click_on_an_answer_chooses_it(shown, session, idle, cities, capitals, click_line):
    some = kept_pairs("some → city", capitals.pairs[:9])
    page = shown(cities, some, listed="apply", apply=("country9",))
    click_line(page.parts.side.apply.table, 0)
    assert session.state.query == cities.row("city9")
    assert selected_keys(page.parts.side.apply.table) == {0}


def test_it_is_applied_to_what_is_selected(shown, session, idle, cities, capitals, pane, qtbot):
    page = shown(cities, capitals, listed="apply")
    qtbot.mouseClick(page.parts.side.apply.use_selected, LEFT)
    assert "Nothing is selected" in pane.message_bar.text
    session.show(session.state.selecting(range(30)))
    qtbot.mouseClick(page.parts.side.apply.use_selected, LEFT)
    idle(session)
    assert len(lines(page.parts.side.apply.table)) == 30
    qtbot.mouseClick(page.parts.side.apply.clear_all, LEFT)
    idle(session)
    assert session.state[RelationSettings].apply == ()
    assert lines(page.parts.side.apply.table) == []


@pytest.mark.parametrize("size", [(420, 420), (700, 420), (1000, 700), (1900, 1100)])
@pytest.mark.parametrize("listed", ["pairs", "relations", "apply"])
def test_nothing_is_wider_than_the_page(shown, pane, cities, capitals, size, listed):
    page = shown(cities, capitals, listed=listed, apply=("country1",))
    pane.resize(*size)
    QApplication.processEvents()
    for part in (page.parts.side, page.parts.picture.view, page.parts.head, page.parts.null):
        inside = page.rect().contains(part.geometry()) or not part.isVisible()
        assert inside
    assert page.parts.picture.view.height() >= 90


def test_an_arrow_is_found_along_its_length(shown, cities, qtbot):
    page = shown(cities, kept_pairs("seats", [(f"country{i}", (f"city{i}",)) for i in range(6)]))
    picture = page.parts.picture
    layout = picture.shown.layout
    places = picture.view.viewport.frame().project(layout.positions)[0]
    pair = max(
        range(len(layout.starts)),
        key=lambda i: np.linalg.norm(places[layout.starts[i]] - places[layout.ends[i]]),
    )
    middle = (places[layout.starts[pair]] + places[layout.ends[pair]]) / 2
    found = []
    picture.pair_hovered.connect(found.append)
    qtbot.mouseMove(picture.view, QPointF(*middle).toPoint())
    QApplication.processEvents()
    assert found
    assert picture.shafts.pair_of(layout) >= 0
    start, end = places[layout.starts[found[-1]]], places[layout.ends[found[-1]]]
    assert distances_to_shafts(start[None], end[None], middle)[0] <= REACH + 1
