"""Sessions of earlier versions still open, and what a later version wrote is not lost."""

import json
from pathlib import Path

from embedviz.app.files.session.plan import read_plan
from embedviz.app.files.session.sets import restore_sets
from embedviz.app.files.session.state import restore_state
from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import describe_session, write_session
from embedviz.core.drawing.camera import Camera
from embedviz.core.projections import TSNE
from embedviz.core.projections.chosen_axes import ChosenAxes
from embedviz.panes.analogies.settings import AnalogySettings
from embedviz.panes.anisotropy.settings import AnisotropySettings
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

WRITTEN_BY_0_1 = Path(__file__).with_name("session-0.1.embedviz")
"""Written by embedviz 0.1.0: bundled words and digits, whitened words, two maps."""
KNOWN = (AnalogySettings, AnisotropySettings, MatryoshkaSettings)


def read(path):
    plan = read_plan(path, STEPS)
    restored = restore_sets(plan)
    choices = restore_state(plan.document, restored, ("viridis",), KNOWN)
    return choices.state, [*restored.notes, *choices.notes]


def test_a_session_of_version_0_1_comes_back():
    state, notes = read(WRITTEN_BY_0_1)
    assert notes == []
    assert [len(each) for each in state.sets] == [1797, 10_000, 10_000]
    words = state.active
    assert words is state.sets[1]
    assert state[AnalogySettings] == AnalogySettings(
        ("paris", "italy"), ("france",), "3CosMul", exclude_inputs=False, is_3d=True
    )
    camera = Camera(scale=1.3, azimuth=-0.5, elevation=0.3, is_3d=True)
    assert state[AnisotropySettings] == AnisotropySettings(0.35, 40, camera)
    assert state[MatryoshkaSettings].length(words) == 96
    assert (state.metric, state.count, state.query) == ("dot", 7, words.row("paris"))
    assert state.selected.rows.tolist() == sorted(map(words.row, ("paris", "rome", "berlin")))
    first, second = state.maps
    assert isinstance(first.projection, ChosenAxes)
    assert (first.trust, first.labels, first.label_scale) == (True, False, 1.5)
    assert first.hidden == {"animals"}
    assert second.vector_set is state.sets[0]
    assert second.projection == TSNE(perplexity=12, seed=3)
    assert (second.is_3d, second.density, second.color_by) == (True, True, "digit")


def test_settings_of_a_later_version_are_said_and_kept_for_the_next_save(tmp_path):
    document = json.loads(WRITTEN_BY_0_1.read_text())
    first = tmp_path / "first.embedviz"
    state, _ = read(WRITTEN_BY_0_1)
    document = dict(describe_session(state, {}, STEPS).document)
    document["state"]["settings"]["anisotropy"]["tilt"] = {"angle": 3}
    document["state"]["settings"]["contrastive"] = {"temperature": 0.05}
    document["state"]["maps"][0]["edges"] = [1, 2]
    write_session(first, document)

    state, notes = read(first)
    assert len(notes) == 1
    assert all(name in notes[0] for name in ("tilt", "temperature", "edges", "next save"))
    assert state[AnisotropySettings].strength == 0.35

    changed = state.with_settings(AnisotropySettings(0.9)).with_settings(MatryoshkaSettings(8))
    written = describe_session(changed, {}, STEPS).document["state"]
    assert written["settings"]["anisotropy"]["tilt"] == {"angle": 3}
    assert written["settings"]["anisotropy"]["strength"] == 0.9
    assert written["settings"]["contrastive"] == {"temperature": 0.05}
    assert written["maps"][0]["edges"] == [1, 2]


def test_a_setting_that_makes_no_sense_is_named_and_the_others_stay(tmp_path):
    document = json.loads(WRITTEN_BY_0_1.read_text())
    document["state"]["dial"] = {"strength": "much", "components": 40}
    document["state"]["dimensions"] = 1000
    path = tmp_path / "odd.embedviz"
    write_session(path, document)
    state, notes = read(path)
    assert state[AnisotropySettings].strength == 1.0
    assert state[AnisotropySettings].components == 40
    assert len(notes) == 1
    assert "strength of anisotropy" in notes[0]
    assert "matryoshka" in notes[0]
