"""Sets that are made from other sets, and the queries that follow them."""

import pickle

import numpy as np
import pytest

from embedviz.core.anisotropy.transform import TransformSettings, fit_rows
from embedviz.core.contrastive.heads import Head
from embedviz.core.derivation.adapted import Adapted
from embedviz.core.derivation.recipes import RECIPES, Truncated, Whitened
from embedviz.core.derivation.rotated import Rotated
from embedviz.core.errors import UserError
from embedviz.core.matryoshka import truncate
from embedviz.core.progress import Cancelled
from embedviz.core.vector_set import VectorSet
from embedviz.core.whitening import Whitening


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def parent():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(120, 10)) * np.linspace(3, 0.3, 10) + 1
    labels = [f"word{i}" for i in range(120)]
    return VectorSet(rows, labels, {"rank": list(range(120))}, name="words")


def fitted_elsewhere():
    return fit_rows(np.random.default_rng(5).normal(size=(90, 10)), source="the set train")


def every_recipe():
    return [
        Whitened(),
        Whitened(strength=0.8, n_components=4, remove_top=1),
        Whitened(strength=0.0),
        Whitened(0.0, centering=0.4),
        Whitened(0.5, variance_share=0.9, shrinkage=True, method="zca", left_out=(2, 7)),
        Whitened.of(TransformSettings(), fitted_elsewhere()),
        Truncated(3),
        Rotated(),
        Adapted(Head(np.eye(10)[:, :4] * 2, np.linspace(-1, 1, 4)), "two views", 0.05, 100),
    ]


@pytest.mark.parametrize("recipe", every_recipe(), ids=str)
def test_a_derived_set_shares_and_is_of_unit_length(parent, recipe):
    derived = recipe.derive(parent)
    assert derived.labels is parent.labels
    assert derived.metadata is parent.metadata
    assert derived.name == str(recipe)
    assert derived.derivation.parent is parent
    assert derived.derivation.recipe == recipe
    assert derived.vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(derived.vectors, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("recipe", every_recipe(), ids=str)
def test_a_query_follows_and_so_do_new_rows(parent, recipe):
    derived = recipe.derive(parent)
    for row in (0, 77):
        query = derived.transform_query(parent.vectors[row])
        np.testing.assert_allclose(query, derived.vectors[row], atol=1e-6)
    moved = derived.derivation.transform(parent.vectors[5:9])
    np.testing.assert_allclose(moved, derived.vectors[5:9], atol=1e-6)


def test_a_chain_of_recipes_is_followed(parent):
    derived = Truncated(3).derive(Whitened(remove_top=1).derive(parent))
    query = derived.transform_query(parent.vectors[12])
    np.testing.assert_allclose(query, derived.vectors[12], atol=1e-6)
    assert derived.root is parent


@pytest.mark.parametrize("recipe", every_recipe()[:3], ids=str)
def test_whitened_is_the_transformer_scaled_to_unit_length(parent, recipe):
    transformer = Whitening(recipe.n_components, recipe.strength, remove_top=recipe.remove_top).fit(
        parent.vectors
    )
    expected = unit(transformer.transform(parent.vectors))
    np.testing.assert_allclose(recipe.derive(parent).vectors, expected, atol=1e-5)


def test_a_prefix_is_what_fewer_components_would_have_given(parent):
    all_of_them = Whitened().derive(parent)
    few = Whitened(n_components=4).derive(parent)
    np.testing.assert_allclose(truncate(all_of_them.vectors, 4), few.vectors, atol=1e-6)


def test_truncated_is_the_first_dimensions(parent):
    expected = unit(parent.vectors[:, :3])
    np.testing.assert_allclose(Truncated(3).derive(parent).vectors, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (Whitened(), "whitened"),
        (Whitened(strength=0.8, n_components=256), "whitened, strength 0.8, 256 components"),
        (Whitened(strength=0.0, remove_top=3), "centered, top 3 removed"),
        (Whitened(0.0, centering=0.25), "25 % centered"),
        (Whitened(left_out=(1, 2)), "whitened, 2 dimensions left out"),
        (
            Whitened.of(TransformSettings(strength=0.0), fitted_elsewhere()),
            "centered, fitted on the set train",
        ),
        (Truncated(64), "first 64 dimensions"),
    ],
)
def test_descriptions(recipe, words):
    assert str(recipe) == words


def test_notes_say_what_is_missing(parent):
    rows = np.array(parent.vectors)
    rows[:, 2] = 0.5
    assert Whitened().derive(parent).notes == ()
    assert Whitened().derive(VectorSet(rows)).notes == ("rank 9 of 10",)
    notes = Whitened(n_components=4).derive(parent).notes
    assert notes == ("4 of 10 directions kept",)
    few = Whitened().derive(VectorSet(parent.vectors[:6])).notes
    assert few[0] == "rank 5 of 10"
    assert "1/5" in few[1]


def test_a_set_without_directions_is_refused(parent):
    with pytest.raises(UserError, match="All rows of flat are equal"):
        Whitened().derive(VectorSet(np.ones((5, 3)), name="flat"))
    with pytest.raises(UserError, match="Without its top 10 directions nothing is left of words"):
        Whitened(remove_top=10).derive(parent)
    with pytest.raises(UserError, match="11 dimensions"):
        Truncated(11).derive(parent)


def test_a_map_that_was_fitted_elsewhere_is_that_of_those_rows(parent):
    fit = fitted_elsewhere()
    derived = Whitened.of(TransformSettings(), fit).derive(parent)
    train = np.random.default_rng(5).normal(size=(90, 10))
    expected = unit(Whitening().fit(train).transform(parent.vectors))
    np.testing.assert_allclose(
        derived.vectors @ derived.vectors.T, expected @ expected.T, atol=1e-5
    )
    with pytest.raises(UserError, match="fitted on rows of 10 dimensions, and words has 3"):
        Whitened.of(TransformSettings(), fit).derive(VectorSet(np.eye(3), name="words"))
    with pytest.raises(ValueError, match="left_out"):
        Whitened(left_out=(1,), fit=fit)


@pytest.mark.parametrize(
    "settings", [{"strength": 1.5}, {"strength": -0.1}, {"n_components": 0}, {"remove_top": -1}]
)
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        Whitened(**settings)


def test_rows_of_any_size_can_be_whitened(parent):
    expected = Whitened().derive(parent).vectors
    for size in (1e-20, 1e20):
        found = Whitened().derive(VectorSet(parent.vectors * np.float32(size))).vectors
        np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("recipe", every_recipe(), ids=str)
def test_recipes_are_values(recipe):
    assert pickle.loads(pickle.dumps(recipe)) == recipe
    assert type(recipe) in RECIPES.values()
    assert hash(recipe) == hash(pickle.loads(pickle.dumps(recipe)))


def test_progress_stops(parent):
    def stop(fraction, message):
        raise Cancelled

    for recipe in every_recipe():
        with pytest.raises(Cancelled):
            recipe.derive(parent, stop)


def test_a_row_without_a_direction_gets_none(parent):
    vectors = np.array(parent.vectors)
    vectors[3] = 0
    derived = Whitened().derive(VectorSet(vectors, name="with a blank"))
    assert not derived.vectors[3].any()
    np.testing.assert_allclose(
        np.linalg.norm(derived.vectors, axis=1).sum(), len(vectors) - 1, 1e-5
    )
    assert not derived.transform_query(vectors[3]).any()
