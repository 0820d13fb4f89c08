"""Relations in files: lists, tables, questions, BATS."""

import gzip
import pickle

import pytest

from embedviz.core.analogies.relations import files, read_relations
from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled

FAMILY = (("king", ("queen",)), ("man", ("woman",)))
BOTH = {"family": FAMILY, "plural": (("cat", ("cats",)), ("dog", ("dogs",)))}
ROWS = [(name, a, b) for name, pairs in BOTH.items() for a, (b,) in pairs]


def written(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("family.txt", "king queen\nman woman\n"),
        ("family.tsv", "king\tqueen\nman\twoman\n"),
        ("family.tsv", "first\tsecond\nking\tqueen\nman\twoman\n"),
        ("family.csv", "king,queen\nman,woman\n"),
        ("family.csv", 'word1;word2\n"king";"queen"\nman;woman\n'),
        ("family.jsonl", '{"a": "king", "b": "queen"}\n{"a": "man", "b": "woman"}\n'),
        ("family.txt.gz", gzip.compress(b"king -> queen\nman -> woman\n", mtime=0)),
        ("family.txt", "king queen\nman woman\n".encode("utf-16")),
    ],
)
def test_a_file_of_pairs_is_a_relation_of_its_name(tmp_path, name, text):
    assert read_relations(written(tmp_path, name, text)).relations == {"family": FAMILY}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tsv", "\n".join("\t".join(row) for row in [("relation", "x", "y"), *ROWS])),
        ("a.tsv", "\n".join("\t".join(row) for row in ROWS)),
        ("a.csv", "\n".join(f"{a},{b},{kind}" for kind, a, b in ROWS)),
        ("a.csv", "\n".join(["a,b,Category", *(f"{a},{b},{kind}" for kind, a, b in ROWS)])),
        ("a.jsonl", "\n".join(f'{{"relation":"{k}","a":"{a}","b":"{b}"}}' for k, a, b in ROWS)),
        ("a.txt", ": family\nking queen man woman\n: plural\ncat cats dog dogs\ndog dogs cat cats"),
        ("a.txt", ": family\nking queen\nman woman\n: plural\ncat cats\ndog dogs"),
        ("a.questions", "king queen man F_F woman\ncat cats dog N_N dogs\n"),
    ],
)
def test_relations_in_one_file(tmp_path, name, text):
    found = read_relations(written(tmp_path, name, text)).relations
    names = ["F_F", "N_N"] if name == "a.questions" else list(BOTH)
    assert found == dict(zip(names, BOTH.values(), strict=True))


def test_the_bundled_relations_are_read_as_they_are():
    from embedviz.core.samples import load_relations, resource_path

    found = read_relations(resource_path("relations.tsv"))
    assert found.notes == ()
    assert {
        name: tuple((first, answers[0]) for first, answers in pairs)
        for name, pairs in found.relations.items()
    } == load_relations()


def test_a_folder_of_bats_is_a_relation_for_each_file(tmp_path):
    written(tmp_path, "1_Inflection/I01 [noun - plural].txt", "cat\tcats\ndog\tdogs/doggies\n")
    written(tmp_path, "4_Lexicon/L01 [hypernym].txt", "cat\tanimal/pet\n")
    written(tmp_path, "README.txt", "some words about it\n")
    found = read_relations(tmp_path)
    assert found.relations == {
        "I01 [noun - plural]": (("cat", ("cats",)), ("dog", ("dogs", "doggies"))),
        "L01 [hypernym]": (("cat", ("animal", "pet")),),
    }


def test_other_folders_are_read_too_and_files_without_pairs_told(tmp_path):
    written(tmp_path, "one/family.txt", "king queen\nman woman")
    written(tmp_path, "two/family.txt", "a b\nc d")
    written(tmp_path, "three.txt", "no pairs are in this file")
    found = read_relations(tmp_path)
    assert found.relations == {
        "family": FAMILY,
        "family (two)": (("a", ("b",)), ("c", ("d",))),
    }
    assert len(found.notes) == 1
    assert "three.txt: no line is a pair" in found.notes[0]


def test_lines_that_are_no_pairs_are_named(tmp_path):
    found = read_relations(written(tmp_path, "a.txt", "king, queen\nfool\nman, woman\n"))
    assert "line 2 is 'fool'" in found.notes[0]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.txt", "", "no line is a pair"),
        ("a.txt", "one two three\nfour five six seven eight", "the first is 'one two three'"),
        ("a.csv", "alone\nagain\n", "one column"),
        ("a.txt", b"\x00\x01\x02\x03" * 99, "not a text file"),
        ("a.pkl", pickle.dumps({"king": "queen"}), "a.pkl"),
    ],
)
def test_what_holds_no_pair_is_refused_by_name(tmp_path, name, text, told):
    with pytest.raises(UserError, match=told) as raised:
        read_relations(written(tmp_path, name, text))
    assert name in str(raised.value)


def test_a_file_that_is_not_there_and_an_empty_folder(tmp_path):
    with pytest.raises(UserError, match=r"gone\.txt"):
        read_relations(tmp_path / "gone.txt")
    with pytest.raises(UserError, match="no lists of pairs"):
        read_relations(tmp_path)


def test_what_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 5)
    with pytest.raises(UserError, match="has more than"):
        read_relations(written(tmp_path, "a.txt", "king queen\n"))
    monkeypatch.setattr(files, "MOST_BYTES", 1000)
    monkeypatch.setattr(files, "_MOST_FILES", 1)
    for name in "ab":
        written(tmp_path, f"{name}.txt", "king queen\n")
    with pytest.raises(UserError, match="has 2 files"):
        read_relations(tmp_path)


def test_reading_a_folder_can_be_stopped(tmp_path):
    for name in "abc":
        written(tmp_path, f"{name}.txt", "king queen\n")

    def stop(share, _words):
        if share > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_relations(tmp_path, stop)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("seats.tsv", "Land\tSitz\nfrance\tparis\nitaly\trome\n"),
        ("seats.csv", "Land,Sitz\nfrance,paris\nitaly,rome\n"),
        ("seats.txt", "Land Sitz\nfrance paris\nitaly rome\n"),
    ],
)
def test_a_header_that_no_rule_knows_is_left_out_where_it_is_said(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    expected = [("france", ("paris",)), ("italy", ("rome",))]
    as_pair = list(read_relations(path).pairs)
    assert as_pair == [("Land", ("Sitz",)), *expected]
    found = read_relations(path, has_header=True)
    assert list(found.pairs) == expected
    assert any("line 1 is left out as a header: 'Land" in note for note in found.notes)


def test_a_header_that_is_known_is_left_out_once(tmp_path):
    path = tmp_path / "seats.csv"
    path.write_text("word1,word2\nfrance,paris\nitaly,rome\n", "utf-8")
    for has_header in (False, True):
        assert len(read_relations(path, has_header=has_header).pairs) == 2
    alone = tmp_path / "alone.csv"
    alone.write_text("Land,Sitz\n", "utf-8")
    with pytest.raises(UserError, match="no line is a pair"):
        read_relations(alone, has_header=True)
