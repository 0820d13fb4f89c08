"""Lists of a catalog, as they are and as they should not be."""

import json

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from embedviz.core.errors import UserError
from embedviz.sources.catalog import PUBLIC_CATALOG, Catalog, catalog_in_use
from embedviz.sources.catalog.entries import read_listing
from embedviz.sources.catalog.file_names import why_not_plain

CATALOG = Catalog("https://host/list.json", "https://host/files")
SUM = "0123456789abcdef0123456789abcdef"


def read(models):
    return read_listing(json.dumps({"corpora": {}, "models": models}).encode(), CATALOG)


def entry(**given):
    return read({"words": {"checksum": SUM, "file_name": "words.gz", "parts": 1, **given}}).entries[
        0
    ]


def test_an_entry_is_read():
    found = entry(
        num_records=400_000,
        file_size=69_182_535,
        base_dataset="Wikipedia\n2014",
        license="http://opendatacommons.org/licenses/pddl/",
        parameters={"dimension": 50},
        description="Vectors.",
        read_more=["https://a/", 7],
    )
    assert (found.name, found.n_rows, found.dimensions, found.n_bytes) == (
        *("words", 400_000),
        *(50, 69_182_535),
    )
    assert found.pieces[0].address == "https://host/files/words/words.gz"
    assert found.pieces[0].checksum == SUM
    assert found.base == "Wikipedia 2014"
    assert found.refusal == ""


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"dimension": 50}, 50),
        ({"dimensions": 50}, 50),
        ({"dimension": "50"}, 50),
        ("dimensions = 50", 50),
        ("dimentions = 50", 50),
        ({"dimension": -1}, None),
        ({"dimension": True}, None),
        ({"dimension": 10**400}, None),
        ("many", None),
        (None, None),
        ([50], None),
    ],
)
def test_dimensions_are_found_as_they_were_written_over_the_years(parameters, expected):
    assert entry(parameters=parameters).dimensions == expected


def test_minus_one_and_not_found_say_nothing():
    found = entry(num_records=-1, license="not found")
    assert found.n_rows is None
    assert found.license == ""


def test_parts_are_numbered_from_zero():
    sums = {"checksum-0": SUM, "checksum-1": SUM[::-1]}
    found = entry(parts="2", **sums)
    assert [piece.address for piece in found.pieces] == [
        "https://host/files/words/words.gz_00",
        "https://host/files/words/words.gz_01",
    ]
    assert [piece.checksum for piece in found.pieces] == [SUM, SUM[::-1]]
    assert "no checksum" in entry(parts=3, **sums).refusal
    assert entry(parts=10**9).refusal
    assert entry(parts=0).refusal
    assert entry(checksum="x").refusal


@pytest.mark.parametrize("name", ["m.pkl", "m.model", "m.pickle.gz", "m.kv", "m.PKL", "m.pt"])
def test_pickles_are_not_offered_with_the_reason(name):
    listing = read({"words": {"checksum": SUM, "file_name": name, "parts": 1}})
    assert "is a pickle" in listing.entries[0].refusal
    with pytest.raises(UserError, match="not downloaded: its file is a pickle"):
        listing.find("words")


@pytest.mark.parametrize("name", ["../../evil.gz", "/etc/x.gz", "C:\\x.gz", "a\0.gz", "con.gz"])
def test_tricks_in_the_name_of_a_file_are_refused(name):
    found = read({"words": {"checksum": SUM, "file_name": name, "parts": 1}}).entries[0]
    assert "not a plain one" in found.refusal
    assert not why_not_plain(found.file_name)


def test_tricks_in_the_name_of_an_entry_leave_it_out():
    given = {"checksum": SUM, "parts": 1}
    listing = read({"../evil": given, "a/b": given, "good": given, "bad": 7})
    assert [each.name for each in listing.entries] == ["good"]
    assert listing.notes == ("3 entries left out: damaged.",)


def test_what_is_for_tests_or_superseded_is_not_shown():
    given = {"checksum": SUM, "parts": 1}
    listing = read({"__testing_x": given, "old": {**given, "latest": False}, "new": given})
    assert [each.name for each in listing.entries] == ["new"]
    assert listing.notes == ()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<!doctype html><html>", "with a web page"),
        (b"", "something else"),
        (b"\xff\xfe", "something else"),
        (b"[" * 100_000, "something else"),
        (b"[]", "without any models"),
        (b'{"models": []}', "without any models"),
    ],
)
def test_what_is_no_list_is_refused(data, said):
    with pytest.raises(UserError, match=said):
        read_listing(data, CATALOG)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
FIELDS = (
    *("num_records", "file_size", "base_dataset", "license", "parameters", "description"),
    *("checksum", "checksum-0", "file_name", "parts", "read_more", "latest"),
)


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.text(max_size=12), st.dictionaries(st.sampled_from(FIELDS), json_values), max_size=3
    )
)
def test_whatever_a_list_says_is_read(models):
    listing = read_listing(json.dumps({"models": models}).encode(), CATALOG)
    for each in listing.entries:
        assert not why_not_plain(each.name)
        assert not why_not_plain(each.file_name)
        assert each.description.isprintable()


def test_an_unknown_name_is_said_with_what_is_like_it():
    with pytest.raises(UserError, match="Did you mean words"):
        read({"words": {}}).find("word")


def test_the_environment_names_another_catalog(monkeypatch):
    monkeypatch.delenv("EMBEDVIZ_CATALOG", raising=False)
    assert catalog_in_use() is PUBLIC_CATALOG
    monkeypatch.setenv("EMBEDVIZ_CATALOG", "http://127.0.0.1:8000/")
    assert catalog_in_use() == Catalog("http://127.0.0.1:8000/list.json", "http://127.0.0.1:8000")
