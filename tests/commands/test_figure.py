"""`embedviz figure KIND`: the options of one kind alone, in any order with the files."""

import numpy as np
import pytest

from embedviz.__main__ import main
from embedviz.app.judged_pairs import bundled_pairs, pairs_of
from embedviz.app.map_settings import MapSettings
from embedviz.commands import figure
from embedviz.commands.figure import (
    figure_parser,
    parse_figure,
    settings_of_options,
    state_with_pairs,
)
from embedviz.core.anisotropy.fit_source import FitSource
from embedviz.core.errors import UserError
from embedviz.core.projections import PCA, TSNE, UMAP, PrefixPCA
from embedviz.core.samples import load_sample
from embedviz.core.vector_set import VectorSet
from embedviz.panes import PANES
from embedviz.panes.analogies.settings import AnalogySettings
from embedviz.panes.anisotropy.settings import AnisotropySettings
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

KINDS = {pane.figure: pane.settings_class for pane in PANES if pane.figure}
SAMPLES = {pane.figure: pane.figure_sample for pane in PANES if pane.figure}
OWN = {
    "map": ["--density", "--trust", "--color-by", "--projection", "--3d", "--no-labels"],
    "analogy": ["--positive", "--negative", "--method", "--3d", "--page"],
    "anisotropy": ["--strength", "--components", "--centering", "--method", "--page"],
    "matryoshka": ["--dimensions", "--shortlist", "--layer-norm", "--no-renormalize", "--page"],
    "training": ["--corpus", "--dimensions", "--negative", "--3d", "--epochs", "--file"],
    "contrastive": ["--source", "--temperature", "--negatives", "--steps", "--nested"],
}


def parsed(kind, *arguments):
    given = [*map(str, arguments), "-o", "x.png"]
    options = parse_figure(kind, [KINDS[kind]], given, sample=SAMPLES[kind])
    return options, settings_of_options(KINDS[kind](), options)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_own_options_only(kind):
    known = figure_parser(kind, [KINDS[kind]], sample=SAMPLES[kind]).format_help()
    for other, names in OWN.items():
        for name in names:
            is_own = other == kind or name in OWN[kind]
            assert (f"{name} " in known or f"{name}]" in known) == is_own, (kind, name)
    assert "--size" in known
    # One that draws no set has no file to read.
    assert ("--labels " in known) == bool(SAMPLES[kind])
    assert ("--query LABEL" in known) == bool(SAMPLES[kind])


@pytest.mark.parametrize(
    "arguments",
    [
        ("a.vec", "b.vec", "--density", "--color-by", "kind"),
        ("--density", "a.vec", "--color-by", "kind", "b.vec"),
        ("--color-by", "kind", "a.vec", "b.vec", "--density"),
        ("a.vec", "--color-by=kind", "--density", "b.vec"),
    ],
)
def test_files_may_stand_anywhere(arguments):
    options, settings = parsed("map", *arguments)
    assert options.files == ["a.vec", "b.vec"]
    assert settings == MapSettings(density=True, color_by="kind")


@pytest.mark.parametrize(
    ("given", "density"), [([], None), (["--density"], True), (["--no-density"], False)]
)
def test_what_is_decided_by_itself_can_be_asked_for_and_refused(given, density):
    assert parsed("map", *given)[1] == MapSettings(density=density)


def test_a_file_after_labels_is_a_file(tmp_path):
    (tmp_path / "words.vec").write_text("")
    options, settings = parsed(
        "analogy", "--positive", "king", "woman", tmp_path / "words.vec", "--negative", "man"
    )
    assert options.files == [str(tmp_path / "words.vec")]
    assert settings == AnalogySettings()
    # What is not there is a label, whatever it looks like.
    options, settings = parsed("analogy", "--positive", "node.js", "--method", "3CosMul")
    assert options.files == []
    assert settings == AnalogySettings(("node.js",), (), "3CosMul")


def test_a_question_is_taken_as_a_whole():
    assert parsed("analogy", "--negative", "girl")[1] == AnalogySettings((), ("girl",))
    assert parsed("analogy", "--3d")[1] == AnalogySettings(is_3d=True)
    asked = parsed("analogy", "--positive", "a", "--positive", "b", "--no-exclude-inputs")[1]
    assert asked == AnalogySettings(("a", "b"), (), exclude_inputs=False)


def test_a_method_comes_with_its_settings():
    assert parsed("map", "--projection", "UMAP")[1].projection == UMAP()
    chosen = ["--projection-n-neighbors", 5, "--projection-min-dist", 0.2, "--projection-seed", 3]
    assert parsed("map", "--projection", "UMAP", *chosen)[1].projection == UMAP(5, 0.2, seed=3)
    chosen = ["--projection", "t-SNE", "--projection-perplexity", 12]
    assert parsed("map", *chosen, "--projection-metric", "euclidean")[1].projection == TSNE(
        12, "euclidean"
    )
    components = parsed("map", "--projection", "PCA", "--projection-components", 2, 3)[1]
    assert components.projection == PCA((1, 2))
    assert parsed("map", "--prefix", 64)[1].projection == PrefixPCA(64)
    chosen = ["--projection", "PCA of a prefix"]
    assert parsed("map", *chosen)[1].projection == PrefixPCA()
    assert parsed("map", *chosen, "--prefix", 8)[1].projection == PrefixPCA(8)
    with pytest.raises(UserError, match=r"UMAP has no --prefix\."):
        parsed("map", "--projection", "UMAP", "--prefix", 8)
    with pytest.raises(UserError, match="PCA of a prefix has no --projection-seed"):
        parsed("map", "--prefix", 8, "--projection-seed", 8)
    with pytest.raises(UserError, match="PCA has no --projection-perplexity"):
        parsed("map", "--projection", "PCA", "--projection-perplexity", 5)
    with pytest.raises(UserError, match="--projection: PCA, t-SNE, UMAP"):
        parsed("map", "--projection-seed", 5)


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        ("anisotropy", ["--strength", "1.5"], "'1.5' is not a number from 0 to 1"),
        ("anisotropy", ["--strength", "nan"], "'nan' is not a number from 0 to 1"),
        ("anisotropy", ["--components", "0"], "'0' is not a whole number from 1 up"),
        ("matryoshka", ["--dimensions", "x"], "'x' is not a whole number from 1 up"),
        ("map", ["--projection", "ISOMAP"], "invalid choice: 'ISOMAP'"),
        ("map", ["--size", "10x10"], "'10x10' is not a size such as 1280x800"),
        ("map", ["--strength", "1"], "unrecognized arguments: --strength"),
        ("analogy", ["--density"], "unrecognized arguments: --density"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(kind, arguments, message, capsys):
    with pytest.raises(SystemExit):
        parsed(kind, *arguments)
    assert message in capsys.readouterr().err


def test_what_a_figure_shows_where_nothing_is_asked(words):
    assert MatryoshkaSettings().for_figure(words).length(words) == 96
    assert MatryoshkaSettings(7).for_figure(words).length(words) == 7
    assert AnisotropySettings().for_figure(words) == AnisotropySettings()
    assert np.isclose(parsed("anisotropy", "--strength", 0.25)[1].strength, 0.25)


# Pairs.


@pytest.fixture
def few():
    return VectorSet(np.eye(4), ["sun", "moon", "day", "night"], name="few")


def test_a_figure_of_pairs_takes_a_file_of_them():
    parser = figure_parser("pairs", [AnisotropySettings], sample="sentences", takes_pairs=True)
    assert "--pairs FILE" in parser.format_help()
    assert "the bundled sentences" in parser.format_help()
    options = parse_figure(
        "pairs",
        [AnisotropySettings],
        ["a.vec", "--pairs", "p.tsv", "-o", "x.png"],
        takes_pairs=True,
    )
    assert (options.pairs, options.files) == ("p.tsv", ["a.vec"])


def test_the_pairs_of_a_file_are_those_of_the_set(few, tmp_path, capsys):
    path = tmp_path / "p.tsv"
    path.write_text("sun\tday\t5\nmoon\tnight\t4\nmoon\tcheese\t1\n", "utf-8")
    state = state_with_pairs(few, str(path))
    (pairs,) = pairs_of(state.pairs, few)
    assert pairs.first.tolist() == [0, 1]
    assert "p.tsv: 2 judged pairs, 1 unmatched. 1 pair names what is no row" in (
        capsys.readouterr().err
    )
    assert state_with_pairs(few, None).pairs == ()


def test_pairs_of_another_set_are_refused(few, tmp_path):
    path = tmp_path / "p.tsv"
    path.write_text("here\tthere\nup\tdown\n", "utf-8")
    with pytest.raises(UserError, match="no pair is of few"):
        state_with_pairs(few, str(path))
    with pytest.raises(UserError, match="cannot be read"):
        state_with_pairs(few, str(tmp_path / "nowhere.tsv"))


def test_bundled_sentences_come_with_theirs(tmp_path):
    sentences = load_sample("sentences")
    (bundled,) = pairs_of(state_with_pairs(sentences, None).pairs, sentences)
    assert bundled == bundled_pairs(sentences)
    path = tmp_path / "p.tsv"
    path.write_text(f"{sentences.labels[0]}\t{sentences.labels[1]}\n", "utf-8")
    (own,) = pairs_of(state_with_pairs(sentences, str(path)).pairs, sentences)
    assert (own.name, len(own)) == ("p.tsv", 1)


def test_a_pane_without_pairs_takes_no_file(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["figure", "map", "-o", str(tmp_path / "x.png"), "--pairs", "p.tsv"])
    assert "--pairs" in capsys.readouterr().err


@pytest.fixture
def load_toy_texts(toy_texts, monkeypatch):
    monkeypatch.setattr(figure, "load_files", lambda options: [toy_texts])


@pytest.mark.parametrize(("kind", "others"), [("map", ["--projection", "PCA"]), ("anisotropy", [])])
def test_texts_are_drawn(tmp_path, load_toy_texts, toy_encoder, kind, others):
    path = tmp_path / "x.svg"
    texts = ["--text", "a dog sleeps", "--text", "a ship"]
    assert main(["figure", kind, *others, *texts, "-o", str(path)]) == 0
    drawn = path.read_text().partition("</metadata>")[2]
    assert "a dog sleeps" in drawn
    assert ("a ship" in drawn) == (kind == "map")
    assert ("2 texts exactly placed" in drawn) == (kind == "map")
    assert toy_encoder.asked == [(["a dog sleeps", "a ship"], True)]
    assert toy_encoder.closed


def test_texts_that_nobody_can_encode_are_refused(tmp_path, load_toy_texts, capsys):
    path = str(tmp_path / "x.png")
    assert main(["figure", "map", "--text", "zzz", "-o", path]) != 0
    assert "knows nothing in “zzz”" in capsys.readouterr().err


def test_a_set_without_an_encoder_says_so(tmp_path, capsys):
    assert main(["figure", "map", "--text", "a dog", "-o", str(tmp_path / "x.png")]) != 0
    said = capsys.readouterr().err
    assert "does not say which model made its vectors" in said


def test_an_analogy_may_be_of_texts(tmp_path, load_toy_texts):
    path = tmp_path / "x.svg"
    question = ["--positive", "a bird", "the dog eats now", "--negative", "a fish"]
    assert main(["figure", "analogy", *question, "-o", str(path)]) == 0
    assert "“a bird” and “a fish” are not labels; encoded by Toy" in path.read_text()


def test_a_map_may_be_fitted_on_a_group():
    given = ["-o", "x.png", "--fit-group", "topic", "cooking", "some.npy"]
    options = parse_figure("anisotropy", [AnisotropySettings], given)
    assert options.files == ["some.npy"]
    found = settings_of_options(AnisotropySettings(), options)
    assert found.fit_on == FitSource.of_group("topic", "cooking")
    rest = parse_figure("anisotropy", [AnisotropySettings], ["-o", "x.png"])
    assert settings_of_options(AnisotropySettings(), rest).fit_on.is_usual
