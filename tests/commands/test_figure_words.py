"""`embedviz figure` on sets that are small, or have other labels: it says so, and how to go on."""

import re
import shlex

import numpy as np
import pytest
from PySide6.QtGui import QImage

from embedviz.__main__ import main
from embedviz.commands.figure_words import describe_changes, usable_labels
from embedviz.core.projections import TSNE, UMAP
from embedviz.core.vector_set import VectorSet
from embedviz.gui.export import room
from embedviz.panes import PANES
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

KINDS = [pane.figure for pane in PANES if pane.figure and pane.needs_set]


@pytest.fixture
def few(tmp_path):
    path = tmp_path / "few rows.npy"
    np.save(path, np.random.default_rng(0).normal(size=(12, 8)).astype(np.float32))
    return path


@pytest.fixture(scope="module")
def labeled(tmp_path_factory):
    """Return a file of 60 words, those of the analogy too; each figure is soon computed."""
    words = ["king", "woman", "man", *(f"word{i}" for i in range(57))]
    rows = np.random.default_rng(0).normal(size=(60, 16))
    path = tmp_path_factory.mktemp("words") / "some words.txt"
    lines = [" ".join([word, *map(str, row)]) for word, row in zip(words, rows, strict=True)]
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def draw(qapp, capsys):
    def draw(*arguments):
        code = main(["figure", *map(str, arguments)])
        return code, capsys.readouterr().err

    return draw


def test_an_analogy_asks_for_three_labels_and_shows_a_line_that_works(draw, few, tmp_path):
    out = tmp_path / "my out.png"
    code, said = draw("analogy", few, "-o", out, "--scale", 1, "--method", "3CosMul")
    assert code == 2
    assert "No row is labeled 'king' in few rows" in said
    line = said.split("for example: ")[1]
    program, command, *arguments = shlex.split(line)
    assert (program, command) == ("embedviz", "figure")
    assert "--method" in arguments
    assert draw(*arguments) == (0, "")
    assert out.exists()


@pytest.mark.parametrize(
    "given",
    [
        ["--positive", "king", "woman", "--negative", "man"],
        ["--positive=king", "--positive", "woman", "--negative=man"],
        ["--negative", "man", "--positive", "0", "woman"],
    ],
)
def test_labels_that_were_given_are_replaced_in_the_line(draw, few, tmp_path, given):
    code, said = draw("analogy", *given, few, "-o", tmp_path / "x.svg")
    assert code == 2
    arguments = shlex.split(said.split("for example: ")[1])[2:]
    assert "woman" not in arguments
    assert draw(*arguments) == (0, "")


def test_a_set_with_too_few_labels_says_so(draw, tmp_path):
    np.save(tmp_path / "two.npy", np.eye(2, 4))
    code, said = draw("analogy", tmp_path / "two.npy", "-o", tmp_path / "x.png")
    assert code == 2
    assert "3 different labels are needed" in said
    assert "for example" not in said


def test_labels_of_an_example_can_be_typed():
    labels = ["", "-x", " a", "b\n", "\u202ec", "long" * 30, "same", "same", "fine", "two words"]
    assert usable_labels(VectorSet(np.eye(10), labels), 3) == ["same", "fine", "two words"]
    assert usable_labels(VectorSet(np.eye(10), labels), 9)[-1] == "long" * 30


@pytest.mark.parametrize("kind", KINDS)
def test_a_query_that_is_not_there_is_told_with_one_that_is(draw, few, tmp_path, kind):
    code, said = draw(kind, few, "-o", tmp_path / "x.png", "--query", "nothing")
    assert code == 2
    assert "No row is labeled 'nothing' in few rows. Try --query 0." in said


@pytest.mark.parametrize("n", [5, 12, 14])
@pytest.mark.parametrize(
    ("method", "says"), [("UMAP", "neighbors {n} instead of 15"), ("t-SNE", "perplexity {p}")]
)
def test_neighbors_are_those_that_the_window_would_take(draw, tmp_path, n, method, says):
    path = tmp_path / "few.npy"
    np.save(path, np.random.default_rng(n).normal(size=(n, 8)))
    out = tmp_path / "x.svg"
    code, said = draw("map", path, "-o", out, "--projection", method)
    assert code == 0, said
    number = {"n": n, "p": max((n - 1) // 3, 1)}
    assert f"{method}: {says.format(**number)}" in said
    assert f"as few is {n} rows × 8" in said
    assert {"UMAP": f"{n} neighbors", "t-SNE": f"perplexity {number['p']}"}[method] in (
        out.read_text()
    )


def test_a_prefix_that_is_too_long_is_said_to_be_all(draw, few, tmp_path):
    code, said = draw("matryoshka", few, "-o", tmp_path / "x.svg", "--dimensions", 100)
    assert code == 0
    assert "dimensions all instead of 100" in said
    assert draw("matryoshka", few, "-o", tmp_path / "x.svg", "--dimensions", 8) == (0, "")


def test_changes_are_told_by_the_names_of_the_form():
    assert describe_changes(UMAP(), UMAP()) == []
    assert describe_changes(UMAP(15, 0.1), UMAP(4, 0.25)) == [
        "neighbors 4 instead of 15",
        "min. distance 0.25 instead of 0.1",
    ]
    assert describe_changes(TSNE(30), TSNE(3)) == ["perplexity 3 instead of 30"]
    assert describe_changes(MatryoshkaSettings(9), MatryoshkaSettings()) == [
        "dimensions all instead of 9"
    ]


@pytest.mark.parametrize("size", ["40000x30000", "16384x100", "99999999999999x100"])
def test_a_picture_that_is_too_large_is_refused_before_anything_is_read(draw, tmp_path, size):
    code, said = draw("map", tmp_path / "none.npy", "-o", tmp_path / "x.png", "--size", size)
    assert code == 2
    assert "32,767 can be drawn along a side" in said


def test_a_picture_that_does_not_fit_into_the_memory_is_refused(draw, tmp_path, monkeypatch):
    monkeypatch.setattr(room, "available_memory", lambda: 10**8)
    code, said = draw("map", "-o", tmp_path / "x.svg", "--size", "3000x2000")
    assert code == 2
    assert "takes about 480 MB of memory, and 100 MB are free" in said


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(1001, 777), (333, 777), (1500, 130), (100, 100)])
def test_the_size_is_what_was_asked_for_or_it_is_refused(draw, labeled, tmp_path, kind, size):
    width, height = size
    given = [kind, labeled, "--size", f"{width}x{height}", "-o"]
    code, said = draw(*given, tmp_path / "x.png", "--scale", 1)
    if code:
        assert f"does not fit into {width:,} × {height:,} pixels" in said
        assert width < 450 or height < 300
        assert not list(tmp_path.iterdir())
        return
    assert QImage(str(tmp_path / "x.png")).size().toTuple() == size
    assert draw(*given, tmp_path / "x.svg")[0] == 0
    svg = (tmp_path / "x.svg").read_text()[:400]
    assert f'width="{width}" height="{height}"' in svg
    assert f'viewBox="0 0 {width} {height}"' in svg
    assert draw(*given, tmp_path / "x.pdf")[0] == 0
    content = (tmp_path / "x.pdf").read_bytes()
    left, low, right, high = map(float, re.search(rb"/MediaBox \[([^\]]+)\]", content)[1].split())
    assert (right - left, high - low) == (0.75 * width, 0.75 * height)


@pytest.mark.parametrize("kind", KINDS)
def test_the_sample_of_a_pane_is_drawn_where_no_file_is_given(draw, tmp_path, kind):
    out = tmp_path / "x.png"
    assert draw(kind, "--size", "700x500", "--scale", 1, "-o", out) == (0, "")
    assert QImage(str(out)).size().toTuple() == (700, 500)


@pytest.mark.parametrize("text", ["700x500", "700X500", "700×500"])
def test_a_size_is_written_in_several_ways(draw, tmp_path, text):
    out = tmp_path / "x.png"
    assert draw("map", "--size", text, "--scale", 2, "-o", out) == (0, "")
    assert QImage(str(out)).size().toTuple() == (1400, 1000)
