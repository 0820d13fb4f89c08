"""Sets whose map was fitted on other rows, in session files; and what maps are to be fitted on."""

import json
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from embedviz.app.files.session.fits import fit_to_json, read_fit
from embedviz.app.files.session.plan import read_plan
from embedviz.app.files.session.sets import restore_sets
from embedviz.app.files.session.state import restore_state
from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import save_session
from embedviz.app.files.values import Unfit, from_json, to_json
from embedviz.app.state import State, derived_by
from embedviz.core.anisotropy.fit import fit_rows
from embedviz.core.anisotropy.fit_source import ALL_ROWS, FitSource, fit_source
from embedviz.core.anisotropy.transform import TransformSettings
from embedviz.core.derivation.recipes import Truncated, Whitened
from embedviz.core.samples import load_sample
from embedviz.core.selection import Selection
from embedviz.core.settings import Settings


@dataclass(frozen=True)
class ToyFitSettings(Settings):
    """Settings with a source."""

    name: ClassVar[str] = "toy"
    fit_on: FitSource = ALL_ROWS


def read(path, panes=()):
    plan = read_plan(path, STEPS)
    restored = restore_sets(plan)
    choices = restore_state(plan.document, restored, panes=panes)
    return choices.state, [*restored.notes, *choices.notes]


def fit_of(vector_set, **more):
    return fit_source(vector_set, FitSource.of_selection(Selection(range(3, 900, 2))), (), **more)


@pytest.mark.parametrize("position", [0.0, 0.5, 1.0, 1.7, 2.0])
@pytest.mark.parametrize("more", [{}, {"left_out": (1, 30)}])
def test_a_set_fitted_on_a_selection_comes_back_bit_for_bit(tmp_path, position, more):
    sentences = load_sample("sentences")
    fit = fit_of(sentences, shrinkage=True, **more)
    recipe = Whitened.of(TransformSettings(shrinkage=True, n_components=20).at(position), fit)
    derived = recipe.derive(sentences)
    path = tmp_path / "x.embedviz"
    state = State().opened(sentences).derived(derived).derived(Truncated(4).derive(derived))
    save_session(path, state, {}, STEPS)
    found, notes = read(path)
    assert notes == []
    again = found.sets[1]
    assert again.name == derived.name
    assert again.notes == derived.notes
    np.testing.assert_array_equal(again.vectors, derived.vectors)
    np.testing.assert_array_equal(found.sets[2].vectors, state.sets[2].vectors)
    assert again.derivation.recipe == recipe
    assert derived_by(found, found.sets[0], recipe) is again
    query = sentences.vectors[5]
    np.testing.assert_array_equal(again.transform_query(query), derived.transform_query(query))


@pytest.mark.parametrize(
    "recipe",
    [
        Whitened(0.0, centering=0.3),
        Whitened(variance_share=0.9, shrinkage=True, method="zca"),
        Whitened(0.5, left_out=(2, 3)),
    ],
    ids=str,
)
def test_all_options_of_a_set_fitted_on_itself_come_back(tmp_path, recipe):
    sentences = load_sample("sentences")
    derived = recipe.derive(sentences)
    save_session(tmp_path / "x.embedviz", State().opened(sentences).derived(derived), {}, STEPS)
    found, notes = read(tmp_path / "x.embedviz")
    assert notes == []
    np.testing.assert_array_equal(found.sets[1].vectors, derived.vectors)
    assert found.sets[1].derivation.recipe == recipe


def test_a_session_from_before_there_were_options_is_read(tmp_path):
    sentences = load_sample("sentences")
    derived = Whitened(0.5, 12, 1).derive(sentences)
    path = tmp_path / "x.embedviz"
    save_session(path, State().opened(sentences).derived(derived), {}, STEPS)
    document = json.loads(path.read_text("utf-8"))
    node = next(each for each in document["sets"] if "whitened" in each)
    node["whitened"] = {"strength": 0.5, "n_components": 12, "remove_top": 1}
    path.write_text(json.dumps(document), "utf-8")
    found, notes = read(path)
    assert notes == []
    np.testing.assert_array_equal(found.sets[1].vectors, derived.vectors)


@pytest.mark.parametrize(
    "edit",
    [
        lambda fit: fit.pop("mean"),
        lambda fit: fit["axes"].update(shape=[3, 3]),
        lambda fit: fit["variances"].update(f8="AAAA"),
        lambda fit: fit.update(variances=fit["mean"]),
        lambda fit: fit.update(n_rows="many"),
        lambda fit: fit.update(shrinkage=2.0),
        lambda fit: fit.update(left_out=[99]),
        lambda fit: fit.update(left_out=[3, 1]),
        lambda fit: fit.update(source=3),
    ],
)
def test_a_damaged_fit_is_refused(edit):
    rows = np.random.default_rng(0).normal(size=(40, 6)) * 1.0000001
    written = json.loads(json.dumps(fit_to_json(fit_rows(rows, left_out=(2,)))))
    assert read_fit(json.loads(json.dumps(written))) == fit_rows(rows, left_out=(2,))
    edit(written)
    with pytest.raises(Unfit):
        read_fit(written)
    for nothing in ("fit", 3, []):
        with pytest.raises(Unfit):
            read_fit(nothing)
    assert read_fit(None) is None


def test_a_set_with_a_damaged_fit_is_named_and_the_rest_comes_back(tmp_path):
    sentences = load_sample("sentences")
    derived = Whitened.of(TransformSettings(), fit_of(sentences)).derive(sentences)
    path = tmp_path / "x.embedviz"
    save_session(path, State().opened(sentences).derived(derived), {}, STEPS)
    document = json.loads(path.read_text("utf-8"))
    node = next(each for each in document["sets"] if "whitened" in each)
    node["whitened"]["fit"]["axes"] = "gone"
    path.write_text(json.dumps(document), "utf-8")
    found, notes = read(path)
    assert len(found.sets) == 1
    assert any("is not described in a way that can be read" in note for note in notes)


SOURCES = [
    ALL_ROWS,
    FitSource.of_selection(Selection(range(0, 900, 3)), 1266),
    FitSource.of_selection(Selection([5])),
    FitSource.of_group("kind", "é"),
    FitSource.of_set("train"),
]


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_what_a_map_is_fitted_on_is_kept(tmp_path, source):
    assert from_json(FitSource, json.loads(json.dumps(to_json(source)))) == source
    state = State().opened(load_sample("sentences"))
    state = state.with_settings(ToyFitSettings(source))
    save_session(tmp_path / "x.embedviz", state, {}, STEPS)
    found, notes = read(tmp_path / "x.embedviz", (ToyFitSettings,))
    assert notes == []
    assert found[ToyFitSettings].fit_on == source


def test_a_source_that_is_damaged_is_refused():
    for rows in ("x", {"n_rows": 4, "rows": [9]}, {"rows": [1]}):
        with pytest.raises(Unfit):
            from_json(FitSource, {"kind": "selection", "rows": rows})
    with pytest.raises(TypeError):
        to_json({"array": np.zeros(2)})
