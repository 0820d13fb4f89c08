"""`embedviz figure analogy`: each picture of relations, benchmark and failures, as a file.

All are of one small file: the words of two bundled relations, so that each is soon drawn.
"""

import argparse
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from PySide6.QtGui import QImage

from embedviz.__main__ import main
from embedviz.commands.setting_options import add_setting_options, settings_of_options
from embedviz.core.samples import load_relations, load_sample
from embedviz.core.settings import Settings, fields_of, setting

CAPITALS = "country → capital"
RELATIONS = (CAPITALS, "male → female")
QUESTION = ("--positive", "queen", "man", "--negative", "king")
ONE_SIZE = ("--scale", "1", "--size", "1100x760")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return files of vectors, of questions in Google's layout, and of judged pairs."""
    folder = tmp_path_factory.mktemp("analogies")
    words = load_sample("words")
    pairs = {name: load_relations()[name][:12] for name in RELATIONS}
    both = [word for held in pairs.values() for pair in held for word in pair]
    labels = list(dict.fromkeys([*both, "king", "queen", "man", "woman", *words.labels[:60]]))
    rows = [" ".join([each, *map(str, words.vectors[words.row(each)])]) for each in labels]
    (folder / "words.txt").write_text("\n".join(rows), "utf-8")
    lines = []
    for name, held in pairs.items():
        lines.append(f": {name}")
        lines += [f"{a} {b} {c} {d}" for a, b in held for c, d in held if a != c]
    (folder / "questions.txt").write_text("\n".join(lines), "utf-8")
    random = np.random.default_rng(0)
    judged = [f"{a}\t{b}\t{random.uniform(0, 10):.2f}" for a, b in pairs[CAPITALS]]
    (folder / "judged.tsv").write_text("\n".join(judged), "utf-8")
    return folder


FIGURES = {
    "king and queen": (
        ["--positive", "king", "woman", "--negative", "man"],
        ["king", "queen", "3CosAdd"],
    ),
    "in place": (["--page", "relation", "--relation", CAPITALS], ["Agreement"]),
    "fan": (
        ["--page", "relation", "--relation", CAPITALS, "--drawn", "fan"],
        ["Agreement"],
    ),
    "relations": (["--page", "relation", "--listed", "relations"], list(RELATIONS)),
    "applied": (
        ["--page", "relation", "--relation", CAPITALS, "--listed", "apply", "--apply", "king"],
        ["king"],
    ),
    "failed": (
        ["--page", "breaks", "--expected", "the", *QUESTION],
        ["queen", "king"],
    ),
    "benchmark": (
        ["--page", "benchmark", "--questions", "{questions}", "--compare", "whitened"],
        ["questions", "male → female"],
    ),
    "similarity": (["--page", "similarity", "--similarity", "{judged}"], ["Spearman", "judged"]),
    "breaks": (["--page", "breaks"], list(RELATIONS)),
}


@pytest.fixture
def draw(qapp, files, tmp_path, capsys):
    """Return what draws a figure of the small file: the code, what is said, and the path."""

    def draw(given, ending="svg", theme="light"):
        path = tmp_path / f"figure.{ending}"
        places = {"questions": files / "questions.txt", "judged": files / "judged.tsv"}
        given = [each.format(**places) for each in given]
        drawn = [*given, *ONE_SIZE, "--theme", theme, "-o", str(path)]
        code = main(["figure", "analogy", str(files / "words.txt"), *drawn])
        return code, capsys.readouterr().err, path

    return draw


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_with_text_that_stays_text(draw, name):
    given, shown = FIGURES[name]
    code, said, path = draw(given)
    assert code == 0, said
    text = path.read_text("utf-8")
    assert "<text" in text
    for words in shown:
        assert words in text, words


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_the_colors_of_both_themes(draw, name):
    corners = []
    for theme in ("light", "dark"):
        code, said, path = draw(FIGURES[name][0], "png", theme)
        assert code == 0, said
        picture = QImage(str(path))
        assert (picture.width(), picture.height()) == (1100, 760)
        pixels = {picture.pixel(x, y) for x in range(0, 1100, 3) for y in range(0, 760, 3)}
        assert len(pixels) > 5
        corners.append(picture.pixelColor(1, 1).lightness())
    assert corners[0] > 200 > 80 > corners[1]


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_a_page_with_fonts(draw, name):
    code, said, path = draw(FIGURES[name][0], "pdf")
    assert code == 0, said
    content = path.read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"/Font" in content


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["--page", "relation", "--relation", "dog → cat"], "dog → cat"),
        (["--page", "benchmark", "--questions", "no such file.txt"], "no such file.txt"),
        (["--page", "similarity", "--similarity", "no such file.tsv"], "no such file.tsv"),
        (["--positive", "zzzz", "king", "--negative", "man"], "zzzz"),
    ],
)
def test_what_is_not_there_is_named(draw, given, says):
    code, said, path = draw(given)
    assert code != 0
    assert says in said
    assert not path.exists()


@pytest.mark.parametrize(
    "given", [["--drawn", "round"], ["--page", "nothing"], ["--restrict-vocab", "0"]]
)
def test_a_value_that_an_option_does_not_take_is_refused(draw, given, capsys):
    with pytest.raises(SystemExit) as ended:
        draw(given)
    assert ended.value.code == 2
    assert f"argument {given[0]}" in capsys.readouterr().err


@dataclass(frozen=True)
class FirstPageSettings(Settings):
    """Settings of a page with a field that another page has too."""

    name: ClassVar[str] = "pane.first"
    path: str = setting("", "File", "what is asked", option="asked", metavar="FILE")


@dataclass(frozen=True)
class SecondPageSettings(Settings):
    """Settings of the other page."""

    name: ClassVar[str] = "pane.second"
    path: str = setting("", "File", "what is judged", option="judged", metavar="FILE")


def test_fields_of_one_name_on_two_pages_keep_their_own_options():
    parser = argparse.ArgumentParser()
    group = parser.add_argument_group("pages")
    pages = (FirstPageSettings, SecondPageSettings)
    add_setting_options(group, [each for page in pages for each in fields_of(page).values()])
    options = parser.parse_args(["--judged", "pairs.tsv"])
    assert [settings_of_options(page(), options).path for page in pages] == ["", "pairs.tsv"]
    options = parser.parse_args(["--asked", "q.txt", "--judged", "pairs.tsv"])
    assert [settings_of_options(page(), options).path for page in pages] == ["q.txt", "pairs.tsv"]
