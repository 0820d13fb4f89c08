"""The page of the benchmark: counts, comparison, what is behind a line, files, sessions, undo."""

import json
from threading import Event

import numpy as np
import pyarrow.csv
import pyarrow.parquet
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from embedviz.app.files.session.plan import read_plan
from embedviz.app.files.session.sets import restore_sets
from embedviz.app.files.session.state import restore_state
from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import describe_session, write_session
from embedviz.app.state import State
from embedviz.core.analogies import compare_reports, evaluate
from embedviz.core.analogies.benchmark import evaluate_methods, evaluation, read_questions
from embedviz.core.derivation.recipes import Truncated, Whitened
from embedviz.core.samples import load_sample
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.benchmark import page as page_module
from embedviz.panes.analogies.benchmark.counting import ALL
from embedviz.panes.analogies.benchmark.measuring import measure
from embedviz.panes.analogies.benchmark.settings import BenchmarkSettings
from embedviz.panes.analogies.settings import AnalogySettings

N_PAIRS = 12


def gridded(noise=0.25, seed=0, name="made", d=10):
    """Return words of three relations: an offset each, and noise that makes some answers wrong."""
    random = np.random.default_rng(seed)
    labels, rows = [], []
    for relation in range(3):
        offset = random.normal(size=d)
        for pair in range(N_PAIRS):
            base = random.normal(size=d)
            labels += [f"r{relation}a{pair}", f"r{relation}b{pair}"]
            rows += [base, base + offset + noise * random.normal(size=d)]
    rows = np.array(rows)
    return VectorSet(rows.astype(np.float32), labels, None, name)


@pytest.fixture
def questions(tmp_path):
    """Return a file in Google's layout, with some words that are in no set."""
    lines = []
    for relation, name in enumerate(("capitals", "family", "gram1-plural")):
        lines.append(f": {name}")
        for one in range(N_PAIRS):
            for two in range(N_PAIRS):
                if one != two:
                    words = f"r{relation}a{one} r{relation}b{one} r{relation}a{two}"
                    lines.append(f"{words} r{relation}b{two}")
        lines.append(f"r{relation}a0 r{relation}b0 nobody knows{relation}")
    path = tmp_path / "questions.txt"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture
def show(pane, session, idle):
    """Return a function that shows the page of some sets, the first of which is active."""

    def show(*sets, **own):
        method = own.pop("method", "3CosAdd")
        state = State()
        for each in reversed(sets):
            state = state.opened(each)
        state = state.with_settings(AnalogySettings(page="benchmark", method=method))
        session.show(state.with_settings(BenchmarkSettings(**own)))
        idle(session)
        return pane.pages.chosen

    return show


def own_of(page):
    return page.pane.session.state[BenchmarkSettings]


def text_of(page, key, column):
    model = page.view.table.shown
    line = model.lines[model.place(key)]
    return line.cells[column].text


def texts_listed(page):
    model = page.view.list.shown
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_counts_are_those_of_python(show, questions):
    made = gridded()
    page = show(made, path=str(questions))
    for method in ("3CosAdd", "3CosMul", "PairDirection"):
        report = evaluate(made, questions, method)
        assert text_of(page, ALL, method if method != "3CosAdd" else "top1").startswith(
            f"{100 * report.accuracy:.0f} %"
        )
    report = evaluate(made, questions)
    for name, correct, total, skipped in report.sections:
        assert text_of(page, name, "correct") == f"{correct:,}"
        assert text_of(page, name, "asked") == f"{total:,}"
        assert text_of(page, name, "skipped") == f"{skipped:,}" == "1"
    assert text_of(page, ": syntactic", "asked") == f"{N_PAIRS * (N_PAIRS - 1):,}"
    assert text_of(page, ": semantic", "asked") == f"{2 * N_PAIRS * (N_PAIRS - 1):,}"
    assert page.view.headline.text().startswith("3CosAdd answers ")
    assert "3 skipped, as a word is unknown" in page.view.counts.text()
    assert page.view.table.isVisible()


def test_without_a_file_the_bundled_relations_are_asked(show):
    words = load_sample("words")
    few = VectorSet(words.vectors[:3000], words.labels[:3000], None, "few")
    page = show(few)
    assert page.report.questions.layout == "relations"
    assert 0 < page.report.n_asked < len(page.report.questions)
    assert {each.name for each in page.report.kinds} == {"semantic", "syntactic"}
    assert page.controls.files.box.currentText() == "Bundled relations"


def test_words_that_nobody_knows_are_said_and_a_file_is_offered(show):
    page = show(gridded())
    assert page.view.headline.text().startswith("None of ")
    assert not page.view.table.isVisible()
    assert page.view.relocate.isVisible()
    assert not page.view.skip.isVisible()  # These were asked.
    assert not page.controls.export.isEnabled()


def test_a_large_set_waits_for_run_and_can_be_stopped(show, questions, monkeypatch, idle, qtbot):
    monkeypatch.setattr(page_module, "is_cheap", lambda *_: False)
    page = show(gridded(), path=str(questions))
    session = page.pane.session
    assert page.view.headline.text() == "Press Run to ask the questions."
    assert "399 questions in 3 sections" in page.view.counts.text()
    page.controls.run.click()
    assert page.controls.run.text() == "Stop"
    page.controls.run.click()
    idle(session)
    assert page.report is None
    assert page.controls.run.text() == "Run"
    assert page.view.headline.text() == "Press Run to ask the questions."
    page.controls.run.click()
    idle(session)
    assert page.report is not None
    assert page.controls.run.text() == "Run"


def test_results_of_other_settings_are_dimmed_until_they_are_asked(
    show, questions, monkeypatch, idle
):
    monkeypatch.setattr(page_module, "is_cheap", lambda *_: False)
    page = show(gridded(), path=str(questions))
    page.controls.run.click()
    idle(page.pane.session)
    whole = page.report.whole
    page.set(dummy4unknown=True)
    idle(page.pane.session)
    assert not page.view.table.isEnabled()
    assert page.view.counts.text().startswith("Of the settings before.")
    page.controls.run.click()
    idle(page.pane.session)
    assert page.view.table.isEnabled()
    assert page.report.whole.total == whole.total + 3
    assert "3 count as wrong" in page.view.counts.text()
    page.pane.session.undo()
    assert page.view.table.isEnabled()  # It is known.
    assert page.report.whole.total == whole.total


def test_another_method_is_another_column_not_another_run(show, questions, idle):
    page = show(gridded(), path=str(questions))
    page.controls.method.setCurrentIndex(1)
    page.controls.method.activated.emit(1)
    assert page.pane.session.state[AnalogySettings].method == "3CosMul"
    assert page.report.method == "3CosMul"
    assert page.view.headline.text().startswith("3CosMul answers ")
    keys = [column.key for column in page.view.table.shown.columns]
    assert "3CosAdd" in keys
    assert "3CosMul" not in keys
    assert not page._task.is_busy


def test_only_one_method_where_that_is_wanted(show, questions):
    page = show(gridded(), path=str(questions), all_methods=False)
    keys = [column.key for column in page.view.table.shown.columns]
    assert not {"3CosMul", "PairDirection"} & set(keys)


@pytest.mark.parametrize(
    ("compare", "recipe"), [("whitened", Whitened()), ("prefix:3", Truncated(3))]
)
def test_it_is_compared_with_itself_in_another_way(show, questions, compare, recipe):
    made = gridded(0.4)
    page = show(made, path=str(questions), compare=compare)
    expected = compare_reports(evaluate(made, questions), evaluate(recipe.derive(made), questions))
    for each in [expected.whole, *expected.sections]:
        key = ALL if each is expected.whole else each.name
        alone = f"{each.n_second_alone:,} / {each.n_first_alone:,}"
        assert text_of(page, key, "alone") == alone
    verdict = page.view.verdict.text()
    assert verdict.startswith(f"The same set, {recipe}, ")
    if expected.whole.p_value < 0.05:
        is_better = expected.whole.n_second_alone > expected.whole.n_first_alone
        assert verdict.endswith(f"is {'better' if is_better else 'worse'}.")
    assert "McNemar's p " in page.view.numbers.text()
    assert page.view.bands.bands[0].other is not None


def test_it_is_compared_with_another_set_on_what_both_know(show, questions, session, idle):
    made, other = gridded(0.3), gridded(0.6, 1, "other")
    fewer = VectorSet(other.vectors[:-4], other.labels[:-4], None, "fewer")
    page = show(made, fewer, path=str(questions))
    offered = [page.controls.compare.itemText(i) for i in range(page.controls.compare.count())]
    assert offered == [
        "no comparison",
        "itself, whitened",
        "its first 5 dimensions",
        "its first 2 dimensions",
        "fewer",
    ]
    page.controls.compare.setCurrentIndex(4)
    page.controls.compare.activated.emit(4)
    idle(session)
    assert own_of(page).compare == "set:fewer"
    assert page.view.verdict.text() in ("fewer is worse.", "fewer makes no clear difference.")
    expected = compare_reports(evaluate(made, questions), evaluate(fewer, questions))
    assert f"{expected.n_first_only:,} in fewer" in page.view.numbers.text()
    # Where the other set is closed, that is said, and nothing of it is kept.
    session.show(session.state.closed(fewer))
    idle(session)
    assert page.view.verdict.text() == "The set to compare with is not open."
    assert page.compared is None


def test_a_set_that_cannot_be_made_is_a_problem_of_the_comparison_alone(show, questions):
    made = gridded()
    flat = VectorSet(np.ones_like(made.vectors), made.labels, None, "flat")
    page = show(flat, path=str(questions), compare="whitened")
    assert page.view.verdict.text().endswith("cannot be compared.")
    assert page.view.numbers.text()
    assert page.view.table.isVisible()


def test_a_line_shows_what_is_behind_it(show, questions, session):
    made = gridded(0.5)
    page = show(made, path=str(questions))
    report = page.report
    page.view.table.line_chosen.emit("family")
    assert own_of(page).section == "family"
    family = report.tallies[1]
    assert f"of {family.total - family.correct:,} wrong" in page.view.about.text()
    counted = sum(band.own.total for band in page.view.bands.bands)
    assert counted == family.total
    page.view.details.button(1).click()
    for place, (shown, count) in enumerate(
        (
            ("asked", family.total),
            ("right", family.correct),
            ("wrong", family.total - family.correct),
            ("skipped", 1),
        )
    ):
        page.view.filter.activated.emit(place)
        assert own_of(page).filter == shown
        assert page.view.list.shown.rowCount() == count
    assert texts_listed(page)[0][0] == "r1a0 : r1b0 = nobody : ?"
    session.undo()
    assert own_of(page).filter == "wrong"
    page.view.table.line_chosen.emit(ALL)
    assert own_of(page).section == ""


def test_wrong_answers_are_counted_with_their_neighbors(show, questions):
    page = show(gridded(0.5), path=str(questions))
    report = page.report
    wrong = report.wrong_places()
    near = report.answers.is_near[wrong]
    said = page.view.about.text()
    assert said.startswith(
        f"{near[:, 2].sum():,} of {len(wrong):,} wrong answers are among the 10 nearest of c"
    )
    lines = texts_listed(page)
    counts = dict(report.frequent_wrong_answers(len(report.labels)))
    assert lines
    for line in lines:
        assert counts[line[0]] == int(line[1])
    assert sum(int(line[1]) for line in lines) == len(wrong)


def test_a_wrong_answer_becomes_the_query(show, questions, session):
    made = gridded(0.5)
    page = show(made, path=str(questions))
    label = texts_listed(page)[0][0]
    page.view.list.clicked.emit(page.view.list.shown.index(0, 0))
    assert session.state.query == made.row(label)


def test_a_question_becomes_that_of_the_pane_and_is_drawn(show, questions, session, idle, pane):
    page = show(gridded(), path=str(questions), detail="questions", section="capitals")
    assert texts_listed(page)[1][0] == "r0a0 : r0b0 = r0a2 : ?"
    page.view.list.clicked.emit(page.view.list.shown.index(1, 0))
    idle(session)
    settings = session.state[AnalogySettings]
    assert (settings.positive, settings.negative) == (("r0b0", "r0a2"), ("r0a0",))
    assert settings.page == pane.pages.chosen.name == "question"
    session.undo()
    idle(session)
    assert pane.pages.chosen is page
    assert page.report is not None


def test_a_skipped_question_has_no_picture_and_says_so(show, questions, session):
    page = show(gridded(), path=str(questions), detail="questions", filter="skipped")
    before = session.state
    page.view.list.clicked.emit(page.view.list.shown.index(0, 0))
    assert session.state is before
    assert page.pane.message_bar.isVisible()


def test_keys_walk_through_sections_but_not_into_questions(show, questions, qtbot, session):
    page = show(gridded(), path=str(questions), detail="questions")
    qtbot.keyClick(page.view.table, Qt.Key.Key_Down)
    assert own_of(page).section == ": semantic"
    page.view.list.setCurrentIndex(page.view.list.shown.index(0, 0))
    qtbot.keyClick(page.view.list, Qt.Key.Key_Down)
    assert session.state[AnalogySettings].page == "benchmark"


def test_sections_are_sorted_below_the_totals(show, questions):
    page = show(gridded(0.5), path=str(questions))
    model = page.view.table.shown
    order = [line.key for line in model.lines]
    column = [each.key for each in model.columns].index("top1")
    model.sort(column, Qt.SortOrder.DescendingOrder)
    found = [line.key for line in model.lines]
    assert found[:3] == order[:3] == [ALL, ": semantic", ": syntactic"]
    shares = [line.cells["top1"].value for line in model.lines[3:]]
    assert shares == sorted(shares, reverse=True)
    model.sort(-1)
    assert [line.key for line in model.lines] == order


def drop(page, path):
    """Hand a file to the pane as the window does; return whether it is for it."""
    what = page.pane.contents_for_it(path)
    if what:
        page.pane.take_file(path)
    return bool(what)


def test_a_file_is_dropped_and_asked_at_once(show, questions, session, idle, monkeypatch):
    monkeypatch.setattr(page_module, "is_cheap", lambda *_: False)
    page = show(gridded())
    assert page.report is None
    assert drop(page, questions)
    idle(session)
    assert own_of(page).path == str(questions)
    assert page.report is not None
    assert page.controls.files.box.currentText() == "questions.txt"


def test_a_file_is_chosen_without_stopping_the_window(show, questions, session, idle, qtbot):
    page = show(gridded())
    page.controls.files.box.activated.emit(page.controls.files.box.count() - 1)
    dialog = next(each for each in page.findChildren(QFileDialog) if each.isVisible())
    dialog.fileSelected.emit(str(questions))
    dialog.close()
    idle(session)
    assert page.report.questions.name == "questions.txt"
    page.controls.files.box.activated.emit(0)
    idle(session)
    assert own_of(page).path == ""


def test_a_missing_file_is_found_again_or_left_out(show, questions, session, idle, tmp_path):
    moved = tmp_path / "moved.txt"
    page = show(gridded(), path=str(moved))
    assert page.view.headline.text() == "The questions cannot be read."
    assert "not there any more" in page.view.counts.text()
    assert page.view.relocate.isVisible()
    assert not page.controls.run.isEnabled()
    moved.write_bytes(questions.read_bytes())
    page.take_file(str(moved))  # The same place, where it has come back.
    idle(session)
    assert page.report is not None
    assert page.controls.run.isEnabled()
    moved.unlink()
    page.take_file(str(moved))
    idle(session)
    assert page.view.skip.isVisible()
    page.view.skip.click()
    idle(session)
    assert own_of(page).path == ""


def test_what_is_no_file_of_questions_is_said(show, tmp_path):
    path = tmp_path / "wrong.txt"
    path.write_text("a b c d\n", "utf-8")
    page = show(gridded(), path=str(path))
    assert page.view.headline.text() == "The questions cannot be read."
    assert "line 1" in page.view.counts.text()


def test_a_session_remembers_the_file_and_the_choices(show, questions, tmp_path):
    words = load_sample("words")
    page = show(words, path=str(questions), compare="prefix:8", section="family", filter="wrong")
    state = page.pane.session.state
    path = tmp_path / "kept.embedviz"
    write_session(path, describe_session(state, {}, STEPS).document)
    plan = read_plan(path, STEPS)
    kinds = (AnalogySettings, BenchmarkSettings)
    restored = restore_state(plan.document, restore_sets(plan), ("viridis",), kinds)
    assert restored.state[BenchmarkSettings] == own_of(page)
    assert str(questions) in json.dumps(plan.document)


@pytest.mark.parametrize("what", ["sections", "questions", "comparison"])
def test_results_are_written(show, questions, session, idle, tmp_path, what):
    page = show(gridded(0.4), path=str(questions), compare="prefix:3")
    report = page.report
    for suffix in (".csv", ".parquet"):
        path = tmp_path / f"{what}{suffix}"
        page.export.write(what, str(path))
        idle(session)
        reading = pyarrow.csv.read_csv if suffix == ".csv" else pyarrow.parquet.read_table
        table = reading(path)
        assert table.num_rows > 0
        if what == "questions":
            correct = table.filter(pyarrow.compute.equal(table["method"], report.method))
            counted = pyarrow.compute.sum(correct["correct"].cast("int32")).as_py()
            assert counted == report.correct


def test_a_file_of_an_open_set_is_not_replaced(show, questions, session, idle, tmp_path):
    import embedviz

    made = gridded()
    path = tmp_path / "made.csv"
    embedviz.save(made, path)
    before = path.read_bytes()
    page = show(embedviz.load(path), path=str(questions))
    page.export.write("sections", str(path))
    idle(session)
    assert path.read_bytes() == before
    assert "is not replaced" in page.pane.message_bar.text


def test_where_to_write_is_asked_without_stopping_the_window(show, questions):
    page = show(gridded(), path=str(questions))
    menu = page.controls.export.menu()
    assert [action.isEnabled() for action in menu.actions()] == [True, True, False]
    menu.actions()[0].trigger()
    dialog = next(each for each in page.findChildren(QFileDialog) if each.isVisible())
    assert dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
    dialog.close()


def test_another_set_is_asked_anew_and_the_first_is_remembered(show, questions, session, idle):
    first, second = gridded(0.1), gridded(0.6, 3, "second")
    page = show(first, second, path=str(questions))
    report = page.report
    session.show(session.state.activated(second))
    idle(session)
    assert page.report.labels is second.labels
    assert page.report is not report
    session.show(session.state.activated(first))
    assert page.report is report
    session.show(session.state.closed(first))
    idle(session)
    assert page.report.labels is second.labels


@pytest.mark.parametrize("case", ["one row", "one dimension", "zeros", "nothing"])
def test_odd_sets_have_an_answer(show, questions, case):
    made = gridded()
    vectors, labels = np.array(made.vectors), list(made.labels)
    if case == "one row":
        vectors, labels = vectors[:1], labels[:1]
    elif case == "one dimension":
        vectors = vectors[:, :1]
    elif case == "zeros":
        vectors[:] = 0
    elif case == "nothing":
        labels = [f"x{i}" for i in range(len(labels))]
    page = show(VectorSet(vectors, labels, None, case), path=str(questions), compare="whitened")
    assert page.view.headline.text()
    if case in ("one row", "nothing"):
        assert page.view.headline.text().startswith("None of 399 questions can be asked")
    else:
        assert page.report.whole.total == 396


def test_an_empty_file_has_no_section(show, tmp_path):
    path = tmp_path / "empty.txt"
    path.write_text("", "utf-8")
    page = show(gridded(), path=str(path))
    assert page.view.headline.text()
    assert not page.view.table.isVisible()


@pytest.fixture
def asked_in_parts(monkeypatch):
    """Make each section a group of its own."""
    monkeypatch.setattr(evaluation, "_LEAST_GROUP", 1)


@pytest.mark.usefixtures("asked_in_parts")
def test_what_is_known_of_the_first_sections_is_that_of_a_shorter_file(questions):
    vectors, told = gridded(), []
    whole = read_questions(questions)
    found = evaluate_methods(vectors, whole, tell=told.append)
    assert [len(each[0].questions.sections) for each in told] == [1, 2]
    assert len(whole.sections) == 3
    for reports in (*told, found):
        part = whole.first_sections(len(reports[0].questions.sections))
        for one, other in zip(reports, evaluate_methods(vectors, part), strict=True):
            assert one.tallies == other.tallies
            assert one.whole == other.whole
            for name in ("numbers", "rows", "ranks", "with_inputs", "rarest", "is_near"):
                found_here, expected = getattr(one.answers, name), getattr(other.answers, name)
                np.testing.assert_array_equal(found_here, expected)


@pytest.mark.usefixtures("asked_in_parts")
def test_stop_keeps_what_was_counted(show, questions, session, idle, qtbot, monkeypatch):
    monkeypatch.setattr(page_module, "is_cheap", lambda *_: False)
    told, is_stopped = [], Event()

    def stopped_after_one(run, given, report, tell):
        def tell_and_stop(part):
            told.append(part)
            tell(part)
            is_stopped.wait(60)
            report(0.5, "not wanted any more")

        return measure(run, given, report, tell_and_stop)

    monkeypatch.setattr(page_module, "measure", stopped_after_one)
    page = show(gridded(), path=str(questions))
    page.controls.run.click()
    qtbot.waitUntil(lambda: page.report is not None, timeout=60_000)
    assert page.view.verdict.text().startswith("So far: the first 1 of 3 sections.")
    assert len(page.report.questions.sections) == 1
    page.controls.run.click()
    is_stopped.set()
    idle(session)
    assert page.view.verdict.text().startswith("Partial: only the first 1 of 3 sections")
    assert page.view.table.isVisible()
    assert page.view.table.isEnabled()
    assert page.controls.run.text() == "Run"
    assert page.report.tallies == told[0].reports["3CosAdd"].tallies
    monkeypatch.setattr(page_module, "measure", measure)
    page.controls.run.click()
    idle(session)
    assert len(page.report.questions.sections) == 3
    assert not page.view.verdict.isVisible()


def test_on_a_stage_all_text_is_larger(show, questions, pane):
    page = show(gridded(), path=str(questions))
    before = page.view.table.rowHeight(0)
    pane.set_text_scale(1.8)
    assert page.view.table.rowHeight(0) == round(1.8 * before)
    assert page.view.bands.text_scale == 1.8
