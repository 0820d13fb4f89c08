"""Settings of the training pane: the corpus, how it is trained, and what is watched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Literal, Self

from embedviz.core.drawing.camera import Camera
from embedviz.core.errors import UserError
from embedviz.core.setting import setting
from embedviz.core.settings import Settings
from embedviz.core.vector_set import VectorSet
from embedviz.sources.training.samples import corpus_sample
from embedviz.sources.training.settings import TrainingSettings

Source = Literal["", "language", "gensim", "file"]
ColorBy = Literal["kind", "count"]
Shows = Literal["all", "relation"]

SOURCES: tuple[tuple[str, Source], ...] = (
    ("Made-up language", "language"),
    ("Gensim's test corpus", "gensim"),
    ("Text file or column", "file"),
)
SAMPLES: Mapping[Source, str] = {"language": "made-up-language", "gensim": "news"}
"""The samples of `sources.training`, by what the pane calls them."""


@dataclass(frozen=True)
class TrainingPaneSettings(TrainingSettings, Settings):
    """Settings of the pane: those of a training, and these.

    Attributes
    ----------
    source : {"", "language", "gensim", "file"}
        What is learned from; "": nothing has been chosen yet.
    path, column : str
        Of a file of text, or of a column of a table.
    word : str
        The word whose neighbors are listed; "": one that the corpus is known for.
    relation : str
        The relation whose pairs are drawn as arrows; "": the first.
    shows : {"all", "relation"}
        Which words are on the map.
    color_by : {"kind", "count"}
    is_3d : bool
    pace : int
        Seconds that playing the whole run takes.
    shows_run : bool
        Whether the run is in view, not what comes before it.
    camera : Camera or None
        Of the map in 3-D; None: the usual place.
    """

    name: ClassVar[str] = "training"

    source: Source = setting(
        "",
        "Corpus",
        "what is learned from",
        choices=(("Choose a corpus", ""), *SOURCES),
        option="corpus",
        in_form=False,
    )
    path: str = setting(
        "",
        "File",
        "a text file, or a table whose column is named",
        option="text",
        metavar="FILE",
        in_form=False,
    )
    column: str = setting(
        "",
        "Column",
        "column of a table that holds the texts",
        option="text-column",
        metavar="COLUMN",
        in_form=False,
    )
    word: str = setting("", "Word", "word whose neighbors are listed", in_form=False)
    relation: str = setting(
        "", "Arrows", "relation whose pairs are joined by arrows", metavar="NAME", in_form=False
    )
    shows: Shows = setting(
        "all",
        "Map of",
        "which words are on the map: all, or those of the relation, seen where they differ most",
        choices=(("Map of all words", "all"), ("Map of the relation", "relation")),
        option="shows",
        in_form=False,
    )
    color_by: ColorBy = setting(
        "kind",
        "Color",
        "what colors mean: the kind of a word, where it is known, or how often it occurs",
        choices=(("Kind of word", "kind"), ("Frequency", "count")),
        option="color",
        in_form=False,
    )
    is_3d: bool = setting(False, "3-D", "draw three dimensions", option="3d", in_form=False)
    pace: int = setting(
        10,
        "Pace",
        "seconds that playing the whole run takes",
        choices=tuple((f"the run in {seconds} s", seconds) for seconds in (5, 10, 30, 90)),
        option="",
        in_form=False,
    )
    shows_run: bool = setting(False, "Run", "show the run", option="", in_form=False)
    camera: Camera | None = None

    @property
    def of_training(self) -> TrainingSettings:
        """Settings for the training alone."""
        return TrainingSettings(**{each: getattr(self, each) for each in TRAINING_FIELDS})

    def with_training(self, settings: TrainingSettings) -> Self:
        """Return the same corpus, trained otherwise."""
        return replace(self, **{each: getattr(settings, each) for each in TRAINING_FIELDS})

    def of_corpus(self, source: Source) -> Self:
        """Return what is usual for another corpus; what is watched, and the threads, stay."""
        kind = type(self)
        kept = kind(source=source, color_by=self.color_by, is_3d=self.is_3d, pace=self.pace)
        if source == "language":  # Its relations are what there is to see.
            kept = replace(kept, shows="relation")
        if source in SAMPLES:
            kept = kept.with_training(corpus_sample(SAMPLES[source]).settings)
        return replace(kept, workers=self.workers)

    @classmethod
    def for_figure_alone(cls) -> Self:
        """Return the made-up language, trained by one thread: the same picture each time."""
        return cls(workers=1).of_corpus("language")

    def with_options(self, given: Mapping[str, Any]) -> Self:
        """Return settings with what was given on the command line; a file is the corpus then.

        Raises
        ------
        UserError
            When a column is named without its table, or a file beside another corpus.
        """
        changed = {name: value for name, value in given.items() if value is not None}
        if "column" in changed and "path" not in changed:
            raise UserError("--text-column names a column. Name its table too, by --text FILE.")
        if "path" in changed:
            if changed.get("source", "file") != "file":
                raise UserError("--text FILE is a corpus of its own. Leave out --corpus.")
            changed["source"] = "file"
        if changed.get("source") == "file" and "path" not in changed and not self.path:
            raise UserError("--corpus file needs the file: name it by --text FILE.")
        return replace(self, **changed)

    def require(self, vector_set: VectorSet | None = None) -> None:
        """Raise a UserError where a value is beyond its range; no set is needed."""
        self.of_training.require()

    def suited_to(self, vector_set: VectorSet) -> Self:
        """Return settings with values within their ranges; they are about no set."""
        fitting = super().suited_to(vector_set)
        if fitting.camera is not None and not fitting.camera.sees_something:
            fitting = replace(fitting, camera=None)
        return fitting


TRAINING_FIELDS = tuple(each.name for each in fields(TrainingSettings))
