"""Files that are no vectors, told by their contents."""

import gzip

import pytest

from embedviz.core.analogies.file_contents import holds_questions, holds_word_similarity

GOOGLE = ": capitals\n" + "athens greece oslo norway\n" * 9 + ": gram1\nold older new newer\n"
MSR = "good better rough JJ_JJR rougher\n" * 5
QUESTIONS = {
    "google.txt": GOOGLE,
    "google-crlf.txt": GOOGLE.replace("\n", "\r\n"),
    "bom.txt": "\ufeff" + GOOGLE,
    "accents.txt": ": états\nathènes grèce oslo norvège\n",
    "msr.txt": MSR,
}
SIMILARITY = {
    "wordsim.tab": "Word 1\tWord 2\tHuman (mean)\nlove\tsex\t6.77\ntiger\tcat\t7.35\n",
    "wordsim.csv": "Word 1,Word 2,Human (mean)\nlove,sex,6.77\n",
    "simlex.txt": "word1\tword2\tPOS\tSimLex999\nold\tnew\tA\t1.58\nsmart\tdull\tA\t2\n",
    "men.txt": "sun-n sunlight-n 50.0\nriver-n water-n 49\n",
    "remarks.txt": "# a remark\ntiger\tcat\t7.35\ntiger\ttiger\t10\n",
}
NEITHER = {
    "glove.txt": "the 0.1 0.2 0.3\nof 0.2 0.3 0.4\n",
    "glove3.txt": "the 0.1 0.2\nof 0.2 0.3\n",
    "one.txt": "the 0.1\nof 0.2\n",
    "header.txt": "2 3\nthe 0.1 0.2 0.3\nof 0.2 0.3 0.4\n",
    "numbers.tsv": "1\t2\t3\n4\t5\t6\n",
    "table.csv": "title,text,stars\nGood,It is good,5\nBad,It is bad,1\n",
    "goods.csv": "name,kind,price\npen,office,1\ncup,kitchen,2\n",
    "pairs.txt": "france\tparis\nspain\tmadrid\n",
    "prose.txt": "Four words stand here\nAnd four of them\n",
    "sections.txt": ": no questions\n",
    "numbered.txt": ": a\n1 2 3 4\n5 6 7 8\n",
    "empty.txt": "",
    "blank.txt": "\n\n",
    "sts.tsv": "A man runs.\tSomebody moves.\t4.2\nA cat sits.\tIt rains now.\t0\n",
}


@pytest.fixture
def written(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_bytes(text.encode())
        return path

    return write


@pytest.mark.parametrize("name", QUESTIONS)
def test_questions_are_told(written, name):
    path = written(name, QUESTIONS[name])
    assert holds_questions(path)
    assert not holds_word_similarity(path)
    packed = path.with_suffix(".gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert holds_questions(packed)


@pytest.mark.parametrize("name", SIMILARITY)
def test_word_similarity_is_told(written, name):
    path = written(name, SIMILARITY[name])
    assert holds_word_similarity(path)
    assert not holds_questions(path)


@pytest.mark.parametrize("name", NEITHER)
def test_other_files_are_neither(written, name):
    path = written(name, NEITHER[name])
    assert not holds_questions(path)
    assert not holds_word_similarity(path)


def test_a_head_of_large_files_is_enough(written):
    assert holds_questions(written("large.txt", GOOGLE * 3000))
    assert not holds_questions(written("large.bin", "\0" * 100_000))


def test_the_two_files_of_msr_belong_together(written):
    questions = written("word_relationship.questions", "good better rough\n" * 3)
    assert not holds_questions(questions)
    answers = written("word_relationship.answers", "JJ_JJR rougher\n" * 3)
    assert holds_questions(questions)
    assert holds_questions(answers)


def test_a_folder_of_bats_is_told(tmp_path):
    assert not holds_questions(tmp_path)
    (tmp_path / "1_Inflectional").mkdir()
    (tmp_path / "1_Inflectional" / "I01 [noun - plural_reg].txt").write_text("a\tb\n")
    assert holds_questions(tmp_path)
    assert not holds_questions(tmp_path / "missing")
