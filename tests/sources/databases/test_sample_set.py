"""Sets that are samples of collections: what is in them, and what they say of themselves."""

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.origin import SampleSettings
from embedviz.sources.databases.sample_set import bytes_of_sample, sample_collection
from tests.sources.databases.memory_engine import MemoryCollection, table

AT = Address("memory", "memory://x")


def sampled(given, report=lambda fraction, message: None, **settings):
    collection = MemoryCollection("things", given)
    return sample_collection(collection, AT, SampleSettings("things", "", **settings), report)


def test_rows_labels_and_columns_belong_together():
    given = table()
    found = sampled(given, label_field="title", fields=("year", "title"), n_rows=20, seed=3)
    assert found.vectors.shape == (20, 4)
    keys = found.metadata.column("id").to_pylist()
    assert keys == sorted(set(keys))
    for row, key in enumerate(keys):
        place = given.keys.index(key)
        assert found.labels[row] == f"row {place}"
        assert found.metadata.column("year")[row].as_py() == place
        assert np.allclose(found.vectors[row], given.vectors[place])
    assert found.origin.key_column == "id"
    assert found.origin.settings.vector_field == "vector"
    assert [each.text for each in found.notes] == ["20 of 50 rows, sampled by key, seed 3."]
    assert found.notes[0].kind == "sample"


def test_without_a_label_field_the_keys_are_the_labels():
    found = sampled(table(), n_rows=5)
    assert found.origin.key_column == ""
    assert {int(label) for label in found.labels} <= set(table().keys)
    assert not found.is_numbered


def test_the_same_seed_is_the_same_sample_and_another_is_another():
    first, again, other = (sampled(table(), n_rows=10, seed=seed) for seed in (0, 0, 1))
    assert first.labels == again.labels
    assert first.labels != other.labels


def test_bad_rows_are_left_out_and_named():
    given = table()
    given.vectors[3] = None
    given.vectors[4] = [1.0]
    given.vectors[5] = [np.nan, 0, 0, 0]
    found = sampled(given, n_rows=50)
    assert len(found) == 47
    note = next(each for each in found.notes if each.kind == "bad rows")
    assert note.facts["count"] == 3
    assert "2 without a vector of this length, 1 with NaN or infinities" in note
    for key in ("16", "18", "20"):
        assert key in note
        assert key not in found.labels


def test_repeated_labels_stay_and_are_said():
    given = table()
    given.columns["title"][7] = "row 6"
    given.columns["title"][8] = None
    found = sampled(given, n_rows=50, label_field="title")
    assert len(found) == 50
    assert found.labels[8] == "26"
    assert any("1 row with a label that an earlier row has" in each for each in found.notes)


def test_values_of_several_kinds_become_texts():
    given = table(3)
    given.columns["mixed"] = [1, "a", None]
    found = sampled(given, fields=("mixed",))
    assert found.metadata.column("mixed").to_pylist() == ["1", "a", None]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"label_field": "nope"}, "'nope' is not a field of 'things'; there are id, title, year"),
        ({"fields": ("nope",)}, "'nope' is not a field"),
    ],
)
def test_fields_that_are_not_there_are_said(settings, said):
    with pytest.raises(UserError, match=said):
        sampled(table(), **settings)


def test_nothing_that_can_be_shown_is_said():
    given = table(3)
    given.vectors = [[np.nan] * 4] * 3
    with pytest.raises(UserError, match="None of the 3 rows"):
        sampled(given)


def test_a_database_that_fails_in_the_middle_ends_in_its_words():
    with pytest.raises(UserError, match="does not answer any more"):
        sampled(table(fails_after=0))


def test_stop_is_asked_for_between_pieces():
    given = table(9000)

    def stop(fraction, message):
        if message.startswith("reading") and fraction > 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        sampled(given, stop, n_rows=9000)


def test_memory_is_estimated_by_what_there_is():
    info = MemoryCollection("things", table()).info
    assert bytes_of_sample(info, info.vector_fields[0], 20) == 20 * 4 * 4
    assert bytes_of_sample(info, info.vector_fields[0], 1000) == 50 * 4 * 4
