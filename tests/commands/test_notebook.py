"""Figures of notebooks: shown inline, saved, and the same bytes for the same input."""

from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtGui import QImage

import embedviz
from embedviz.core.errors import UserError


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32)


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_same_input_gives_the_same_bytes(qapp, vectors, tmp_path, kind):
    contents = []
    for number in range(2):
        path = tmp_path / f"{number}.{kind}"
        embedviz.figure("map", vectors, size=(600, 400)).save(path)
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]


def test_a_notebook_shows_it_inline(qapp, vectors):
    made = embedviz.figure("map", vectors, size=(600, 400), scale=1.5, title="Noise")
    image = QImage.fromData(made._repr_png_())
    assert (image.width(), image.height()) == (900, 600)
    assert "<svg" in made._repr_svg_()
    assert "Noise" in made._repr_svg_()


@pytest.mark.parametrize(
    ("pane", "settings", "words"),
    [
        ("none", {}, "There is no figure 'none'"),
        ("map", {"theme": "pink"}, "There is no theme 'pink'"),
        ("map", {"nothing": 1}, "Map has no setting nothing"),
    ],
)
def test_what_is_not_known_is_told(qapp, vectors, pane, settings, words):
    with pytest.raises(UserError, match=words):
        embedviz.figure(pane, vectors, **settings)


def test_a_title_is_that_of_the_pane_where_it_has_one(qapp, vectors):
    made = embedviz.figure("map", vectors, size=(600, 400), title="Noise", subtitle="Of 60 rows")
    texts = texts_of(made)
    assert texts.count("Noise") == texts.count("Of 60 rows") == 1
    texts = texts_of(embedviz.figure("anisotropy", vectors, size=(900, 600), title="Noise"))
    assert texts.count("Noise") == 1


def texts_of(figure):
    elements = ElementTree.fromstring(figure._repr_svg_()).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(each.itertext()).strip() for each in elements]
