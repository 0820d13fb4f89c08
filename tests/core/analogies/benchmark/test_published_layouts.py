"""Files as MSR and BATS are published, of made-up words, counted here in plain NumPy as well.

MSR is two files with a line for each question: three words, and a tag with the answer. BATS is four
folders with a file for each relation, whose lines have a word, a tab and right answers.
"""

from collections import Counter

import numpy as np
import pytest

from embedviz.core.analogies import evaluate, measure_relation, read_questions
from embedviz.core.analogies.relations import read_relations
from embedviz.core.vector_set import VectorSet

TAGS = ("JJ_JJR", "JJR_JJ", "JJ_JJS", "NN_NNS", "NN_NNPOS", "VB_VBD", "VBZ_VBD", "VBD_VBZ")
FORMS = {
    "JJ": "",
    "JJR": "er",
    "JJS": "est",
    "NN": "",
    "NNS": "s",
    "NNPOS": "'s",
    "VB": "",
    "VBD": "ed",
    "VBZ": "es",
}
BATS = {
    "1_Inflectional_morphology/I01 [noun - plural_reg].txt": "i",
    "2_Derivational_morphology/D02 [un+adj_reg].txt": "d",
    "3_Encyclopedic_semantics/E05 [animal - young].txt": "e",
    "4_Lexicographic_semantics/L07 [synonyms - intensity].txt": "l",
}
KINDS = {"i": "syntactic", "d": "syntactic", "e": "semantic", "l": "semantic"}
DIMENSIONS = 12


class Words:
    """Words with vectors, each of a stem and an offset that is the same for all, and noise."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.vectors = {}
        self.offsets = {}

    def add(self, word, stem, form, noise=0.5):
        offset = self.offsets.setdefault(form, 1.2 * self.rng.normal(size=DIMENSIONS))
        self.vectors[word] = stem + offset + noise * self.rng.normal(size=DIMENSIONS)

    def stem(self):
        return self.rng.normal(size=DIMENSIONS)

    def set_without(self, unknown):
        labels = [word for word in self.vectors if word not in unknown]
        rows = np.array([self.vectors[word] for word in labels], np.float32)
        order = self.rng.permutation(len(labels))
        return VectorSet(rows[order], [labels[i] for i in order])


def answer_of(vector_set, a, b, c):
    """Return the label nearest to b − a + c that is none of them, in a line of NumPy each."""
    units = vector_set.vectors.astype(float)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    rows = [vector_set.labels.index(word) for word in (a, b, c)]
    cosines = units @ (units[rows[1]] - units[rows[0]] + units[rows[2]])
    cosines[rows] = -np.inf
    return vector_set.labels[int(cosines.argmax())]


def counted(vector_set, questions):
    """Return (right, asked, skipped) of each section, given (section, a, b, c, answers)."""
    known, found = set(vector_set.labels), {}
    for section, a, b, c, right in questions:
        counts = found.setdefault(section, Counter())
        if not {a, b, c} <= known or not known & set(right):
            counts["skipped"] += 1
            continue
        counts["asked"] += 1
        counts["right"] += answer_of(vector_set, a, b, c) in right
    return {name: (each["right"], each["asked"], each["skipped"]) for name, each in found.items()}


def assert_counts(report, expected):
    assert {each.name: tuple(each)[1:] for each in report.sections} == expected
    assert any(0 < right < asked for right, asked, _ in expected.values())
    assert any(skipped for _, _, skipped in expected.values())


@pytest.fixture(params=[0, 1])
def msr(request, tmp_path):
    """The two files of MSR in a folder, a set that lacks some of the words, and the questions."""
    words, questions = Words(request.param), []
    stems = {f"stem{i}": words.stem() for i in range(15)}
    for name, stem in stems.items():
        for form, ending in FORMS.items():
            if name + ending not in words.vectors:
                words.add(name + ending, stem, form)
    for tag in TAGS:
        one, other = (FORMS[form] for form in tag.split("_"))
        for _ in range(20):
            first, second = words.rng.choice(list(stems), 2, replace=False)
            right = second + other
            questions.append((tag, first + one, first + other, second + one, (right,)))
    order = words.rng.permutation(len(questions))  # Tags are not in blocks there.
    questions = [questions[i] for i in order]
    asked = "".join(f"{a} {b} {c}\n" for _, a, b, c, _ in questions)
    (tmp_path / "word_relationship.questions").write_text(asked, encoding="utf-8")
    given = "".join(f"{tag} {right[0]}\n" for tag, *_, right in questions)
    (tmp_path / "word_relationship.answers").write_text(given, encoding="utf-8")
    return tmp_path, words.set_without({"stem3er", "stem5's", "stem7ed"}), questions


@pytest.mark.parametrize("opened", ["", "word_relationship.questions", "word_relationship.answers"])
def test_msr_is_counted_by_its_tags(msr, opened):
    folder, vector_set, questions = msr
    report = evaluate(vector_set, folder / opened)
    assert_counts(report, counted(vector_set, questions))
    assert report.questions.layout == "MSR"
    assert [tally.name for tally in report.kinds] == ["syntactic"]
    assert report.kinds[0].total == report.total


def test_the_pairs_of_msr_are_relations(msr):
    folder, vector_set, questions = msr
    found = read_relations(folder / "word_relationship.questions")
    for tag in TAGS:
        asked = [each for each in questions if each[0] == tag]
        pairs = {(a, (b,)) for _, a, b, *_ in asked} | {(c, right) for *_, c, right in asked}
        assert set(found.relations[tag]) == pairs
    assert_measured(vector_set, found.relations["NN_NNPOS"])


def assert_measured(vector_set, pairs):
    """Check the consistency of a relation: the mean cosine of two of its offsets."""
    known = [
        (first, next(each for each in right if each in vector_set.labels))
        for first, right in pairs
        if first in vector_set.labels and set(right) & set(vector_set.labels)
    ]
    rows = [[vector_set.labels.index(word) for word in pair] for pair in known]
    units = vector_set.vectors.astype(float)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    first, second = units[np.array(rows).T]
    offsets = second - first
    offsets /= np.linalg.norm(offsets, axis=1, keepdims=True)
    cosines = (offsets @ offsets.T)[np.triu_indices(len(offsets), 1)]
    measured = measure_relation(vector_set, pairs, 50)
    assert len(measured.found) == len(known)
    assert measured.consistency == pytest.approx(cosines.mean(), abs=1e-6)


@pytest.fixture(params=[0, 1])
def bats(request, tmp_path):
    """The folder of BATS, a set that lacks some of the words, and the pairs of each relation."""
    words, relations = Words(request.param), {}
    for path, letter in BATS.items():
        pairs = []
        for i in range(12):
            stem = words.stem()
            word = f"{letter}{i}"
            answers = [f"{word}_{k}" for k in range(1 if letter in "id" else 1 + i % 4)]
            words.add(word, stem, letter)
            for answer in answers:
                words.add(answer, stem, f"{letter}'")
            pairs.append((word, tuple(answers)))
        relations[path] = pairs
        file = tmp_path / "BATS_3.0" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(f"{word}\t{'/'.join(answers)}\n" for word, answers in pairs)
        file.write_text(lines, encoding="utf-8")
    (tmp_path / "BATS_3.0" / "metadata.json").write_text("{}", encoding="utf-8")
    unknown = {"i4", "i5_0", "e3_1", "e7_3", "l2_0", "l6"}
    return tmp_path / "BATS_3.0", words.set_without(unknown), relations


def name_of(path):
    return path.rpartition("/")[2].removesuffix(".txt")


def crossed(path, pairs):
    """Return all questions of two different pairs; of several answers the first is the example."""
    return [
        (name_of(path), a, of_a[0], c, of_c) for a, of_a in pairs for c, of_c in pairs if a != c
    ]


def test_bats_is_counted_by_its_files(bats):
    folder, vector_set, relations = bats
    report = evaluate(vector_set, folder)
    questions = [each for path, pairs in relations.items() for each in crossed(path, pairs)]
    assert_counts(report, counted(vector_set, questions))
    assert report.questions.layout == "BATS"
    assert [section.kind for section in report.questions.sections] == list(KINDS.values())
    assert len(report.questions) == 4 * 12 * 11
    for path, pairs in relations.items():
        alone = evaluate(vector_set, folder / path)
        expected = counted(vector_set, crossed(path, pairs))
        assert {each.name: tuple(each)[1:] for each in alone.sections} == expected


def test_a_folder_of_bats_is_one_relation_a_file(bats):
    folder, vector_set, relations = bats
    found = read_relations(folder)
    assert found.relations == {name_of(path): tuple(pairs) for path, pairs in relations.items()}
    assert not found.notes
    for pairs in found.relations.values():
        assert_measured(vector_set, pairs)


def test_capitals_in_a_file_are_folded(bats, tmp_path):
    """Files of MSR and BATS are of small letters; sets of other models may not be."""
    folder, vector_set, _ = bats
    upper = VectorSet(vector_set.vectors, [label.upper() for label in vector_set.labels])
    questions = read_questions(folder)
    one, other = evaluate(vector_set, questions), evaluate(upper, questions)
    assert one.sections == other.sections
    assert evaluate(upper, questions, case_insensitive=False).total == 0
