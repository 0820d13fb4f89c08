"""Settings of the contrastive pane as they are typed and chosen: presets, sources, columns."""

import numpy as np
import pytest

from embedviz import VectorSet
from embedviz.commands.figure import figure_parser, parse_figure, settings_of_options
from embedviz.core.errors import UserError
from embedviz.core.samples import load_sample
from embedviz.panes.contrastive.presets import PRESETS, place_of, presets_of, with_preset
from embedviz.panes.contrastive.settings import USUAL_RATES, ContrastiveSettings


def typed(*arguments):
    arguments = [*map(str, arguments), "-o", "x.png"]
    options = parse_figure("contrastive", [ContrastiveSettings], arguments)
    return settings_of_options(ContrastiveSettings(), options)


@pytest.mark.parametrize("source", ["set", "toy"])
def test_each_preset_is_known_by_its_settings(source):
    settings = ContrastiveSettings(source=source, outputs=7, temperature=0.3, hardness=2.0)
    assert place_of(settings) == -1
    for place, each in enumerate(presets_of(source)):
        chosen = with_preset(settings, each)
        assert place_of(chosen) == place
        assert with_preset(chosen, each) == chosen
        for before in presets_of(source):
            assert place_of(with_preset(with_preset(settings, before), each)) == place


def test_too_hot_is_seen_in_the_bars_of_a_row():
    hot = next(each for each in PRESETS if each.key == "hot")
    chosen = with_preset(ContrastiveSettings(), hot)
    assert (chosen.side, chosen.point) == ("row", None)
    chosen = with_preset(ContrastiveSettings(source="toy"), hot)
    assert (chosen.side, chosen.point) == ("row", 0)
    assert with_preset(ContrastiveSettings(source="toy", point=7), hot).point == 7
    for side in ("run", "pairs"):
        looked_at = ContrastiveSettings(temperature=5.0, side=side)
        assert PRESETS[place_of(looked_at)] is hot


def test_free_points_drop_no_inputs():
    assert [each.key for each in presets_of("set")] == [each.key for each in PRESETS]
    assert [each.key for each in PRESETS if each not in presets_of("toy")] == ["simcse"]
    with pytest.raises(UserError, match="--preset simcse drops inputs of rows"):
        typed("--preset", "simcse", "--source", "toy")


@pytest.mark.parametrize("each", PRESETS, ids=lambda each: each.key)
def test_a_preset_is_typed_and_what_else_is_given_changes_it(each):
    usual = ContrastiveSettings()
    assert typed("--preset", each.key) == with_preset(usual, each)
    changed = typed("--outputs", 5, "--preset", each.key, "--temperature", 0.7, "--beside", "run")
    assert (changed.outputs, changed.temperature, changed.side) == (5, 0.7, "run")
    assert changed.negatives == each.dials().negatives
    assert changed.preset is None


def test_presets_are_listed_by_their_keys(capsys):
    words = figure_parser("contrastive", [ContrastiveSettings]).format_help()
    assert "--preset {" + ",".join(each.key for each in PRESETS) + "}" in words
    with pytest.raises(SystemExit):
        typed("--preset", "warm")
    assert "invalid choice: 'warm'" in capsys.readouterr().err


def test_the_usual_learning_rate_is_that_of_what_moves():
    assert typed("--source", "toy").learning_rate == USUAL_RATES["toy"]
    assert typed("--source", "set").learning_rate == USUAL_RATES["set"]
    assert typed().learning_rate == USUAL_RATES["set"]
    assert typed("--source", "toy", "--learning-rate", 0.01).learning_rate == 0.01
    assert typed("--source", "toy", "--preset", "cold").learning_rate == USUAL_RATES["toy"]
    toy = ContrastiveSettings().with_source("toy")
    assert toy.learning_rate == USUAL_RATES["toy"]
    assert toy.with_source("toy") == toy
    assert toy.with_source("set") == ContrastiveSettings()
    own = ContrastiveSettings(learning_rate=0.2)
    assert own.with_source("toy").with_source("set") == own


def test_a_column_says_what_belongs_together():
    assert typed("--column", "topic").together == "column"
    assert typed("--column", "topic", "--together", "views").together == "views"
    assert typed("--preset", "simcse", "--column", "topic").together == "column"


@pytest.mark.parametrize("option", ["--point", "--groups", "--per-group"])
def test_what_is_of_the_toy_needs_the_toy(option):
    with pytest.raises(UserError, match=f"{option} is of the free points of the toy. Add --source"):
        typed(option, 3)
    typed(option, 3, "--source", "toy")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--column", "nosuch"], "no metadata column 'nosuch'.*: topic, form, words"),
        (["--column", "Topic"], "no metadata column 'Topic'.*: topic, form, words"),
        (["--column", "topic", "--source", "toy"], "Free points have no column 'topic'"),
        (["--point", "300", "--source", "toy"], "no free point 300: the toy has 300"),
    ],
)
def test_what_is_not_there_is_refused_in_words(arguments, message):
    with pytest.raises(UserError, match=message):
        typed(*arguments).require(load_sample("sentences"))


def test_a_set_without_columns_says_that_there_are_none():
    bare = VectorSet(np.eye(4), ["sun", "moon", "day", "night"])
    with pytest.raises(UserError, match="there are: none"):
        typed("--column", "kind").require(bare)


@pytest.mark.parametrize(
    "arguments",
    [[], ["--column", "topic"], ["--source", "toy", "--point", 299], ["--preset", "hot"]],
)
def test_what_is_there_is_not_refused(arguments):
    typed(*arguments).require(load_sample("sentences"))
