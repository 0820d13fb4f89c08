"""What real vectors do, by pairs, against the definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.app.judged_pairs import bundled_pairs
from embedviz.core.contrastive import info_nce, quality, uniformity, uniformity_optimum
from embedviz.core.contrastive.quality import measure_pairs, measure_whitened
from embedviz.core.derivation.recipes import Whitened
from embedviz.core.errors import UserError
from embedviz.core.pairs import Pairs
from embedviz.core.progress import Cancelled
from embedviz.core.samples import load_sample
from embedviz.core.vector_set import VectorSet


def rows(n_rows=60, dimensions=7, seed=0):
    return np.random.default_rng(seed).normal(size=(n_rows, dimensions)).astype(np.float32)


def unit(vectors):
    vectors = np.asarray(vectors, dtype=np.float64)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def joined(first, second, n_rows):
    """Return for each row the rows that pairs connect with it, itself among them."""
    found = [{row} for row in range(n_rows)]
    for one, other in zip(first, second, strict=True):
        both = found[one] | found[other]
        for row in both:
            found[row] = both
    return found


def by_definition(vectors, first, second, temperature, together):
    """Return loss, chance and the ranks, one pair after the other."""
    normal = unit(vectors)
    losses, chances, ranks = [], [], []
    for i, (one, partner) in enumerate(zip(first, second, strict=True)):
        others = [
            row for j, row in enumerate(second) if j != i and row not in together(one, partner)
        ]
        right = normal[one] @ normal[partner]
        wrong = normal[others] @ normal[one]
        terms = np.append(wrong, right) / temperature
        peak = terms.max()
        losses.append(peak + np.log(np.exp(terms - peak).sum()) - right / temperature)
        chances.append(np.log(1 + len(others)))
        ranks.append(int((wrong >= right - 1e-9).sum()))
    ranks = np.array(ranks)
    return np.mean(losses), np.mean(chances), (ranks < 1).mean(), (ranks < 5).mean()


def check(found, vectors, first, second, together, tolerance=1e-9):
    loss, chance, top1, top5 = by_definition(vectors, first, second, found.temperature, together)
    assert found.loss == pytest.approx(loss, abs=tolerance)
    assert found.chance == pytest.approx(chance, abs=1e-12)
    assert (found.top1, found.top5) == (pytest.approx(top1), pytest.approx(top5))
    apart = unit(vectors)[first] - unit(vectors)[second]
    assert found.alignment == pytest.approx((apart**2).sum(axis=1).mean(), abs=1e-6)
    assert found.n_pairs == len(first)


@given(
    st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39)), min_size=2, max_size=30),
    st.sampled_from([0.001, 0.05, 1.0, 50.0]),
    st.integers(0, 9),
)
def test_the_measures_are_their_definitions(given_pairs, temperature, seed):
    kept = [(one, other) for one, other in given_pairs if one != other]
    if len(kept) < 2:
        return
    vectors = rows(40, 5, seed)
    first, second = (np.array(side) for side in zip(*kept, strict=True))
    groups = joined(first, second, 40)
    direct = [{row} for row in range(40)]
    for one, other in kept:
        direct[one].add(other)
        direct[other].add(one)

    def together(one, partner):
        n_joined = sum(row in groups[one] for row in first)
        return direct[one] if n_joined > 0.9 * len(first) else groups[one]

    found = measure_pairs(vectors, Pairs(*zip(*given_pairs, strict=True)), temperature)
    check(found, vectors, first, second, together, 1e-8 / temperature)
    assert found.uniformity == pytest.approx(uniformity(vectors))
    assert found.best_uniformity == uniformity_optimum(5)
    assert (found.n_rows, found.dimensions) == (40, 5)
    n_same = len(given_pairs) - len(kept)
    assert any("with itself left out" in note for note in found.notes) == bool(n_same)
    is_chained = any(together(*pair) is direct[pair[0]] for pair in kept)
    assert any("chain" in note for note in found.notes) == is_chained


def test_the_loss_is_that_of_training_where_pairs_are_apart():
    vectors = rows(80)
    first, second = np.arange(40), np.arange(40, 80)
    for temperature in (0.01, 0.05, 2.0):
        found = measure_pairs(vectors, np.stack([first, second], axis=1), temperature)
        expected = info_nce(vectors[first], vectors[second], temperature, dtype=np.float64)
        assert found.loss == pytest.approx(expected.loss, abs=1e-10)
        assert found.chance == pytest.approx(np.log(40))
        assert found.notes == ()


def direct_loss(vectors, pairs):
    """Return InfoNCE at 0.05 of the upper fifth of judged pairs, from the formula."""
    scores = pairs.scores
    good = scores >= scores.min() + 0.8 * (scores.max() - scores.min())
    cosines = unit(vectors)[pairs.first[good]] @ unit(vectors)[pairs.second[good]].T / 0.05
    groups = joined(pairs.first[good], pairs.second[good], len(vectors))
    for i, one in enumerate(pairs.first[good]):
        for j, other in enumerate(pairs.second[good]):
            if i != j and other in groups[one]:
                cosines[i, j] = -np.inf
    return -np.mean(np.diag(cosines) - np.log(np.exp(cosines).sum(axis=1))), int(good.sum())


@pytest.mark.parametrize("name", ["sentences", "sentences-final"])
def test_the_bundled_sentences_have_the_loss_of_the_formula(name):
    sentences = load_sample(name)
    pairs = bundled_pairs(sentences)
    found = measure_pairs(sentences.vectors, pairs)
    expected, n_good = direct_loss(sentences.vectors, pairs)
    assert found.loss == pytest.approx(expected, abs=1e-6)
    assert found.n_pairs == n_good < len(pairs)
    assert found.notes == (
        "438 of 605 pairs left out, which score below 4, where the upper fifth of the scores "
        "begins.",
    )


def test_training_has_brought_partners_together():
    layer, final = load_sample("sentences"), load_sample("sentences-final")
    before, after = (measure_pairs(each.vectors, bundled_pairs(each)) for each in (layer, final))
    assert after.loss < before.loss < before.chance
    assert after.top1 > before.top1
    assert after.best_uniformity < after.uniformity < before.uniformity


@pytest.mark.parametrize("layer", ["final", "layer5", "layer2"])
def test_sts_b_has_the_loss_of_the_formula(data_folder, layer):
    folder = data_folder / "stsb"
    vectors = np.load(folder / f"stsb_dev_{layer}.f32.npy")
    scores = np.load(folder / "stsb_dev_gold.f64.npy")
    half = np.arange(len(scores))
    pairs = Pairs(half, half + len(scores), scores)
    found = measure_pairs(vectors, pairs)
    assert found.loss == pytest.approx(direct_loss(vectors, pairs)[0], abs=1e-6)


@pytest.mark.parametrize("strength", [0.0, 0.7, 1.0])
def test_after_whitening_it_is_that_of_the_derived_set(strength):
    vectors = rows(90, 6) * np.linspace(1, 9, 6, dtype=np.float32) + 3
    pairs = Pairs(range(30), range(30, 60))
    derived = Whitened(strength).derive(VectorSet(vectors))
    expected = measure_pairs(derived.vectors, pairs)
    found = measure_whitened(vectors, pairs, strength=strength)
    for name in ("loss", "chance", "top1", "alignment", "uniformity", "best_uniformity"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), abs=1e-4)
    assert found.notes == ()


def test_whitening_counts_the_directions_that_are_left():
    vectors = rows(50, 8)
    vectors[:, 3] = 0.5
    found = measure_whitened(vectors, Pairs(range(20), range(20, 40)))
    assert found.dimensions == 7
    assert found.best_uniformity == uniformity_optimum(7)


# What is drawn.


def test_a_sample_is_said_and_near_and_repeats(monkeypatch):
    vectors = rows(1200)
    vectors[600:] += vectors[:600]
    pairs = Pairs.halves(1200)
    exact = measure_pairs(vectors, pairs)
    monkeypatch.setattr(quality, "MOST_PAIRS", 400)
    monkeypatch.setattr(quality, "MOST_EXACT_ROWS", 900)
    monkeypatch.setattr(quality, "DRAWN_ROWS", 800)
    monkeypatch.setattr(quality, "MOST_AXES_ROWS", 1000)
    found = measure_pairs(vectors, pairs)
    assert found.n_pairs == 400
    assert found.notes == (
        "Measured on 400 of the 600 pairs, drawn at random.",
        "The uniformity is that of 800 of the 1,200 rows, drawn at random.",
    )
    # Of fewer candidates, the partner is found more easily; both lose as much.
    assert found.chance - found.loss == pytest.approx(exact.chance - exact.loss, abs=0.2)
    assert found.alignment == pytest.approx(exact.alignment, abs=0.05)
    assert found.uniformity == pytest.approx(exact.uniformity, abs=0.05)
    assert measure_pairs(vectors, pairs) == found != measure_pairs(vectors, pairs, seed=1)
    whitened = measure_whitened(vectors, pairs)
    assert "The axes are those of 1,000 of the 1,200 rows, drawn at random." in whitened.notes


@pytest.mark.parametrize("kind", ["halves", "groups", "chain"])
def test_float32_and_blocks_change_nothing(monkeypatch, kind):
    vectors = rows(300)
    pairs = {
        "halves": Pairs.halves(300),
        "groups": Pairs.from_groups([i % 7 for i in range(300)]),
        "chain": Pairs(range(299), range(1, 300)),
    }[kind]
    exact = measure_pairs(vectors, pairs)
    monkeypatch.setattr(quality, "_EXACT_PAIRS", 10)
    monkeypatch.setattr(quality, "_BLOCK_COSINES", 2000)
    found = measure_pairs(vectors, pairs)
    for name in ("loss", "top1", "top5", "alignment"):
        assert getattr(found, name) == pytest.approx(getattr(exact, name), abs=2e-6)
    assert found.chance == exact.chance


def test_rows_of_one_category_are_no_wrong_answers():
    vectors = rows(100)
    vectors[40:] = vectors[40]  # One category, and more than half of the pairs, has one direction.
    pairs = Pairs.from_groups(["a", "b"] * 20 + ["c"] * 60)
    found = measure_pairs(vectors, pairs)
    assert found.chance == pytest.approx((40 * np.log(81) + 60 * np.log(41)) / 100)
    assert found.top1 >= 0.6
    assert found.notes == ()


def test_candidates_that_are_as_near_as_the_partner_count_against_it():
    vectors = rows(80)
    vectors[41:] = vectors[40]
    vectors[40] *= 2  # No row is the same, but all have one direction.
    found = measure_pairs(vectors, Pairs(range(40, 60), range(60, 80)))
    assert (found.top1, found.top5) == (0, 0)
    assert found.loss == pytest.approx(found.chance) == pytest.approx(np.log(20))
    assert found.alignment == pytest.approx(0, abs=1e-12)


def test_wide_rows_are_drawn_too(monkeypatch):
    monkeypatch.setattr(quality, "_MOST_NUMBERS", 700)
    found = measure_pairs(rows(400), Pairs.halves(400))
    assert found.n_pairs == 100
    assert "100 of the 400 rows" in found.notes[1]


# What cannot be measured.


@pytest.mark.parametrize("measure", [measure_pairs, measure_whitened])
@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (Pairs([], []), "No pair joins two different rows"),
        (Pairs([], [], n_unmatched=12), "12 pairs of other labels"),
        (Pairs([1], [2]), "Only 1 pair joins"),
        (Pairs([1, 2, 3], [1, 2, 3]), "3 pairs of a row with itself"),
        (Pairs([1, 2, 3], [4, 5, 6], [5, 0, 1]), "2 pairs with lower scores"),
        (Pairs([1, 2], [3, 99]), "name row 99"),
        (np.empty((0, 2), int), "No pair joins"),
        ([[0.5, 1.0]], "must be row numbers"),
        ([[1, 2, 3]], "two rows in each"),
    ],
)
def test_pairs_that_say_nothing_are_refused(measure, pairs, words):
    with pytest.raises(UserError, match=words):
        measure(rows(), pairs)


@pytest.mark.parametrize("measure", [measure_pairs, measure_whitened])
def test_vectors_that_say_nothing_are_refused(measure):
    pairs = Pairs(range(10), range(10, 20))
    for value in (0.0, 1.5):
        with pytest.raises(UserError, match=r"[Aa]ll rows .*equal"):
            measure(np.full((30, 4), value, np.float32), pairs)
    for bad in (np.nan, np.inf):
        broken = rows()
        broken[17, 2] = bad
        with pytest.raises(UserError, match=r"NaN or "):
            measure(broken, pairs)
    for nothing in (np.empty((0, 3)), np.ones(3)):
        with pytest.raises(UserError):
            measure(nothing, pairs)
    with pytest.raises(ValueError, match="temperature"):
        measure(rows(), pairs, 0.0)


def test_vectors_of_no_dimensions_are_refused():
    with pytest.raises(UserError, match="equal"):
        measure_pairs(np.empty((30, 0)), Pairs(range(10), range(10, 20)))


def test_rows_of_zeros_and_whole_numbers_have_measures():
    vectors = np.arange(60).reshape(20, 3) % 7
    vectors[3] = 0
    found = measure_pairs(vectors, Pairs(range(10), range(10, 20)))
    assert np.isfinite([found.loss, found.alignment, found.uniformity]).all()


def test_it_tells_how_far_it_is_and_stops():
    told = []
    for measure in (measure_pairs, measure_whitened):
        told.clear()
        measure(rows(), Pairs.halves(60), report=lambda done, words, told=told: told.append(done))
        assert told == sorted(told)
        assert 0 <= told[0] <= told[-1] <= 1

    def stop(done, words):
        raise Cancelled

    for measure in (measure_pairs, measure_whitened):
        with pytest.raises(Cancelled):
            measure(rows(), Pairs.halves(60), report=stop)
