"""What is kept and what the map is fitted on: in the row, behind the gear, and in the titles."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from PySide6.QtCore import Qt

from embedviz.app.state import State
from embedviz.core.anisotropy.fit_source import ALL_ROWS, FitSource
from embedviz.core.vector_set import VectorSet
from embedviz.panes.anisotropy.controls.presets import PRESETS, preset_of
from embedviz.panes.anisotropy.controls.sources import offered_sources
from embedviz.panes.anisotropy.settings import AnisotropySettings


def after(pane):
    return pane.spheres.titles["after"].text()


def choose(box, text):
    place = box.findText(text)
    assert place >= 0, [box.itemText(i) for i in range(box.count())]
    box.setCurrentIndex(place)
    box.activated.emit(place)


def share_of(narrow, first, count):
    variances = np.linalg.eigvalsh(np.cov(narrow.vectors.astype(float).T))[::-1]
    return variances[first : first + count].sum() / variances.sum()


def test_a_number_of_components_says_its_share_of_the_variance(opened, session, idle, narrow):
    opened.controls.components.setValue(4)
    idle(session)
    share = share_of(narrow, 0, 4)
    assert after(opened).endswith(f"4 of 12 directions, {100 * share:.0f} % of the variance")
    assert opened.controls.gear.share.value() == pytest.approx(100 * share, abs=0.051)


def test_a_share_of_the_variance_says_its_number_of_components(opened, session, idle, narrow):
    opened.controls.gear.share.setValue(80.0)
    idle(session)
    assert session.state[AnisotropySettings].variance_share == pytest.approx(0.8)
    count = next(n for n in range(1, 13) if share_of(narrow, 0, n) >= 0.8)
    assert opened.controls.components.value() == count
    assert f"{count} of 12 directions" in after(opened)
    opened.controls.components.setValue(3)  # Whichever was touched last counts.
    idle(session)
    settings = session.state[AnisotropySettings]
    assert (settings.components, settings.variance_share) == (3, None)


def test_removing_the_top_leaves_fewer_to_keep(opened, session, idle):
    control = opened.controls.gear.fields["remove_top"].control
    control.setValue(2)
    idle(session)
    assert session.state[AnisotropySettings].remove_top == 2
    assert opened.controls.components.maximum() == 10
    assert "10 of 12 directions" in after(opened)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda each: each.name)
def test_presets(opened, session, idle, preset):
    session.show(session.state.with_settings(AnisotropySettings(0.3, 5, remove_top=1)))
    idle(session)
    assert opened.controls.gear.presets.currentIndex() == -1
    before = session.state
    choose(opened.controls.gear.presets, preset.name)
    idle(session)
    assert opened.controls.gear.presets.currentText() == preset.name
    settings = session.state[AnisotropySettings]
    assert (settings.centering, settings.strength) == (preset.centering, preset.strength)
    assert settings.remove_top == int(preset.removes_top)
    assert settings.components == (6 if preset.reduces else None)
    session.undo()
    assert session.state == before


def test_presets_of_a_large_space():
    kept = PRESETS[-1].apply(AnisotropySettings(), 700)
    assert kept.components == 256
    assert preset_of(kept, 700) == len(PRESETS) - 1
    assert PRESETS[2].apply(AnisotropySettings(), 768).remove_top == 8
    assert preset_of(AnisotropySettings(0.77), 700) == -1


def test_the_method_changes_no_cosine_but_what_is_used(opened, session, idle, qtbot):
    opened.controls.components.setValue(5)
    idle(session)
    before = opened.turned.view.cosines
    session.show(
        session.state.with_settings(replace(session.state[AnisotropySettings], method="zca"))
    )
    idle(session)
    np.testing.assert_allclose(opened.turned.view.cosines, before, atol=1e-5)
    qtbot.mouseClick(opened.controls.use, Qt.MouseButton.LeftButton)
    idle(session)
    assert session.state.active.dimensions == 12  # Rotated back.


@pytest.fixture
def grouped():
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(120, 6)) + np.repeat([[0.0], [4.0]], 60, axis=0)
    columns = pa.table({"kind": ["a"] * 60 + ["b"] * 60, "number": np.arange(120.0)})
    return VectorSet(rows, metadata=columns, name="grouped")


def test_a_map_is_fitted_on_a_group(pane, session, idle, grouped):
    session.show(State().opened(grouped))
    idle(session)
    choose(pane.controls.gear.sources, "Group: kind = b")
    idle(session)
    assert session.state[AnisotropySettings].fit_on == FitSource.of_group("kind", "b")
    assert after(pane).endswith("fitted on kind = b")
    mean = grouped.vectors[60:].astype(float).mean(axis=0)
    np.testing.assert_allclose(pane.turned.transform.map().mean, mean, atol=1e-5)
    derived = pane.controls.use
    derived.click()
    idle(session)
    assert "fitted on kind = b" in session.state.active.name


def test_a_map_is_fitted_on_the_selection_as_it_was(pane, session, idle, grouped):
    session.show(State().opened(grouped).selecting(range(40)))
    idle(session)
    choose(pane.controls.gear.sources, "Selection: 40 rows")
    idle(session)
    assert "fitted on 40 selected rows" in after(pane)
    mean = pane.turned.transform.map().mean
    session.show(session.state.selecting([1, 2, 3]))
    idle(session)
    np.testing.assert_array_equal(pane.turned.transform.map().mean, mean)
    assert pane.controls.gear.sources.currentText() == "Fitted: 40 selected rows"
    choose(pane.controls.gear.sources, "All rows")
    idle(session)
    assert session.state[AnisotropySettings].fit_on == ALL_ROWS
    assert "fitted on" not in after(pane)


def test_a_map_is_fitted_on_another_open_set_and_applied_to_this(pane, session, idle):
    rng = np.random.default_rng(0)
    train = VectorSet(rng.normal(size=(90, 8)) + 2, name="train")
    test = VectorSet(rng.normal(size=(30, 8)) + 2, name="test")
    other = VectorSet(rng.normal(size=(30, 5)), name="other")
    session.show(State().opened(train).opened(other).opened(test))
    idle(session)
    words = [each for each, _ in offered_sources(session.state)]
    assert "Set: train" in words
    assert "Set: other" not in words  # Of other dimensions.
    choose(pane.controls.gear.sources, "Set: train")
    idle(session)
    assert "fitted on the set train" in after(pane)
    np.testing.assert_allclose(
        pane.turned.transform.map().mean, train.vectors.astype(float).mean(axis=0), atol=1e-5
    )
    session.show(session.state.closed(train))
    idle(session)
    assert "train" in pane.message_bar.text
    assert "not open" in pane.message_bar.text
    assert pane.prepared is None
    choose(pane.controls.gear.sources, "All rows")
    idle(session)
    assert pane.turned is not None


def test_another_set_is_fitted_on_its_own_rows(pane, session, idle, grouped, narrow):
    session.show(
        State()
        .opened(grouped)
        .with_settings(AnisotropySettings(fit_on=FitSource.of_group("kind", "a")))
    )
    idle(session)
    session.show(session.state.opened(narrow))
    idle(session)
    assert session.state[AnisotropySettings].fit_on == ALL_ROWS
    assert pane.prepared.fit.source == ""


def test_rogue_dimensions_are_left_out(pane, session, idle):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 20))
    rows[:, 7] += 30
    session.show(State().opened(VectorSet(rows, name="rogue")))
    idle(session)
    pane.controls.gear.fields["leave_out"].control.click()
    idle(session)
    assert session.state[AnisotropySettings].leave_out
    assert pane.prepared.fit.left_out == (7,)
    assert "1 dimension left out" in after(pane)
    assert "19 of 19 directions" in after(pane)


def test_shrinkage_is_measured_when_it_is_asked_for(opened, session, idle):
    assert opened.prepared.fit.shrinkage is None
    opened.controls.gear.fields["shrinkage"].control.click()
    idle(session)
    assert session.state[AnisotropySettings].shrinkage
    assert 0 < opened.prepared.fit.shrinkage < 1
    assert opened.turned.transform.settings.shrinkage


def test_export_is_an_action_of_the_window(opened, qtbot):
    with qtbot.waitSignal(opened.action_wanted) as wanted:
        qtbot.mouseClick(opened.controls.export, Qt.MouseButton.LeftButton)
    assert wanted.args == ["file.export_transform"]
