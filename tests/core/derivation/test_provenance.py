"""How a set came about, step by step."""

from dataclasses import replace

import numpy as np
import pytest

from embedviz.app.files.session.steps import STEPS
from embedviz.core.derivation.additions import (
    with_columns,
    with_notes,
    with_read_settings,
    with_thumbnails,
)
from embedviz.core.derivation.chosen_rows import ChosenRows, chosen_rows
from embedviz.core.derivation.provenance import (
    digest_of,
    known_digest,
    labels_digest,
)
from embedviz.core.derivation.recipes import Truncated, Whitened
from embedviz.core.origin import Provenance, ReadSettings, SampleOrigin
from embedviz.core.samples import load_sample
from embedviz.core.thumbnails import ImageArray
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load
from embedviz.formats.companions.coordinate_files import AddedCoordinates, load_coordinates


@pytest.fixture
def opened(tmp_path):
    np.save(tmp_path / "v.npy", np.random.default_rng(0).normal(size=(9, 4)))
    return load(tmp_path / "v.npy")


def steps_of(vector_set):
    return [type(each.step).__name__ for each in vector_set.provenance.line]


def test_a_file_and_what_is_derived_from_it(opened):
    assert opened.provenance.step is opened.opened
    assert opened.opened.stamp[0] == opened.opened.path.stat().st_size
    derived = Truncated(2).derive(Whitened().derive(opened))
    assert steps_of(derived) == ["FileOrigin", "Whitened", "Truncated"]
    assert derived.provenance.line[0] is opened.provenance
    assert derived.provenance.rows_from is opened.provenance
    assert derived.provenance.is_repeatable


def test_some_rows_keep_no_set_but_know_where_they_are_from(opened):
    chosen = Whitened().derive(chosen_rows(opened, [5, 1], "two"))
    assert steps_of(chosen) == ["FileOrigin", "ChosenRows", "Whitened"]
    step = chosen.provenance.rows_from.step
    assert isinstance(step, ChosenRows)
    again = step.derive(opened)
    assert again.labels == ("5", "1")
    assert again.name == "two"
    assert known_digest(opened.provenance) == labels_digest(opened.labels)


def test_a_sample():
    assert load_sample("words").provenance.step == SampleOrigin("words")


def test_additions(opened, tmp_path):
    (tmp_path / "p.csv").write_text("x,y\n" + "1,2\n" * 9)
    extended = load_coordinates(tmp_path / "p.csv", opened)
    assert extended.provenance.step == AddedCoordinates(tmp_path / "p.csv")
    assert extended.provenance.parent is opened.provenance
    again = extended.provenance.step.derive(opened)
    assert again.metadata.equals(extended.metadata)
    assert with_notes(opened, ["said"]).provenance is opened.provenance


def test_what_was_added_in_memory_cannot_be_repeated(opened):
    columns = with_columns(opened, {"a": np.ones(9)})
    pictures = with_thumbnails(opened, ImageArray(np.zeros((9, 2, 2))))
    for each in (columns, pictures, Whitened().derive(columns)):
        assert not each.provenance.is_repeatable


def test_a_set_in_memory_has_none(toy):
    assert toy.provenance is None
    for each in (Whitened().derive(toy), chosen_rows(toy, [1]), with_notes(toy, ["said"])):
        assert each.provenance is None
    assert digest_of(toy) == labels_digest(toy.labels)


def test_two_openings_are_two_provenances(opened):
    again = load(opened.opened.path)
    assert again.provenance != opened.provenance
    assert replace(opened.provenance) != opened.provenance
    assert isinstance(again.provenance, Provenance)


def test_a_digest_is_another_one_for_other_labels():
    known = {labels_digest(each) for each in (["a", "b"], ["b", "a"], ["ab"], ["a", "", "b"], [])}
    assert len(known) == 5
    many = [str(i) for i in range(50_000)]
    assert labels_digest(many) == labels_digest(iter(many))
    assert labels_digest(["\ud800"]) != labels_digest(["\ud801"])
    named = VectorSet(np.zeros((2, 2)), ["a", "b"], provenance=Provenance(SampleOrigin("x")))
    assert known_digest(named.provenance) is None
    assert digest_of(named) == digest_of(named) == known_digest(named.provenance)


def test_every_recipe_is_a_step():
    assert {"whitened", "truncated", "rows", "coordinates"} <= set(STEPS)


def test_settings_that_are_noted_are_those_a_set_is_made_again_with(tmp_path, toy):
    np.save(tmp_path / "x.npy", toy.vectors)
    read = load(tmp_path / "x.npy", on_bad_rows="skip")
    extended = with_notes(with_thumbnails(read, ImageArray(np.zeros((50, 2, 2))), step=None), [])
    extended = VectorSet(
        extended.vectors,
        extended.labels,
        extends=extended,
        provenance=Provenance(Truncated(2), extended.provenance),
    )
    noted = with_read_settings(extended, ReadSettings())
    assert noted.opened.settings == ReadSettings()
    assert noted.identity is extended.identity
    assert steps_of(noted)[-1] == "Truncated"
    assert noted.provenance.line[0].step is noted.opened
    assert extended.opened.settings.on_bad_rows == "skip"
    assert with_read_settings(toy, ReadSettings()) is toy
