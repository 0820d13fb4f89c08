"""Files of analogy questions in three layouts."""

import gzip

import numpy as np
import pytest

from embedviz.core.analogies import evaluate, read_questions, relation_questions
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet


def written(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def all_of(questions):
    return [questions.question(number) for number in range(len(questions))]


def test_sections_of_google_are_semantic_and_syntactic(tmp_path):
    path = written(
        tmp_path,
        "questions.txt",
        ": capital\nAthens Greece Oslo Norway\nRome Italy Oslo Norway\n: gram1-plural\na as b bs\n",
    )
    questions = read_questions(path)
    assert (questions.layout, questions.name) == ("Google", "questions.txt")
    assert questions.sections == (
        ("capital", "semantic", 0, 2),
        ("gram1-plural", "syntactic", 2, 3),
    )
    assert questions.question(1) == ("capital", "Rome", "Italy", "Oslo", ("Norway",))
    assert str(questions.question(2)) == "a is to as as b is to bs"


def test_a_file_without_gram_sections_tells_no_kind(tmp_path):
    questions = read_questions(written(tmp_path, "q.txt", ": one\na b c d\n: two\n"))
    assert questions.sections == (("one", "", 0, 1), ("two", "", 1, 1))


@pytest.mark.parametrize(
    "lines",
    [
        "a b c d\n\n  e f\tg h  \n",
        "a b c d\r\ne f g h\r\n",
        "a b c\td\ne f g h",
        "a b\u00a0c d\ne f g h",
        "a b c d e\nfour blanks  follow\na b c d\ne f g h\nx y z\n",
        "a b c d\ne f g h\na b c\td e\nx  y z\n",
    ],
)
def test_lines_of_four_words_are_found_however_they_are_spaced(tmp_path, lines):
    questions = read_questions(written(tmp_path, "q.txt", ": one\n" + lines))
    assert [each[1:4] for each in all_of(questions)] == [("a", "b", "c"), ("e", "f", "g")]
    n_lines = sum(1 for line in lines.split("\n") if line.strip())
    assert questions.malformed == n_lines - 2


def test_a_packed_file_is_read(tmp_path):
    path = tmp_path / "q.txt.gz"
    path.write_bytes(gzip.compress(b": one\na b c d\n"))
    assert len(read_questions(path)) == 1


MSR_QUESTIONS = "good better rough\nbetter good rougher\nyear years law\n"
MSR_ANSWERS = "JJ_JJR rougher\nJJR_JJ rough\nNN_NNS laws\n"


@pytest.mark.parametrize("opened", ["word_relationship.questions", "word_relationship.answers"])
def test_msr_is_two_files_of_which_either_is_opened(tmp_path, opened):
    written(tmp_path, "word_relationship.questions", MSR_QUESTIONS)
    written(tmp_path, "word_relationship.answers", MSR_ANSWERS)
    for path in (tmp_path / opened, tmp_path):
        questions = read_questions(path)
        assert questions.layout == "MSR"
        assert questions.sections == (
            ("JJ_JJR", "syntactic", 0, 1),
            ("JJR_JJ", "syntactic", 1, 2),
            ("NN_NNS", "syntactic", 2, 3),
        )
        assert questions.question(0) == ("JJ_JJR", "good", "better", "rough", ("rougher",))


def test_answers_of_msr_without_tags_are_one_section(tmp_path):
    written(tmp_path, "q.questions", MSR_QUESTIONS)
    written(tmp_path, "q.answers", "rougher\nrough\nlaws\n")
    questions = read_questions(tmp_path / "q.questions")
    assert questions.sections == (("MSR", "syntactic", 0, 3),)
    assert questions.question(2).answers == ("laws",)


def test_msr_in_one_file_has_the_tag_before_the_answer(tmp_path):
    text = "good better rough JJ_JJR rougher\nbetter good rougher JJR_JJ rough\nnot this\n"
    questions = read_questions(written(tmp_path, "EN-MSR.txt", text))
    assert [each.answers for each in all_of(questions)] == [("rougher",), ("rough",)]
    assert (questions.layout, questions.malformed) == ("MSR", 1)


def test_questions_of_msr_without_their_answers_are_named(tmp_path):
    path = written(tmp_path, "word_relationship.questions", MSR_QUESTIONS)
    with pytest.raises(UserError, match=r"questions, line 1: .* no word_relationship\.answers"):
        read_questions(path)
    written(tmp_path, "word_relationship.answers", "JJ_JJR rougher\n")
    with pytest.raises(UserError, match=r"questions, line 2: .* 3 questions, .* 1 answers"):
        read_questions(path)


def test_bats_asks_all_ordered_pairs_and_takes_any_answer(tmp_path):
    written(
        tmp_path,
        "BATS/3_Encyclopedic/E01 [country - capital].txt",
        "norway\toslo\nlaos\tvientiane/viangchan\nitaly\trome\n",
    )
    written(tmp_path, "BATS/1_Inflectional/I01 [noun - plural].txt", "cat\tcats\ndog\tdogs\n")
    written(tmp_path, "BATS/README.txt", "Nothing of this is a pair.\n")
    questions = read_questions(tmp_path / "BATS")
    assert (questions.layout, questions.name) == ("BATS", "BATS")
    assert questions.sections == (
        ("I01 [noun - plural]", "syntactic", 0, 2),
        ("E01 [country - capital]", "semantic", 2, 8),
    )
    found = all_of(questions)
    assert found[0][1:] == ("cat", "cats", "dog", ("dogs",))
    assert {each[1:4] for each in found[2:]} == {
        ("norway", "oslo", "laos"),
        ("norway", "oslo", "italy"),
        ("laos", "vientiane", "norway"),
        ("laos", "vientiane", "italy"),
        ("italy", "rome", "norway"),
        ("italy", "rome", "laos"),
    }
    assert all(each.answers == ("vientiane", "viangchan") for each in found if each.c == "laos")


def test_one_file_of_bats_and_lines_that_are_no_pairs(tmp_path):
    path = written(tmp_path, "L03 [hypernyms].txt", "cat\tanimal/feline\nalone\ndog\tanimal\n")
    questions = read_questions(path)
    assert questions.sections[0][:2] == ("L03 [hypernyms]", "semantic")
    assert (len(questions), questions.malformed) == (2, 1)
    path = written(tmp_path, "broken/E01.txt", "\nonly\n")
    with pytest.raises(UserError, match=r"E01\.txt, line 2: 'only' is no pair"):
        read_questions(path.parent)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="no questions in this folder"):
        read_questions(tmp_path / "empty")


def test_any_right_answer_of_several_counts(tmp_path):
    rng = np.random.default_rng(0)
    stems, offset = rng.normal(size=(6, 20)), 2 * rng.normal(size=20)
    labels = [f"s{i}" for i in range(6)] + [f"t{i}" for i in range(6)]
    vector_set = VectorSet(np.vstack([stems, stems + offset]), labels)
    lines = "".join(f"s{i}\tt{i}/unknown\n" for i in range(3))
    lines += "".join(f"s{i}\tt0/t{i}\n" for i in range(3, 6))
    path = written(tmp_path, "E09.txt", lines)
    report = evaluate(vector_set, path)
    assert (report.total, report.skipped) == (30, 0)
    # An example that is wrong misleads, but the second answer is as good as the first.
    good = [place for place in range(30) if report.result(place).question.b[1:] != "0"]
    good += [place for place in range(30) if report.result(place).question.a == "s0"]
    assert all(report.result(place).is_correct for place in good)


def test_relations_make_questions_with_nothing_to_download():
    relations = {
        "plural": [("cat", "cats"), ("dog", "dogs"), ("dog", "hounds")],
        "one pair": [("king", "queen")],
    }
    questions = relation_questions(relations)
    assert [each[1:] for each in all_of(questions)] == [
        ("cat", "cats", "dog", ("dogs", "hounds")),
        ("dog", "dogs", "cat", ("cats",)),
    ]
    assert questions.sections == (("plural", "", 0, 2), ("one pair", "", 2, 2))
    assert questions.notes == ()


def test_relations_make_no_question_whose_answer_is_a_word_of_it(tmp_path):
    languages = [("france", "french"), ("monaco", "french"), ("peru", "spanish"), ("x", "x")]
    several = [("a", ("b", "c")), ("d", ("b", "a")), ("e", ("b",)), ("f", ("g", "h", "i"))]
    flat = [(first, second) for first, seconds in several for second in seconds]
    questions = relation_questions({"languages": languages, "several": flat})
    asked = {each[:4] for each in all_of(questions)}
    expected = set()
    for name, pairs in (("languages", [(a, (b,)) for a, b in languages]), ("several", several)):
        for a, seconds in pairs:
            for c, right in pairs:
                if a != c and set(right) - {a, seconds[0], c}:
                    expected.add((name, a, seconds[0], c))
    assert asked == expected
    assert ("languages", "france", "french", "monaco") not in asked
    assert ("several", "d", "b", "a") in asked
    assert questions.notes == ()
    # Of a published file, all are asked as they are.
    bats = read_questions(written(tmp_path, "E01 [x].txt", "a\tb\nc\tb\nd\te\n"))
    assert len(bats) == 6


def test_of_many_questions_some_are_drawn_and_that_is_said():
    relations = {"many": [(f"a{i}", f"b{i}") for i in range(40)]}
    questions = relation_questions(relations, most=100, seed=3)
    assert len({each[1:4] for each in all_of(questions)}) == len(questions) == 100
    assert all(each.a != each.c for each in all_of(questions))
    assert questions.notes == ("many: 100 of 1,560 questions, drawn with seed 3.",)
    again = relation_questions(relations, most=100, seed=3)
    assert all_of(again) == all_of(questions)
    assert all_of(relation_questions(relations, most=100, seed=4)) != all_of(questions)


@pytest.mark.parametrize("text", ["", "\n\n", ": one\n", ": one\n\n: two\n"])
def test_a_file_without_a_question_has_an_empty_report(tmp_path, text):
    report = evaluate(VectorSet(np.eye(3), list("abc")), written(tmp_path, "q.txt", text))
    assert (report.total, report.accuracy, report.top5_accuracy, report.bands) == (0, 0.0, 0.0, [])
    assert report.frequent_wrong_answers() == []
