"""Settings as JSON and back, checked by the types that their classes name."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.app.files.values import (
    Unfit,
    from_json,
    made,
    path_to_json,
    settings_of,
    to_json,
)
from embedviz.core.drawing.camera import Camera
from embedviz.core.projections import TSNE, UMAP
from embedviz.panes.analogies.settings import AnalogySettings
from embedviz.panes.anisotropy.settings import AnisotropySettings


@dataclass(frozen=True)
class Many:
    number: float = 1.0
    count: int | None = None
    kind: Literal["one", "two"] = "one"
    names: frozenset[str] = frozenset()
    place: tuple[float, float] | None = None
    parts: tuple[int, ...] = ()
    deep: AnisotropySettings = field(default_factory=AnisotropySettings)


floats = st.floats(allow_nan=False, allow_infinity=False)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | floats | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(
    st.builds(
        Many,
        number=floats,
        count=st.none() | st.integers(),
        kind=st.sampled_from(["one", "two"]),
        names=st.frozensets(st.text()),
        place=st.none() | st.tuples(floats, floats),
        parts=st.lists(st.integers()).map(tuple),
        deep=st.builds(AnisotropySettings, floats, st.none() | st.integers(-9, 9)),
    )
)
def test_settings_come_back(settings):
    assert from_json(Many, json.loads(json.dumps(to_json(settings)))) == settings


@pytest.mark.parametrize(
    "settings", [Camera(), AnalogySettings(), TSNE(perplexity=5), UMAP(min_dist=0.5)]
)
def test_real_settings_come_back(settings):
    read = from_json(type(settings), json.loads(json.dumps(to_json(settings))))
    assert read == settings


@given(anything)
def test_what_does_not_fit_is_refused_and_nothing_else_happens(value):
    for hint in (Many, Camera, TSNE, tuple[int, ...], frozenset[str], Literal["a", 1], float):
        try:
            read = from_json(hint, value)
        except Unfit:
            continue
        assert to_json(read) is not None


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (int, True),
        (int, 1.0),
        (float, True),
        (float, 10**400),
        (float, float("inf")),
        (bool, 1),
        (str, None),
        (tuple[float, float], [1.0]),
        (Literal[1], True),
        (TSNE, {"perplexity": 0.1}),
        (TSNE, {"metric": "dot"}),
        (Camera, {"center": [0, 0]}),
        (Camera, []),
    ],
)
def test_wrong_types_and_ranges_do_not_fit(hint, value):
    with pytest.raises(Unfit):
        from_json(hint, value)


def test_fields_that_do_not_fit_are_named_and_the_others_read():
    told = []
    value = {"number": "x", "kind": "two", "count": [], "unknown": 1}
    assert settings_of(Many, value, without=("parts",), on_unfit=told.append) == {"kind": "two"}
    assert told == ["number", "count"]
    with pytest.raises(Unfit):
        settings_of(Many, [])


def test_what_has_no_place_in_json():
    assert to_json(float("nan")) is None
    with pytest.raises(TypeError):
        to_json(object())
    with pytest.raises(Unfit):
        made(Camera, {"nothing": 1})


def test_a_path_is_kept_as_it_is_and_as_seen_from_the_folder(tmp_path):
    written: Any = path_to_json(tmp_path / "data" / "a.txt", tmp_path / "sessions")
    assert written == {"path": str(tmp_path / "data" / "a.txt"), "relative": "../data/a.txt"}
    assert path_to_json(Path("a.txt"), None) == {
        "path": str(Path.cwd() / "a.txt"),
        "relative": None,
    }
