"""`embedviz figure analogy` of what cannot be asked, or hardly: a sentence says so each time.

Where nothing can be drawn, no file is written; else the picture says what is odd.
"""

import numpy as np
import pytest

from embedviz.__main__ import main

LABELS = ("king", "queen", "man", "woman", "france", "paris", "italy", "rome", "spain")
FILES = {
    "empty.txt": "",
    "headings.txt": ": one\n: two\n",
    "unknown.txt": ": one\nx y z w\n",
    "king.txt": ": one\nking king king king\nzero king queen man\n",
    "one.tsv": "king\tqueen\t3\n",
    "itself.tsv": "king\tking\t3\nqueen\tqueen\t4\n",
    "unknown.tsv": "x\ty\t3\na\tb\t1\n",
    "zeros.tsv": "zero\tking\t3\nzero\tzero\t1\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A file of few words, one of zeros and two of one direction; questions and pairs of them."""
    folder = tmp_path_factory.mktemp("odd")
    rows = np.random.default_rng(0).normal(size=(12, 3)).round(3)
    rows[9], rows[11] = 0.0, 3 * rows[10]
    for name, part in {"odd.txt": 12, "few.txt": 6}.items():
        labels = (*LABELS, "zero", "twin", "other-twin")[:part]
        held = zip(labels, rows[:part], strict=True)
        lines = [" ".join([label, *map(str, row)]) for label, row in held]
        (folder / name).write_text("\n".join(lines), "utf-8")
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def drawn(qapp, folder, tmp_path, capsys):
    """Return what draws a figure: the code, and what is said in the terminal or the picture."""

    def draw(given, name="odd.txt"):
        path = tmp_path / "figure.svg"
        path.unlink(missing_ok=True)
        given = [str(folder / each) if each in FILES else each for each in given]
        options = ("--size", "1100x760", "--scale", "1", "-o", str(path))
        code = main(["figure", "analogy", str(folder / name), *given, *options])
        said = capsys.readouterr().err
        assert path.exists() == (code == 0)
        return code, said if code else path.read_text("utf-8")

    return draw


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["--positive", "nobody"], "No row is labeled 'nobody'"),
        (["--positive", ""], "No row is labeled ''"),
        (["--positive", "king", "--negative", "king"], "The terms cancel out"),
        (["--positive", "twin", "--negative", "other-twin"], "The terms cancel out"),
        (["--positive", "zero"], "“zero” holds only zeros"),
        (["--positive", "king", "--method", "PairDirection"], "1 and 0 are given"),
        (["--negative", "king", "--method", "3CosMul"], "at least one positive label"),
    ],
)
def test_what_cannot_be_asked_is_refused(drawn, given, says):
    code, said = drawn(given)
    assert code == 2
    assert says in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["--positive", "king", "king"], "“king” is there more than once"),
        (["--positive", "king", "woman", "--negative", "king"], "which cancels out"),
        (["--positive", "zero", "king"], "“zero” is a vector of zeros"),
        (["--positive", "king", "--negative", "other-twin", "--3d"], "other-twin"),
        (["--negative", "king"], "king"),
        (["--page", "benchmark", "--questions", "empty.txt"], "empty.txt holds no question"),
        (["--page", "benchmark", "--questions", "headings.txt"], "headings.txt holds no question"),
        (["--page", "benchmark", "--questions", "unknown.txt"], "None of 1 question can be asked"),
        (["--page", "benchmark", "--questions", "king.txt"], "0 % of 2 questions"),
        (["--page", "similarity", "--similarity", "empty.txt"], "empty.txt is empty"),
        (["--page", "similarity", "--similarity", "one.tsv"], "1 pair"),
        (["--page", "similarity", "--similarity", "itself.tsv"], "no correlation"),
        (["--page", "similarity", "--similarity", "unknown.tsv"], "knows both words of none"),
        (["--page", "similarity", "--similarity", "zeros.tsv"], "2 pairs"),
        (["--page", "breaks", "--positive", "king", "--expected", "nobody"], "not a label"),
        (["--page", "breaks", "--positive", "king", "--expected", "zero"], "no direction"),
        (["--page", "relation", "--listed", "apply", "--apply", "nobody", "zero"], "nobody"),
        (["--page", "relation", "--drawn", "fan"], "2 pairs"),
    ],
)
def test_what_is_odd_is_said_in_the_picture(drawn, given, says):
    code, said = drawn(given)
    assert code == 0
    assert says in said


def test_two_pairs_are_too_few_and_one_is_no_relation(drawn):
    code, said = drawn(["--page", "relation"], "few.txt")
    assert code == 0
    assert "2 pairs: too few to tell from chance" in said
    code, said = drawn(["--page", "relation", "--relation", "country → capital"], "few.txt")
    assert code == 2
    assert "country → capital" in said
