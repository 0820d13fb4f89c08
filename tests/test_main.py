"""The command line, and the window from Python."""

import builtins
import gc
import os
import subprocess
import sys
import threading
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from embedviz.__main__ import main
from embedviz.app.judged_pairs import pairs_of
from embedviz.commands.figure import print_what_matters
from embedviz.commands.window import make_window, show
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet
from embedviz.gui.theme import DARK, LIGHT, THEMES
from embedviz.gui.window import display_check, failures
from embedviz.gui.window.main_window import MainWindow
from embedviz.panes import PANES

LABELS = ["king", "queen", "man", "woman", "boy", "girl", "cat", "dog", "tree", "sea", "sun"]


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch, tmp_path, qapp):
    """Undo what a program does that thinks it is alone in its process."""
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(failures, "log_path", lambda: tmp_path / "logs" / "embedviz.log")
    before, interval = list(failures.log.handlers), sys.getswitchinterval()
    yield
    sys.setswitchinterval(interval)
    for added in set(failures.log.handlers) - set(before):
        failures.log.removeHandler(added)
        added.close()


@pytest.fixture
def word_file(tmp_path):
    """Return a small text file of vectors in which king − man + woman is queen."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(len(LABELS), 12))
    rows[1] = rows[0] - rows[2] + rows[3]
    path = tmp_path / "mine.txt"
    lines = (f"{label} {' '.join(map(str, row))}" for label, row in zip(LABELS, rows, strict=True))
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def told(capsys):
    """Return a function that gives the lines on stderr."""
    return lambda: capsys.readouterr().err.splitlines()


@pytest.fixture
def run_window(monkeypatch, idle):
    """Return a function that runs the program until its window is idle, and gives its state."""
    seen = {}

    def run(application=None):
        widgets = QApplication.topLevelWidgets()
        (window,) = (w for w in widgets if isinstance(w, MainWindow) and w.isVisible())
        idle(window.session)
        seen["state"], seen["notice"] = window.session.state, window.message_bar.text
        seen["hook"] = sys.excepthook
        dialog = window.dialogs.dialog
        seen["asked"] = None if dialog is None else dialog.check.path.name
        window.close()
        window.deleteLater()
        return 0

    monkeypatch.setattr(QApplication, "exec", run)

    def start_program(*arguments):
        assert main(list(map(str, arguments))) == 0
        return seen

    return start_program


def figure(*arguments):
    return main(["figure", *map(str, arguments)])


def test_without_a_file_the_bundled_words_are_opened(run_window):
    seen = run_window()
    assert [s.name for s in seen["state"].sets] == ["words · layer 2"]
    assert seen["hook"].__self__.__class__.__name__ == "FailureHandler"


def test_files_are_opened(run_window, word_file, tmp_path):
    np.save(tmp_path / "x.npy", np.eye(3))
    seen = run_window(word_file, tmp_path / "x.npy")
    assert [s.name for s in seen["state"].sets] == ["mine", "x"]
    assert seen["state"].active.name == "x"


def test_second_files_are_opened(run_window, tmp_path):
    np.save(tmp_path / "x.npy", np.eye(3))
    (tmp_path / "names.txt").write_text("one\ntwo\nthree\n")
    (tmp_path / "more.tsv").write_text("word\tkind\na\tx\nb\ty\nc\tx\n")
    seen = run_window(
        tmp_path / "x.npy", "--labels", tmp_path / "names.txt", "--metadata", tmp_path / "more.tsv"
    )
    assert seen["state"].active.labels == ("one", "two", "three")
    assert seen["state"].active.metadata.column("kind").to_pylist() == ["x", "y", "x"]


def test_pictures_that_come_with_a_file_are_shown(run_window, tmp_path):
    np.save(tmp_path / "x.npy", np.eye(2))
    for name in ("a.png", "b.png"):
        image = QImage(8, 8, QImage.Format.Format_RGB32)
        image.fill(0xFF0000)
        image.save(str(tmp_path / name))
    (tmp_path / "more.tsv").write_text("word\timage\na\ta.png\nb\tb.png\n")
    seen = run_window(tmp_path / "x.npy", "--metadata", tmp_path / "more.tsv")
    assert seen["state"].sets[0].thumbnails is not None


def save_session_of(path, folder):
    from embedviz.app.files.session.steps import STEPS
    from embedviz.app.files.session.writing import save_session
    from embedviz.app.state import State
    from embedviz.formats import load

    state = State().opened(load(path)).selecting([1, 2])
    save_session(folder / "mine.embedviz", state, {}, STEPS)
    return folder / "mine.embedviz"


def test_a_session_is_opened_and_files_after_it(run_window, word_file, tmp_path):
    session = save_session_of(word_file, tmp_path)
    assert len(run_window(session)["state"].selected) == 2
    np.save(tmp_path / "x.npy", np.eye(3))
    seen = run_window(tmp_path / "x.npy", session)
    assert [s.name for s in seen["state"].sets] == ["mine", "x"]
    assert main([str(session), "--labels", str(word_file)]) == 2


def test_the_theme_that_was_chosen_last_is_shown(monkeypatch, run_window, word_file, tmp_path):
    from dataclasses import replace

    from embedviz.app.files.settings import change_settings
    from embedviz.gui.theme import theme_manager

    monkeypatch.setenv("EMBEDVIZ_DATA_DIR", str(tmp_path / "data"))
    for wanted in (DARK, LIGHT):
        change_settings(lambda settings, wanted=wanted: replace(settings, theme=wanted.name))
        run_window(word_file)
        assert theme_manager.theme is wanted


def test_a_missing_file_is_one_line_and_two(told, tmp_path):
    assert main([str(tmp_path / "nonexistent.txt")]) == 2
    (line,) = told()
    assert line.startswith("embedviz: ")
    assert "nonexistent.txt" in line
    assert not [w for w in QApplication.topLevelWidgets() if w.isVisible()]


def test_a_bad_file_is_one_line_and_two(told, tmp_path):
    (tmp_path / "bad.txt").write_text("a 1 2 3\nb 1 2\nc 1 2 3\n")
    assert figure("map", tmp_path / "bad.txt", "-o", tmp_path / "x.png") == 2
    (line,) = told()
    assert "bad.txt" in line
    assert "line 2" in line
    assert not (tmp_path / "x.png").exists()


def test_what_must_be_decided_is_asked_in_the_window(run_window, word_file, tmp_path):
    (tmp_path / "bad.txt").write_text("a 1 2 3\nb 1 2\nc 1 2 3\n")
    seen = run_window(word_file, tmp_path / "bad.txt")
    assert [s.name for s in seen["state"].sets] == ["mine"]
    assert seen["asked"] == "bad.txt"


def test_a_system_without_qt_is_told_what_to_install(monkeypatch, told, word_file, tmp_path):
    import builtins

    real = builtins.__import__

    def without_qt(name, *others):
        if name.startswith("PySide6"):
            raise ImportError("libEGL.so.1: cannot open shared object file")
        return real(name, *others)

    monkeypatch.setattr(builtins, "__import__", without_qt)
    for arguments in (
        [str(word_file)],
        ["figure", "map", str(word_file), "-o", str(tmp_path / "x.png")],
    ):
        assert main(arguments) == 2
        lines = told()
        assert "libEGL.so.1" in lines[0]
        assert "libegl1" in lines[0]
        assert "sudo apt install" in lines[-1]


def test_a_system_without_a_screen_is_told_what_works(monkeypatch, told, word_file):
    monkeypatch.setattr(display_check.sys, "platform", "linux")
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert main([str(word_file)]) == 2
    assert "There is no screen" in told()[0]
    with pytest.raises(UserError, match="no screen"):
        show(np.eye(3))


@pytest.mark.parametrize("kind", [pane.figure for pane in PANES if pane.figure])
@pytest.mark.parametrize("theme", THEMES)
def test_every_figure_in_both_themes(kind, theme, word_file, tmp_path):
    out = tmp_path / "out.png"
    needs_set = next(each for each in PANES if each.figure == kind).needs_set
    what = [word_file] if needs_set else ["--epochs", "1", "--dimensions", "20"]
    arguments = [kind, *what, "-o", out, "--theme", theme, "--size", "700x500"]
    assert figure(*arguments) == 0
    image = QImage(str(out))
    assert (image.width(), image.height()) == (1400, 1000)
    ground = image.pixelColor(3, 3).name().upper()
    assert ground in (THEMES[theme].ground, THEMES[theme].panel)


@pytest.mark.parametrize("kind", ["map", "analogy"])
def test_three_dimensions(kind, word_file, tmp_path):
    for out, options in ((tmp_path / "2.png", []), (tmp_path / "3.png", ["--3d"])):
        assert figure(kind, word_file, "-o", out, "--scale", 1, *options) == 0
    assert QImage(str(tmp_path / "2.png")) != QImage(str(tmp_path / "3.png"))


@pytest.mark.parametrize("given", [False, True])
def test_a_pane_draws_with_the_pairs_that_are_given(tmp_path, monkeypatch, given):
    pane = next(each for each in PANES if each.figure == "anisotropy")
    seen = []
    monkeypatch.setattr(pane, "takes_pairs", True)
    monkeypatch.setattr(pane, "figure_sample", "sentences-final")
    monkeypatch.setattr(pane, "checks", (seen.append,))
    path = tmp_path / "p.tsv"
    path.write_text("0\t1\n2\t3\n", "utf-8")
    options = ["--pairs", str(path)] if given else []
    out = tmp_path / "x.png"
    assert figure("anisotropy", "-o", out, "--scale", 1, *options) == 0
    assert out.exists()
    (state,) = seen
    assert state.active.name == "sentences · final"
    (pairs,) = pairs_of(state.pairs, state.active)
    assert (len(pairs), pairs.name) == ((2, "p.tsv") if given else (605, "sentence-pairs.tsv"))


def texts(path):
    root = ElementTree.fromstring(path.read_bytes())
    return ["".join(t.itertext()) for t in root.iter("{http://www.w3.org/2000/svg}text")]


def test_an_analogy_of_ones_own(word_file, tmp_path):
    out = tmp_path / "x.svg"
    asked = ["--positive", "king", "woman", "--negative", "man"]
    assert figure("analogy", word_file, "-o", out, *asked) == 0
    assert "king − man + woman ≈ queen" in " ".join(texts(out))
    assert any("3CosAdd over 11 rows" in text for text in texts(out))
    assert figure("analogy", word_file, "-o", out, "--positive", "boy", "--negative", "girl") == 0
    assert "boy − girl ≈" in " ".join(texts(out))
    assert figure("analogy", word_file, "-o", out, "--negative", "girl") == 0
    assert "− girl ≈" in " ".join(texts(out))


def test_a_method_without_a_question_is_that_of_the_usual_one(word_file, tmp_path):
    assert figure("analogy", word_file, "-o", tmp_path / "x.svg", "--method", "3CosMul") == 0
    assert any("3CosMul over 11 rows" in text for text in texts(tmp_path / "x.svg"))


def test_a_method_that_does_not_fit_the_question_is_told(word_file, tmp_path, told):
    out = tmp_path / "x.svg"
    options = ["--positive", "king", "--method", "PairDirection"]
    assert figure("analogy", word_file, "-o", out, *options) == 2
    assert "PairDirection" in told()[-1]
    assert not out.exists()


def test_unknown_labels_are_told_with_near_ones(word_file, tmp_path, told):
    out = tmp_path / "x.png"
    for options in (
        ["analogy", "--positive", "kingg", "woman", "--negative", "man"],
        ["map", "--query", "kingg"],
    ):
        assert figure(options[0], word_file, "-o", out, *options[1:]) == 2
        (line,) = told()
        assert line.startswith("embedviz: No row is labeled 'kingg' in mine. Did you mean king")
    assert not out.exists()


def test_what_a_figure_shows_can_be_chosen(word_file, tmp_path):
    out = tmp_path / "x.svg"
    assert figure("matryoshka", word_file, "-o", out, "--query", "cat", "--dimensions", 6) == 0
    assert any("“cat” keeps" in text and "6 of 12 dimensions" in text for text in texts(out))
    assert any("Solid: in both lists" in text for text in texts(out))
    wrong = ("--no-renormalize", "--layer-norm", "--shortlist", 4)
    assert figure("matryoshka", word_file, "-o", out, "--query", "cat", *wrong) == 0
    assert any("Without unit length again, “cat” keeps" in text for text in texts(out))
    assert any("Re-ranked 4" in text for text in texts(out))
    assert any("after layer norm" in text for text in texts(out))
    assert figure("anisotropy", word_file, "-o", out, "--strength", 0.5, "--components", 3) == 0
    assert any("strength 0.50, 3 of" in text for text in texts(out))


def test_color_by_a_column(tmp_path, told):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(4, 3)))
    names = "\t".join(["kind", "note", "many"])
    rows = [f"{'ab'[i % 2]}\t{i}\tname {i}" for i in range(4)]
    (tmp_path / "more.tsv").write_text("\n".join([names, *rows]) + "\n")
    out = tmp_path / "x.svg"
    given = [tmp_path / "x.npy", "--metadata", tmp_path / "more.tsv", "-o", out, "--color-by"]
    assert figure("map", *given, "kind") == 0
    assert {"kind", "a", "b"} <= set(texts(out))
    assert figure("map", *given, "color") == 2
    assert "no metadata column 'color' that can color points" in told()[-1]


def test_how_a_map_is_laid_out_and_drawn_can_be_chosen(tmp_path, told):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(30, 5)))
    out = tmp_path / "x.svg"
    given = tmp_path / "x.npy", "-o", out
    assert figure("map", *given, "--projection", "PCA", "--density", "--trust") == 0
    said = " ".join(texts(out))
    for words in ("PCA of all 30 rows", "density", "trustworthiness", "true neighbors kept"):
        assert words in said
    assert figure("map", *given, "--projection", "UMAP", "--3d") == 0
    assert "UMAP · 15 neighbors" in " ".join(texts(out))


def test_a_column_that_cannot_color_is_told(tmp_path, told):
    count = 80
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(count, 3)))
    rows = [f"{i}\tname {i}" for i in range(count)]
    (tmp_path / "more.tsv").write_text("\n".join(["id\tfull", *rows]) + "\n")
    given = [tmp_path / "x.npy", "--metadata", tmp_path / "more.tsv", "-o", tmp_path / "x.png"]
    assert figure("map", *given, "--color-by", "full") == 2
    assert "'full' that can color points; there are: id." in told()[-1]
    assert not (tmp_path / "x.png").exists()


def test_a_figure_that_cannot_be_written(word_file, tmp_path, told):
    assert figure("map", word_file, "-o", tmp_path / "none" / "x.png") == 2
    assert "cannot be written" in told()[-1]
    assert figure("map", word_file, "-o", tmp_path / "x.bmp") == 2
    assert "figures are written as .png, .svg, .pdf" in told()[-1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["figure"],
        ["figure", "heatmap", "-o", "x.png"],
        ["figure", "map"],
        ["figure", "map", "-o", "x.png", "--size", "10x10"],
        ["figure", "map", "-o", "x.png", "--size", "large"],
        ["figure", "map", "-o", "x.png", "--scale", "5"],
        ["figure", "map", "-o", "x.png", "--theme", "blue"],
        ["--unknown"],
    ],
)
def test_what_makes_no_sense_is_refused(arguments, told):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "error: " in told()[-1]


@pytest.mark.parametrize("arguments", [["--help"], ["figure", "map", "--help"]])
def test_help(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 0
    printed = capsys.readouterr().out
    assert printed.startswith("usage: embedviz")
    assert "--labels" in printed
    assert "FILE" in printed


def test_version(capsys):
    from importlib.metadata import version

    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"embedviz {version('embedviz')}\n"


def test_progress_is_shown_on_a_terminal_only(word_file, tmp_path, monkeypatch, capsys):
    assert figure("map", word_file, "-o", tmp_path / "x.png", "--scale", 1) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert figure("map", word_file, "-o", tmp_path / "x.png", "--scale", 1) == 0
    assert capsys.readouterr().err.startswith("\r")


def test_what_qt_says_is_passed_on_but_for_the_missing_screen(capsys):
    print_what_matters(None, None, "This plugin does not support propagateSizeHints()")
    print_what_matters(None, None, "QPainter::begin: not good")
    assert capsys.readouterr().err == "QPainter::begin: not good\n"


def test_show_opens_a_window_from_a_notebook(monkeypatch, qtbot, idle):
    monkeypatch.setattr(builtins, "__IPYTHON__", True, raising=False)
    monkeypatch.setattr(QApplication, "exec", lambda *_: pytest.fail("would block the notebook"))
    window = show([[1, 0], [0, 1], [1, 1]], ["a", "b", "c"], {"kind": ["x", "y", "x"]}, "mine")
    qtbot.addWidget(window)
    assert window.isVisible()
    idle(window.session)
    active = window.session.state.active
    assert (active.name, active.labels) == ("mine", ("a", "b", "c"))
    assert active.metadata.column_names == ["kind"]


def test_a_window_that_nobody_keeps_stays_open(monkeypatch, idle):
    monkeypatch.setattr(builtins, "__IPYTHON__", True, raising=False)
    idle(show(np.eye(3)).session)
    gc.collect()
    (window,) = (w for w in QApplication.topLevelWidgets() if w.isVisible())
    window.close()
    window.deleteLater()


def test_show_waits_in_a_script(monkeypatch, qtbot, idle):
    runs = []
    monkeypatch.delattr(builtins, "__IPYTHON__", raising=False)
    monkeypatch.setattr(QApplication, "exec", lambda *_: runs.append(1))
    vector_set = VectorSet(np.eye(3), name="eye")
    window = show(vector_set)
    qtbot.addWidget(window)
    assert runs == [1]
    assert window.session.state.active is vector_set
    idle(window.session)


def test_show_refuses_what_is_no_table():
    with pytest.raises(UserError, match="not a table of vectors"):
        show([1, 2, 3])


def test_two_windows_know_nothing_of_each_other(qtbot, toy):
    first, second = make_window(), make_window()
    for window in (first, second):
        qtbot.addWidget(window)
    first.session.show(first.session.state.opened(toy))
    assert second.session.state.active is None
    assert {first.objectName(), second.objectName()} == {"window"}


def test_the_theme_is_that_of_the_desktop(monkeypatch, run_window, word_file):
    from embedviz.gui import style
    from embedviz.gui.theme import theme_manager

    for wanted in (LIGHT, DARK):
        monkeypatch.setattr(style, "system_theme", lambda wanted=wanted: wanted)
        run_window(word_file)
        assert theme_manager.theme is wanted


def run_alone(arguments, folder, **changes):
    """Run the program in a process of its own, without a display."""
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "QT_QPA_PLATFORM")}
    environment.pop("WAYLAND_DISPLAY", None)
    return subprocess.run(
        [sys.executable, "-m", "embedviz", *map(str, arguments)],
        cwd=folder,
        env=environment | changes,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_figures_need_no_display(tmp_path):
    done = run_alone(["figure", "map", "-o", "out.png"], tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    image = QImage(str(tmp_path / "out.png"))
    assert (image.width(), image.height()) == (2560, 1600)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have a screen")
def test_a_window_needs_a_display(tmp_path):
    done = run_alone([], tmp_path)
    assert done.returncode == 2
    assert "There is no screen to open a window on" in done.stderr
    assert "Traceback" not in done.stderr
