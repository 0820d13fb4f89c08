"""What made a set can be said by its user, and is remembered with it."""

import numpy as np
import pytest

from embedviz.core.derivation.chosen_rows import chosen_rows
from embedviz.core.derivation.named_encoder import NamedEncoder
from embedviz.core.derivation.recipes import Truncated, Whitened
from embedviz.core.errors import UserError
from embedviz.core.texts.encoder_of import encoder_of, encoder_of_rows
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.vector_set import VectorSet

SETTINGS = EncoderSettings("sentence-transformers", model="some/model")


@pytest.fixture
def plain():
    return VectorSet(np.random.default_rng(0).normal(size=(20, 8)), name="mine")


def test_a_named_encoder_is_that_of_the_set_and_of_what_comes_from_it(plain):
    assert encoder_of(plain) is None
    named = NamedEncoder(SETTINGS, 8, "the model").derive(plain)
    assert encoder_of(named) == SETTINGS
    assert named.vectors is not None
    assert named.identity is plain.identity
    assert named.notes == ("Its encoder, as you said: the model.",)
    assert encoder_of(Whitened().derive(named)) == SETTINGS
    assert encoder_of(chosen_rows(named, [1, 2])) == SETTINGS
    assert not named.provenance.is_repeatable  # It was only in memory.


def test_the_newest_word_counts(plain):
    first = NamedEncoder(SETTINGS, 8).derive(plain)
    assert encoder_of(NamedEncoder(EncoderSettings(), 8).derive(first)) == EncoderSettings()


def test_another_length_is_refused(plain):
    with pytest.raises(UserError, match="makes vectors of 9 numbers, and those of mine have 8"):
        NamedEncoder(SETTINGS, 9, "the model").derive(plain)


def test_a_set_that_is_derived_is_judged_by_what_it_was_opened_as(plain):
    cut = Truncated(3).derive(plain)
    assert encoder_of(NamedEncoder(SETTINGS, 8).derive(cut)) == SETTINGS


def test_only_a_prefix_is_still_what_the_model_makes(plain):
    named = NamedEncoder(SETTINGS, 8).derive(plain)
    assert encoder_of_rows(named) == SETTINGS
    assert encoder_of_rows(Truncated(3).derive(named)).dimensions == 3
    assert encoder_of_rows(Whitened().derive(named)) is None
    assert encoder_of_rows(Truncated(3).derive(Whitened().derive(named))) is None
