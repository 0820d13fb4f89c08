"""Tests of what is measured of a set: shares, bands, and versions of it."""

from dataclasses import replace

import numpy as np
import pytest

from embedviz.app.state import State
from embedviz.core.analogies import evaluate, solve
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.progress import silent
from embedviz.core.samples import load_relations
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.breaks.measuring import (
    WantedBreaks,
    band_edges,
    measure_breaks,
)
from embedviz.panes.analogies.relation.settings import RelationSettings, kept_pairs

PLANTED, RANDOM = "singular → plural", "country → capital"


def measured(vector_set, *others, **more):
    return measure_breaks(WantedBreaks(vector_set, others, **more), silent, lambda _: None)


def by_name(found):
    return {each.name: each for each in found.relations}


def test_shares_are_those_of_asking_each_question(related):
    found = measured(related)
    pairs = [pair for pair in load_relations()[PLANTED] if pair[0] in related]
    right = among = alone = n_asked = 0
    for a, b in pairs:
        for c, expected in pairs:
            if (a, b) == (c, expected):
                continue
            n_asked += 1
            right += solve(related, [b, c], [a], 1)[0][0] == expected
            among += solve(related, [b, c], [a], 1, exclude_inputs=False)[0][0] == expected
            nearest = [label for label, _ in solve(related, [c], [], 4) if label not in (a, b, c)]
            alone += nearest[0] == expected
    shares = by_name(found)[PLANTED].shares
    assert shares.n_questions == n_asked
    assert shares.of("offset") == pytest.approx(right / n_asked)
    assert shares.of("with inputs") == pytest.approx(among / n_asked)
    assert shares.of("neighbor") == pytest.approx(alone / n_asked)


def test_a_planted_relation_comes_out_right_and_a_random_one_does_not(related):
    found = measured(related)
    shares = {name: each.shares.of("offset") for name, each in by_name(found).items()}
    assert shares[PLANTED] > 0.9
    assert shares[RANDOM] < 0.2
    assert found.relation(None).name == RANDOM
    assert found.relation(PLANTED).name == PLANTED
    assert found.relation("not there").name == RANDOM
    offsets = {name: each.offsets.between for name, each in by_name(found).items()}
    assert offsets[PLANTED] < 40 < 70 < offsets[RANDOM]


def test_wrong_answers_are_those_of_the_first_rows_first(related):
    found = measured(related)
    wrong = by_name(found)[RANDOM].wrong
    last_rows = found.couples.rows[wrong].max(axis=1)
    assert (np.diff(last_rows) >= 0).all()
    assert not found.couples.are_right(found.answers[:, 0])[wrong].any()


def test_bands_hold_all_questions_once(related):
    found = measured(related)
    assert sum(band.shares.n_questions for band in found.bands) == found.shares.n_questions
    assert found.bands[0].first == 0
    assert found.bands[-1].last == len(related)
    assert all(
        one.last == other.first for one, other in zip(found.bands, found.bands[1:], strict=False)
    )


def test_ends_of_bands_are_round_and_ascending():
    edges = band_edges(np.random.default_rng(0).integers(0, 10_000, 5_000), 10_000)
    assert edges[0] == 0
    assert edges[-1] == 10_000
    assert edges == sorted(set(edges))
    assert all(edge % 500 == 0 for edge in edges)
    assert band_edges(np.zeros(0, np.intp), 10) == []
    assert band_edges(np.array([3, 3, 3]), 5) == [0, 3, 5]


def test_versions_with_the_same_rows_are_asked_the_same(related):
    shorter = Truncated(5).derive(related)
    told = []
    wanted = WantedBreaks(related, (shorter,))
    found = measure_breaks(wanted, silent, told.append)
    assert [part.is_done for part in told] == [False]
    ((other, shares, by_relation),) = found.others
    assert other is shorter
    alone = measured(shorter)
    assert shares == alone.shares
    assert by_relation == tuple(each.shares for each in alone.relations)
    assert shares != found.shares


def test_sets_with_other_labels_are_not_compared(related):
    other = VectorSet(related.vectors, [f"{label}!" for label in related.labels])
    assert measured(related, other).others == ()


def test_a_state_offers_the_open_sets_with_as_many_rows(related, make_related):
    shorter, small = Truncated(5).derive(related), make_related(n_others=3)
    state = State().opened(small).opened(related).derived(shorter).activated(related)
    wanted = WantedBreaks.by(state)
    assert wanted.others == (shorter,)
    assert wanted.is_wanted(state)
    assert not wanted.is_wanted(state.activated(shorter))
    assert not wanted.is_wanted(state.closed(shorter))


def test_relations_that_were_added_are_asked_too(related):
    pairs = [(f"other {i}", (f"other {i + 10}",)) for i in range(4)]
    settings = RelationSettings().with_added(
        kept_pairs("mine", [*pairs, ("other 1", ("nowhere",))])
    )
    state = State().opened(related)
    state = state.with_settings(settings)
    found = measure_breaks(WantedBreaks.by(state), silent, lambda _: None)
    assert by_name(found)["mine"].n_pairs == 4
    assert by_name(found)["mine"].shares.n_questions == 12


def test_a_set_without_relations_asks_nothing():
    some = VectorSet(np.eye(4), list("abcd"))
    found = measured(some, VectorSet(np.eye(4), list("abcd")))
    assert found.relations == ()
    assert found.others == ()
    assert found.shares.n_questions == 0
    assert np.isnan(found.shares.of("offset"))
    assert found.relation(None) is None


@pytest.mark.parametrize("kept", [1, 2])
def test_one_pair_asks_nothing_and_two_ask_two_questions(kept):
    labels = [word for pair in load_relations()[PLANTED][:kept] for word in pair]
    some = VectorSet(np.random.default_rng(0).normal(size=(len(labels), 3)), labels)
    assert measured(some).shares.n_questions == (0 if kept == 1 else 2)


def test_rows_of_zeros_and_one_dimension_are_measured():
    labels = [word for pair in load_relations()[PLANTED][:4] for word in pair]
    flat = VectorSet(np.arange(8.0).reshape(8, 1), labels)
    assert measured(flat).shares.n_questions == 12
    assert measured(VectorSet(np.zeros((8, 3)), labels)).shares.of("offset") == 0


def test_a_report_can_stop_it(related):
    def stop(fraction, words):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_breaks(replace(WantedBreaks(related)), stop, lambda _: None)


def questions_file(folder, related, *, more=""):
    pairs = {
        name: [pair for pair in load_relations()[name] if set(pair) <= set(related.labels)]
        for name in (PLANTED, RANDOM)
    }
    lines = []
    for name, each in pairs.items():
        lines.append(f": {name}")
        lines += [f"{a} {b} {c} {d}" for a, b in each for c, d in each if (a, b) != (c, d)]
    path = folder / "questions.txt"
    path.write_text("\n".join(lines) + f"\n{more}", encoding="utf-8")
    return path


def test_a_file_of_questions_is_asked_as_the_relations_that_it_is_made_of(related, tmp_path):
    path = questions_file(tmp_path, related, more="unknown word is not\n")
    found, expected = measured(related, path=str(path)), measured(related)
    assert found.n_skipped == 1
    for name, each in by_name(found).items():
        other = by_name(expected)[name]
        assert each.shares == other.shares
        assert each.n_pairs == other.n_pairs
        assert each.offsets.length == pytest.approx(other.offsets.length)
    report = evaluate(related, path)
    assert found.shares.of("offset") == pytest.approx(report.accuracy)


def test_a_file_that_is_gone_or_unknown_says_so(related, tmp_path):
    gone = measured(related, path=str(tmp_path / "gone.txt"))
    assert "is not there any more" in gone.problem
    path = tmp_path / "other.txt"
    path.write_text(": one\nnone of these words\n")
    unknown = measured(related, path=str(path))
    assert unknown.shares.n_questions == 0
    assert (unknown.problem, unknown.n_skipped) == ("", 1)
