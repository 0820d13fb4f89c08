"""Numbers in the guide's chapter on analogies, computed anew from the bundled sets."""

import re
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from embedviz.core.analogies import (
    apply_relation,
    evaluate,
    evaluate_similarity,
    parallelogram,
    relations_table,
    vectors_of,
)
from embedviz.core.analogies.expected import explain_expected
from embedviz.core.analogies.explaining import explain
from embedviz.core.samples import load_relations, load_sample
from embedviz.core.vector_set import VectorSet
from embedviz.core.whitening import Whitening
from embedviz.panes.analogies.benchmark.asked import _bundled_questions
from embedviz.panes.analogies.breaks.measuring import WantedBreaks, measure_breaks

CHAPTER = Path(__file__).parents[3] / "resources" / "guide" / "50-analogies.md"
TEXT = CHAPTER.read_text(encoding="utf-8")
SAID = " ".join(TEXT.split())


def rows_below(header):
    """Return the rows of the table that begins with a header, by their first cell."""
    _, _, rest = TEXT.partition(header + "\n")
    assert rest, f"the guide has no table {header}"
    rows = {}
    for line in rest.splitlines()[1:]:
        if not line.startswith("|"):
            break
        name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        rows[name] = cells
    return rows


def assert_is(cell, value):
    """Check that a number is what a cell says, to as many digits as it has."""
    number = float(re.sub(r"[^\d.-]", "", cell.replace("−", "-")))
    digits = len(cell.partition(".")[2].removesuffix(" %"))
    value = 100 * value if cell.endswith("%") else value
    assert number == pytest.approx(value, abs=0.5001 * 10.0**-digits), cell


def changed(vector_set, vectors):
    return VectorSet(np.ascontiguousarray(vectors, np.float32), vector_set.labels)


def whitened(vector_set, **options):
    vectors = vector_set.vectors
    return changed(vector_set, Whitening(**options).fit(vectors).transform(vectors))


NAMES = {"layer 2": "words", "final": "words-final", "nested": "words-nested"}
NAMES |= {"layer 2, nested": "words-nested", "WordLlama": "words-wordllama"}


def version(name):
    """Return the set that a row of a table is about: "layer 2, first 128"."""
    if name in NAMES:
        return load_sample(NAMES[name])
    of, _, how = name.partition(", ")
    vector_set = load_sample(NAMES[of])
    if how.startswith("first "):
        return changed(vector_set, vector_set.vectors[:, : int(how.split()[1])])
    if how == "centered":
        return whitened(vector_set, strength=0.0, method="zca")
    n_components = re.fullmatch(r"whitened(?:, (\d+) components)?", how)
    assert n_components, name
    return whitened(vector_set, n_components=int(n_components[1]) if n_components[1] else None)


def breaks_of(vector_set):
    return measure_breaks(WantedBreaks(vector_set, (), ()), lambda *_: None, lambda *_: None)


RELATIONS = rows_below(
    "| relation | consistency | shuffled | p | AUC | left out | couples | c alone |"
)
VERSIONS = rows_below("| set | consistency | AUC | left out | couples | c alone | inputs let in |")
SIMILARITIES = rows_below("| set | WordSim-353 | SimLex-999 |")


@pytest.mark.slow
def test_relations_of_layer_2():
    words, relations = load_sample("words"), load_relations()
    table, breaks = relations_table(words, relations), breaks_of(words)
    assert list(RELATIONS) == [each.name for each in table.relations]
    assert len(table.relations) == len(relations) == 20
    gains = {}
    for each in table.relations:
        measures, shares = each.measures, breaks.relation(each.name).shares
        numbers = (
            *(measures.consistency, measures.null_mean, measures.p_value, measures.pairing.value),
            *(measures.accuracy, shares.of("offset"), shares.of("neighbor")),
        )
        for cell, value in zip(RELATIONS[each.name], numbers, strict=True):
            assert_is(cell, value)
        assert measures.p_value == pytest.approx(1 / 1001)
        assert each.corrected_p == pytest.approx(20 / 1001)
        gains[each.name] = shares.gain
    failing = [name for name, cells in RELATIONS.items() if float(cells[5].split()[0]) < 50]
    assert len(failing) == 6
    assert "Six relations fail" in SAID
    few = re.search(r"In ([^.]*) the offset adds less than 10 points", SAID)[1]
    assert set(re.findall(r"\*(.*?)\*", few)) == {k for k, gain in gains.items() if gain < 0.1}


@pytest.mark.slow
@pytest.mark.parametrize("name", VERSIONS)
def test_versions_of_the_bundled_words(name):
    vector_set = version(name)
    table, breaks = relations_table(vector_set, load_relations()), breaks_of(vector_set)
    measures = [each.measures for each in table.relations]
    means = [
        np.mean(values)
        for values in (
            [each.consistency for each in measures],
            [each.pairing.value for each in measures],
            [each.accuracy for each in measures],
        )
    ]
    shares = [breaks.shares.of(way) for way in ("offset", "neighbor", "with inputs")]
    for cell, value in zip(VERSIONS[name], [*means, *shares], strict=True):
        assert_is(cell, value)
    assert max(each.p_value for each in measures) == pytest.approx(1 / 1001)  # As the guide says.


def test_what_an_offset_is_worth():
    breaks = breaks_of(load_sample("words"))
    shares = breaks.shares
    found = re.search(
        r"apart on average, and two offsets of one relation have an angle of (\d+)°", SAID
    )
    assert_is(found[1], breaks.offsets.between)
    assert_is(re.search(r"two words of a relation are (\d+)° apart", SAID)[1], breaks.offsets.angle)
    found = re.search(
        r"Of ([\d,]+) questions, .*? c itself for (\d+ %), and b for ([\d.]+ %)", SAID
    )
    assert int(found[1].replace(",", "")) == shares.n_questions
    assert_is(found[2], shares.nearest_c)
    assert_is(found[3], shares.nearest_b)
    found = re.search(r"So (\d+ %) are right .*?, and ([\d.]+ %) with them let in", SAID)
    assert_is(found[1], shares.of("offset"))
    assert_is(found[2], shares.of("with inputs"))
    found = re.search(
        r"of c is right for (\d+ %), b \+ c for (\d+ %), and .*? for (\d+ %); by chance ([\d.]+ %)",
        SAID,
    )
    for cell, way in zip(found.groups(), ("neighbor", "sum", "opposite"), strict=False):
        assert_is(cell, shares.of(way))
    assert_is(found[4], breaks.chance)


def test_the_benchmark_of_bundled_relations():
    words, questions = load_sample("words"), _bundled_questions()
    report = evaluate(words, questions)
    found = re.search(
        r"Of ([\d,]+) bundled questions, in layer 2, 3CosAdd answers (\d+ %) right: (\d+ %) of the "
        r"semantic ones, (\d+ %) of the syntactic ones, (\d+ %) within the first five, "
        r"and ([\d.]+ %)",
        SAID,
    )
    assert int(found[1].replace(",", "")) == len(questions) == report.total
    kinds = [each.accuracy for each in report.kinds]
    numbers = report.accuracy, *kinds, report.top5_accuracy, report.accuracy_with_inputs
    for cell, value in zip(found.groups()[1:], numbers, strict=True):
        assert_is(cell, value)


@pytest.mark.parametrize("name", SIMILARITIES)
def test_word_similarity(name):
    data = files(pytest.importorskip("gensim")) / "test" / "test_data"
    vector_set = version(name)
    known = re.search(
        r"(\d+) of the 353 pairs of WordSim-353 and (\d+) of the 999 of SimLex-999 are known", SAID
    )
    half = float(re.search(r"where half an interval is ([\d.]+):", SAID)[1])
    for cell, count, file in zip(
        SIMILARITIES[name], known.groups(), ("wordsim353.tsv", "simlex999.txt"), strict=True
    ):
        if not (data / file).is_file():
            pytest.skip(f"gensim is installed without its test data ({file})")
        report = evaluate_similarity(vector_set, data / file)
        assert_is(cell, report.spearman)
        assert report.n_pairs == int(count)
        assert report.high - report.low == pytest.approx(2 * half, abs=0.07)


def test_single_questions():
    words = load_sample("words")
    queen = explain(
        vectors_of(words, ["king", "woman"]),
        vectors_of(words, ["man"]),
        vectors_of(words, ["queen"]),
    )
    found = re.search(r"\*queen\* is ([\d.]+) and ([\d.]+)° from king − man \+ woman", SAID)
    assert_is(found[1], queen.gaps[0])
    assert_is(found[2], queen.angles[0])
    found = re.search(r"\*queen\* \+([\d.]+) to king, −([\d.]+) to man, \+([\d.]+) to woman", SAID)
    for cell, value in zip(found.groups(), queen.cosines[0][[0, 2, 1]], strict=True):
        assert_is(cell, value)
    assert f"*queen* is the {words.row('queen') + 1}th" in SAID
    capitals = load_relations()["country → capital"]
    sweden, kenya = apply_relation(words, capitals, ["sweden", "kenya"], 1).words
    assert (sweden.answers[0][1], kenya.answers[0][1]) == ("stockholm", "tanzania")
    assert_is(re.search(r"for sweden, with a cosine of ([\d.]+)", SAID)[1], sweden.answers[0][2])
    rows = np.unique([words.row(word) for pair in capitals for word in pair])
    share = parallelogram(words.vectors[rows]).share
    assert_is(re.search(r"of the capitals it holds (\d+ %)", SAID)[1], share)
    hot, cold, big, small = map(words.row, ("hot", "cold", "big", "small"))
    failed = explain_expected(words, [cold, big], [hot], small, big)
    assert f"from the {failed.rank_by_c}th place to the {failed.rank}rd" in SAID
    others = failed.rows[~failed.are_inputs]
    assert words.labels[others[0]] == "large"
