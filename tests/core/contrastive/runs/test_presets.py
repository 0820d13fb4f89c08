"""Presets: each shows what it says, on free points and on sentences, within 400 steps."""

import numpy as np
import pytest

from embedviz.core.contrastive import info_nce
from embedviz.core.contrastive.dials import Dials
from embedviz.core.contrastive.free_points import FREE_DIALS, free_training
from embedviz.core.contrastive.runs.presets import PRESETS, preset
from embedviz.core.contrastive.runs.recording import record
from embedviz.core.contrastive.runs.verdict import describe
from embedviz.core.contrastive.training import Training
from embedviz.core.samples import load_sample

SOURCES = ["sentences", "item", "group"]
HEALTHY = "Partners are near each other"


@pytest.fixture(scope="module")
def run():
    vectors = load_sample("sentences-final").vectors[:1200]
    done = {}

    def runs(name, source, seed=0):
        """Return the training after 400 steps under a preset, and its measures."""
        if (name, source, seed) not in done:
            if source == "sentences":
                n_outputs = preset(name).n_outputs or 3
                training = Training(vectors, n_outputs, None, preset(name).dials(), seed=seed)
            else:
                dials = preset(name).dials(FREE_DIALS)
                training = free_training(20, 20, together=source, dials=dials, seed=seed)
            for _ in range(400):
                training.step()
            done[name, source, seed] = training, record(training).measures
        return done[name, source, seed]

    return runs


def sentence(run):
    training, measures = run
    return describe(measures, training.dials, training.shape.n_outputs)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("seed", [0, 1])
def test_healthy_is_as_even_as_can_be(run, source, seed):
    found = run("Healthy", source, seed)
    assert found[1].uniformity < found[1].best_uniformity + 0.1
    assert found[1].alignment < 0.1
    assert sentence(found).startswith(HEALTHY)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("seed", [0, 1])
def test_no_negatives_collapses(run, source, seed):
    found = run("No negatives (collapse)", source, seed)
    assert found[1].mean_cosine > 0.99
    assert sentence(found).startswith("All vectors point the same way")


@pytest.mark.parametrize("source", SOURCES)
def test_too_cold_spreads_slowly_by_the_nearest(run, source):
    found, healthy = run("Too cold", source), run("Healthy", source)
    assert found[1].felt_negatives < 0.06 * found[1].n_negatives
    assert found[1].felt_negatives < healthy[1].felt_negatives
    assert found[1].uniformity > healthy[1].uniformity + 0.3
    assert sentence(found).startswith("Only the nearest negatives count")


@pytest.mark.parametrize("source", SOURCES)
def test_too_hot_pushes_all_alike(run, source):
    found, healthy = run("Too hot", source), run("Healthy", source)
    assert found[1].felt_negatives > 0.98 * found[1].n_negatives
    assert found[1].uniformity > healthy[1].uniformity
    assert sentence(found).startswith("The softmax is nearly even")


def test_two_dropout_views_need_no_labels(run):
    simcse = preset("Two dropout views (SimCSE)")
    assert simcse.two_views
    assert simcse.n_outputs == 16
    said = sentence(run(simcse.name, "sentences"))
    assert said.startswith(HEALTHY)
    assert "the rows fill all 16 dimensions evenly" in said


@pytest.mark.parametrize("source", SOURCES)
def test_matryoshka_makes_the_first_outputs_do_alone(run, source):
    alone = []
    for name in ("Matryoshka", "Healthy"):
        training, _ = run(name, source)
        batch = training.batch
        options = {"groups": batch.rows.groups}
        alone.append(info_nce(batch.first[:, :2], batch.second[:, :2], 0.05, **options).loss)
    assert alone[0] < alone[1] - 0.15
    assert preset("Matryoshka").n_outputs == training.shape.n_outputs


def test_presets_are_told_apart():
    assert len({each.name for each in PRESETS}) == len(PRESETS) == 6
    assert len({each.key for each in PRESETS}) == 6
    assert len({(str(each.dials()), each.n_outputs) for each in PRESETS}) == 6
    assert all(each.watch.endswith(".") and len(each.watch) < 120 for each in PRESETS)
    with pytest.raises(KeyError):
        preset("Unheard of")


@pytest.mark.parametrize("each", PRESETS, ids=lambda each: each.name)
def test_a_preset_leaves_no_dial_of_another(each):
    turned = Dials(
        negatives=0,
        hardness=3.0,
        prefixes=(1,),
        bias=False,
        temperature=9.0,
        learning_rate=0.07,
        batch_size=17,
        noise=0.3,
    )
    dials = each.dials(turned)
    assert (dials.learning_rate, dials.batch_size, dials.noise) == (0.07, 17, 0.3)
    assert dials.bias
    assert dials.hardness == 0
    assert dials == each.dials(dials)
    assert each.dials() == Dials(**each.changes)
    assert np.isfinite(dials.temperature)
