"""The map of the Anisotropy pane, taken home from the menu."""

import runpy

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from embedviz.core.anisotropy.fit_source import FitSource
from embedviz.core.derivation.recipes import Whitened
from embedviz.core.selection import Selection
from embedviz.formats import save
from embedviz.panes.anisotropy.settings import AnisotropySettings

EXPORT = "file.export_transform"


@pytest.fixture
def saved_as(monkeypatch, tmp_path):
    """Answer the dialog that asks where to."""

    def answer(name, kind="All files (*)"):
        path = str(tmp_path / name) if name else ""
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (path, kind))
        return tmp_path / name

    return answer


def export(window, idle):
    window.trigger(EXPORT)
    idle(window.session)


@pytest.mark.parametrize("is_shown", [False, True], ids=["never shown", "shown"])
@pytest.mark.parametrize(
    "settings",
    [
        AnisotropySettings(),
        AnisotropySettings(strength=0.0, centering=0.5),
        AnisotropySettings(0.5, 9, method="zca", shrinkage=True, remove_top=1),
        AnisotropySettings(fit_on=FitSource.of_selection(Selection(range(40)))),
        AnisotropySettings(fit_on=FitSource.of_group("group", "odd")),
    ],
    ids=range(5),
)
def test_the_map_at_the_dial_is_written(opened, idle, toy, saved_as, settings, is_shown):
    if is_shown:
        opened.bring_to_front("anisotropy")
    opened.session.show(opened.session.state.with_settings(settings))
    idle(opened.session)
    path = saved_as("mine.npz")
    export(opened, idle)
    script = path.with_suffix(".py")
    apply = runpy.run_path(str(script))["apply"]
    mapped = apply(toy.vectors)
    fit = None
    if not settings.fit_on.is_usual:
        from embedviz.core.anisotropy.fit_source import fit_source

        fit = fit_source(toy, settings.fit_on, (), shrinkage=settings.shrinkage)
    expected = Whitened.of(settings.transform, fit).derive(toy).vectors
    np.testing.assert_allclose(mapped @ mapped.T, expected @ expected.T, atol=1e-5)
    assert "mine.py, beside mine.npz, applies the map" in opened.message_bar.text
    assert str(path) in QGuiApplication.clipboard().text()


@pytest.mark.parametrize("kind", [".npz", ".safetensors", ".py"])
def test_the_suffix_is_that_of_the_kind(opened, idle, saved_as, tmp_path, kind):
    saved_as("mine", f"Something (*{kind})")
    export(opened, idle)
    arrays = "mine.safetensors" if kind == ".safetensors" else "mine.npz"
    assert {each.name for each in tmp_path.iterdir()} == {arrays, "mine.py"}
    saved_as(f"again{kind}", f"Something (*{kind})")
    export(opened, idle)
    assert (tmp_path / f"again{kind}").exists()


def test_nothing_is_written_where_nothing_is_asked_for(opened, window, idle, saved_as, tmp_path):
    saved_as("")
    export(opened, idle)
    assert list(tmp_path.iterdir()) == []
    opened.session.show(type(opened.session.state)())
    export(window, idle)
    assert "Open a file" in window.message_bar.text


def test_what_cannot_be_exported_is_said(opened, idle, saved_as, tmp_path):
    saved_as("mine.npy")
    export(opened, idle)
    assert "no format for a transform" in opened.message_bar.text
    saved_as("mine.npz")
    (tmp_path / "mine.py").write_text("print()")
    export(opened, idle)
    assert "mine.py would be written" in opened.message_bar.text
    saved_as("other.npz")
    gone = AnisotropySettings(fit_on=FitSource.of_set("gone"))
    opened.session.show(opened.session.state.with_settings(gone))
    export(opened, idle)
    assert "gone, which the map is fitted on, is not open" in opened.message_bar.text
    assert {each.name for each in tmp_path.iterdir()} == {"mine.py"}


def test_an_open_file_is_not_replaced(window, idle, toy, saved_as, tmp_path):
    np.savez(tmp_path / "open.npz", vectors=toy.vectors)
    save(toy, tmp_path / "other.npy")
    window.open_paths([str(tmp_path / "open.npz")])
    idle(window.session)
    before = (tmp_path / "open.npz").read_bytes()
    for name in ("open.npz", "open.py"):
        saved_as(name)
        export(window, idle)
        assert "is read from it" in window.message_bar.text
    assert (tmp_path / "open.npz").read_bytes() == before


@pytest.mark.parametrize(
    "settings",
    [
        AnisotropySettings(strength=0.0, centering=0.4),
        AnisotropySettings(0.5, method="zca"),
        AnisotropySettings(fit_on=FitSource.of_group("group", "odd")),
    ],
    ids=range(3),
)
def test_the_set_at_the_dial_works_in_every_pane(opened, idle, settings):
    opened.bring_to_front("anisotropy")
    opened.session.show(opened.session.state.with_settings(settings))
    idle(opened.session)
    pane = next(each for each in opened.panes if each.name == "anisotropy")
    pane.use.click()
    idle(opened.session)
    derived = opened.session.state.active
    assert isinstance(derived.derivation.recipe, Whitened)
    assert derived.derivation.recipe.settings == settings.transform
    opened.session.show(opened.session.state.queried(3).selecting([3, 4, 5]))
    for each in opened.panes:
        opened.bring_to_front(each.name)
        idle(opened.session)
        assert not each.message_bar.text
    assert opened.session.state.active is derived
