"""Examples of analogies are those whose words a set has."""

import numpy as np

from embedviz.core.samples import load_relations
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.relations import relations_in
from embedviz.sources.training.made_up import MadeUpLanguage


def labeled(labels):
    vectors = np.random.default_rng(0).normal(size=(len(labels), 4)).astype(np.float32)
    return VectorSet(vectors, labels, name="words")


def test_the_bundled_words_have_the_bundled_relations(words):
    assert set(relations_in(words)) <= set(load_relations())
    assert "male → female" in relations_in(words)


def test_the_made_up_language_has_its_own():
    planted = MadeUpLanguage().relations
    labels = list(dict.fromkeys(w for pairs in planted.values() for pair in pairs for w in pair))
    found = relations_in(labeled(labels))
    assert set(planted) <= set(found)
    assert found["country-capital"] == list(planted["country-capital"])
    assert not set(planted) & set(relations_in(labeled(labels[1:])))
    assert not relations_in(labeled(["king", "queen", "stone"]))
