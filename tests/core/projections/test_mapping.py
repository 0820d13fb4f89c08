"""Places of vectors that are no rows: exact where a projection is linear, else between rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedviz.core.projections import PCA, UMAP
from embedviz.core.projections.chosen_axes import ChosenAxes, axis_between
from embedviz.core.projections.columns import CoordinateColumns
from embedviz.core.projections.out_of_sample import place_near
from embedviz.core.vector_set import VectorSet


@pytest.mark.parametrize("n_components", [2, 3])
def test_principal_components_have_an_exact_place_for_every_vector(toy, n_components):
    placed = PCA((2, 0, 1)).place(toy, n_components)
    np.testing.assert_allclose(placed.mapping(toy.vectors), placed.positions, atol=1e-5)
    middle = placed.mapping(toy.vectors[:2].mean(axis=0, keepdims=True))
    np.testing.assert_allclose(middle[0], placed.positions[:2].mean(axis=0), atol=1e-5)


@pytest.mark.parametrize("n_chosen", [1, 2])
@pytest.mark.parametrize("n_components", [2, 3])
def test_chosen_axes_have_one_too(toy, n_chosen, n_components):
    axes = (axis_between(toy, [0], [1]), axis_between(toy, [2, 3], [4]))[:n_chosen]
    placed = ChosenAxes(axes).place(toy, n_components)
    assert placed.positions.shape == (50, n_components)
    np.testing.assert_allclose(placed.mapping(toy.vectors), placed.positions, atol=1e-6)
    # A coordinate is a cosine, whatever the length.
    np.testing.assert_allclose(placed.mapping(7 * toy.vectors), placed.positions, atol=1e-6)
    fitted = ChosenAxes(axes).fit_transform(toy.vectors, n_components)
    np.testing.assert_array_equal(fitted, placed.positions)


def test_places_of_a_file_say_nothing_of_other_vectors(toy):
    placed = CoordinateColumns(("number", "number")).place(toy, 2)
    assert placed.mapping is None


def test_a_map_of_neighbors_gives_no_exact_place():
    rows = VectorSet(np.random.default_rng(0).normal(size=(30, 4)))
    assert UMAP(n_neighbors=5).place(rows, 2).mapping is None


positions = arrays(
    np.float64, st.tuples(st.integers(1, 9), st.just(2)), elements=st.floats(-100, 100)
)


@given(positions, st.data())
def test_a_place_is_between_the_neighbors(places, data):
    count = len(places)
    distances = data.draw(arrays(np.float64, count, elements=st.floats(0, 2)))
    place = place_near(places, np.arange(count), distances)
    assert (place >= places.min(axis=0) - 1e-9).all()
    assert (place <= places.max(axis=0) + 1e-9).all()


def test_what_equals_a_row_lies_on_it():
    places = np.array([[0.0, 0.0], [4.0, 2.0], [9.0, 9.0]])
    np.testing.assert_array_equal(place_near(places, [2, 1], [0.3, 0.0]), [4.0, 2.0])
    np.testing.assert_allclose(place_near(places, [0, 1], [1.0, 1.0]), [2.0, 1.0])
    # One over the square of the distance: 4 to 1.
    np.testing.assert_allclose(place_near(places, [0, 1], [1.0, 2.0]), [0.8, 0.4])


def test_neighbors_without_a_place_do_not_count():
    places = np.array([[np.nan, 0.0], [4.0, 2.0]])
    np.testing.assert_array_equal(place_near(places, [0, 1], [0.0, 0.5]), [4.0, 2.0])
    assert np.isnan(place_near(places, [0], [0.1])).all()
    assert np.isnan(place_near(places, [], [])).all()
