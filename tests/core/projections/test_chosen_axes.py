import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedviz.core import blocks
from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.core.projections.chosen_axes import ChosenAxes, ChosenAxis, axis_between, read_axis
from embedviz.core.vector_set import VectorSet

FLOATS = st.floats(-100, 100, width=32)


def unit(rows):
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


def by_hand(rows, *pairs):
    """Return the coordinates along axes between groups of rows."""
    rows = unit(rows.astype(np.float64))
    ends = [rows[list(end)].mean(0) - rows[list(start)].mean(0) for start, end in pairs]
    return rows @ unit(np.array(ends)).T


def axes_of(*pairs):
    return ChosenAxes(tuple(ChosenAxis(start, end, "a", "b") for start, end in pairs))


def test_a_coordinate_is_the_cosine_with_the_direction():
    rows = np.random.default_rng(0).normal(size=(200, 12)).astype(np.float32)
    pairs = (((3,), (5,)), ((0, 1, 2), (7, 8)), ((9,), (3,)))
    for count in (2, 3):
        found = axes_of(*pairs).fit_transform(rows, count)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, by_hand(rows, *pairs[:count]), atol=1e-6)
    assert np.abs(found).max() <= 1 + 1e-6


def test_directions_are_of_unit_length_and_not_made_orthogonal():
    rows = np.array([[1, 0], [0, 1], [1, 1]], dtype=np.float32)
    directions = axes_of(((0,), (1,)), ((0,), (2,))).directions(rows)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    assert 0.1 < directions[0] @ directions[1] < 0.99


@pytest.mark.parametrize("shape", [(300, 20), (20, 20), (15, 60)])
@pytest.mark.parametrize("n_chosen", [1, 2])
def test_the_other_axes_are_the_principal_components_of_the_rest(shape, n_chosen):
    from sklearn.decomposition import PCA

    rng = np.random.default_rng(1)
    rows = (rng.normal(size=shape) * 0.8 ** np.arange(shape[1]) + 0.3).astype(np.float32)
    pairs = (((0,), (1,)), ((2, 3), (4,)))[:n_chosen]
    chosen = axes_of(*pairs)
    found = chosen.fit_transform(rows, 3)
    basis = np.linalg.qr(chosen.directions(rows).T)[0]
    rest = unit(rows.astype(np.float64))
    rest -= rest @ basis @ basis.T
    reference = PCA(3 - n_chosen).fit(rest)
    np.testing.assert_allclose(found[:, :n_chosen], by_hand(rows, *pairs), atol=1e-6)
    np.testing.assert_allclose(found[:, n_chosen:], rest @ reference.components_.T, atol=1e-5)
    np.testing.assert_allclose(reference.components_ @ basis, 0, atol=1e-9)


@settings(deadline=None, max_examples=60)
@given(
    arrays(np.float32, st.tuples(st.integers(2, 20), st.integers(2, 30)), elements=FLOATS),
    st.integers(2, 3),
)
def test_any_rows_have_places_or_a_reason_why_not(rows, n_components):
    ends = unit(rows[:2].astype(np.float64))
    chosen = axes_of(((0,), (1,)))
    if np.linalg.norm(ends[1] - ends[0]) < 1e-5:
        with pytest.raises(UserError, match="both ends are the same vector"):
            chosen.fit_transform(rows, n_components)
        return
    found = chosen.fit_transform(rows, n_components)
    assert found.shape == (len(rows), n_components)
    assert np.abs(found).max() <= 1 + 1e-5
    np.testing.assert_allclose(found[:, 0], by_hand(rows, ((0,), (1,)))[:, 0], atol=1e-4)


def test_rows_of_any_length_and_of_zeros():
    rows = np.array([[1, 0], [0, 1], [0, 0], [1e-30, 0], [1e30, 1e30]], dtype=np.float32)
    found = axes_of(((0,), (1,))).fit_transform(rows)
    half = np.sqrt(0.5)
    np.testing.assert_allclose(found[:, 0], [-half, half, 0, -half, 0], atol=1e-6)


def test_axes_beyond_the_rank_are_empty():
    rows = np.array([[1, 0], [0, 1], [1, 1], [1, 2], [3, 1]], dtype=np.float32)
    found = axes_of(((0,), (1,))).fit_transform(rows, 3)
    assert found[:, 1].std() > 0.01
    assert not found[:, 2].any()


def test_an_axis_that_begins_where_it_ends_is_refused(toy):
    message = "a → b: both ends are the same vector"
    with pytest.raises(UserError, match=message):
        axes_of(((3,), (3,))).fit_transform(toy.vectors)
    with pytest.raises(UserError, match=message):
        axes_of(((1, 2), (2, 1))).fit_transform(toy.vectors)
    twice = np.array([[1, 2], [2, 4], [0, 1]], dtype=np.float32)
    with pytest.raises(UserError, match=message):
        axes_of(((0,), (1,))).fit_transform(twice)


def test_two_axes_along_one_line_are_refused(toy):
    there, back = read_axis(toy, "word1 → word2"), read_axis(toy, "word2 → word1")
    for pair in ((there, back), (there, there)):
        with pytest.raises(UserError, match=r"word1 → word2 and .* same direction"):
            ChosenAxes(pair).fit_transform(toy.vectors)
    # What is not shown does not matter.
    third = read_axis(toy, "word3 → word4")
    assert ChosenAxes((there, third, back)).fit_transform(toy.vectors).shape == (50, 2)


def test_rows_of_another_set_are_refused(toy):
    for row in (50, -1):
        with pytest.raises(UserError, match=f"no row {row} among 50"):
            axes_of(((0,), (row,))).fit_transform(toy.vectors)


@pytest.mark.parametrize("bad", [0, 9])
def test_rows_with_nan_are_refused(bad):
    rows = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
    rows[bad, 1] = np.nan
    with pytest.raises(UserError, match="NaN or"):
        axes_of(((0,), (1,))).fit_transform(rows)


def test_there_are_one_to_three_axes_with_rows_at_both_ends():
    axis = ChosenAxis((0,), (1,), "a", "b")
    for count in (0, 4):
        with pytest.raises(UserError, match=f"{count} axes are chosen"):
            ChosenAxes((axis,) * count)
    with pytest.raises(UserError, match="at least one row"):
        ChosenAxis((), (1,), "a", "b")


def test_titles_say_what_each_axis_is(toy):
    axis = read_axis(toy, "word1 → word2")
    assert axis.title == "word1 → word2"
    assert ChosenAxes((axis,)).titles == ("word1 → word2", "PC1 of the rest", "PC2 of the rest")
    both = ChosenAxes((axis, axis_between(toy, [1, 2, 3, 4], [5], "four words")))
    assert both.titles == ("word1 → word2", "four words → word5", "PC1 of the rest")
    assert str(both) == "chosen axes word1 → word2, four words → word5"
    assert axis_between(toy, range(4), [5]).title == "4 rows → word5"
    assert ChosenAxes((axis,)) == ChosenAxes((read_axis(toy, "word1->word2"),))


@pytest.fixture
def odd():
    labels = ["man", "woman", "king", "queen", ",", "a, b", "a", "b", "x → y", "-> z", "New York"]
    return VectorSet(np.eye(11), labels, name="odd")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("man → woman", (0,), (1,)),
        ("  man->woman ", (0,), (1,)),
        ("man, king → woman, queen", (0, 2), (1, 3)),
        ("man,king=>woman,", (0, 2), (1,)),
        ("New York → man", (10,), (0,)),
        ("a, b → b, a", (5,), (7, 6)),
        (", → man", (4,), (0,)),
        ("man, , → a", (0, 4), (6,)),
        ("x → y → man", (8,), (0,)),
        ("man → x → y", (0,), (8,)),
        ("man → -> z", (0,), (9,)),
    ],
)
def test_an_axis_is_read_as_it_is_typed(odd, text, start, end):
    axis = read_axis(odd, text)
    assert (axis.start, axis.end) == (start, end)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("man woman", "write two of them with an arrow"),
        ("", "write two of them with an arrow"),
        ("man →", "no label at one end"),
        ("-> man", "no label at one end"),
        ("→", "no label at one end"),
        ("man → womann", "'womann' in odd. Did you mean woman"),
        ("man, kingg → woman", "'kingg' in odd. Did you mean king"),
    ],
)
def test_what_cannot_be_read_is_explained(odd, text, message):
    with pytest.raises(UserError, match=message):
        read_axis(odd, text)


def test_reports_stops_and_does_not_depend_on_blocks(monkeypatch):
    rows = np.random.default_rng(0).normal(size=(500, 10)).astype(np.float32)
    whole = axes_of(((0,), (1,))).fit_transform(rows, 3)
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 4 * 10 * 16)
    seen = []
    found = axes_of(((0,), (1,))).fit_transform(rows, 3, report=lambda done, _: seen.append(done))
    np.testing.assert_allclose(found, whole, atol=1e-6)
    assert seen == sorted(seen)
    assert len(seen) > 20

    def stop(fraction, message):
        raise Cancelled

    with pytest.raises(Cancelled):
        axes_of(((0,), (1,))).fit_transform(rows, report=stop)


def test_the_vectors_are_left_alone():
    rows = np.random.default_rng(0).normal(size=(30, 5)).astype(np.float32)
    before = rows.copy()
    rows.flags.writeable = False
    axes_of(((0,), (1,))).fit_transform(rows, 3)
    np.testing.assert_array_equal(rows, before)


def test_words_lean_to_the_end_they_belong_to(words):
    axes = ChosenAxes((read_axis(words, "man, king → woman, queen"),))
    along = axes.fit_transform(words.vectors)[:, 0]
    places = {word: along[words.row(word)] for word in ("he", "she", "father", "mother")}
    assert places["he"] < places["she"]
    assert places["father"] < places["mother"]
