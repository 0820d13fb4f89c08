"""`embedviz train`: vectors of the words of a text, in a file or in the window."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedviz.commands.made_vectors import (
    add_target,
    require_other_file,
    target_of,
    tell_left_out,
    tell_made,
)
from embedviz.commands.setting_options import add_setting_options, settings_of_options
from embedviz.commands.terminal import say, tell_stopped, terminal_report
from embedviz.core.progress import Report
from embedviz.core.settings import fields_of

if TYPE_CHECKING:
    from embedviz.core.vector_set import VectorSet
    from embedviz.sources.training.run import Trained, TrainingRun
    from embedviz.sources.training.snapshots import Snapshot


def train(arguments: Sequence[str]) -> int | list[VectorSet]:
    """Train word vectors; write them, and return those that a window is to show.

    Ctrl-C ends training and keeps what was learned; once more ends the program.
    """
    options = _parser().parse_args(arguments)
    target = target_of(options, "vectors.vec")
    try:
        vector_set, trained = _trained(options, target)
    except KeyboardInterrupt:
        return tell_stopped("" if target is None else f"{target.name} is not written")
    code = 0
    if trained.is_partial:
        kept = "opened" if target is None else f"in {target.name}"
        code = tell_stopped(
            f"the vectors after {100 * trained.fraction:.0f} % of the training are {kept}"
        )
    return [vector_set] if options.open else code


def _trained(options: argparse.Namespace, target: Path | None) -> tuple[VectorSet, Trained]:
    from embedviz.core.progress import Cancelled
    from embedviz.formats import save
    from embedviz.formats.writing.saving import left_out, written_files
    from embedviz.sources.training.run import TrainingRun
    from embedviz.sources.training.training import corpus_named, trained_set

    corpus = corpus_named(options.corpus, options.column)
    written = [] if target is None else written_files(target)  # Refused before time is spent.
    require_other_file(getattr(corpus, "path", None), written)
    usual, questions = _usual(options)
    run = TrainingRun(corpus, settings_of_options(usual, options), questions)
    report, seen = terminal_report(), dict[str, float]()
    with _stopped_by_interrupt(run, report) as watching:
        try:
            trained = run.run(watching, on_snapshot=lambda snapshot: _note(seen, snapshot))
        except Cancelled:  # Stopped before there were any words.
            raise KeyboardInterrupt from None
        vector_set = trained_set(trained)
        if target is not None:
            save(vector_set, target)
    report(1.0, "trained")
    tell_made(vector_set, written)
    _tell_result(trained, seen)
    if target is not None:
        tell_left_out(left_out(vector_set, target), target)
    return vector_set, trained


def _usual(options: argparse.Namespace) -> tuple[Any, Any]:
    """Return the settings that count where nothing else is given, and the questions."""
    from embedviz.sources.training.questions import load_questions
    from embedviz.sources.training.samples import SAMPLES
    from embedviz.sources.training.settings import TrainingSettings

    sample = next((each for each in SAMPLES if each.name == options.corpus), None)
    if sample is not None and Path(options.corpus).exists():
        sample = None
    settings = TrainingSettings() if sample is None else sample.settings
    if options.questions is not None:
        return settings, load_questions(options.questions)
    return settings, None if sample is None else sample.questions


def _note(seen: dict[str, float], snapshot: Snapshot) -> None:
    """Keep the newest loss and accuracy that there are."""
    for name in ("loss", "accuracy"):
        value = getattr(snapshot, name)
        if value == value:
            seen[name] = value


def _tell_result(trained: Trained, seen: Mapping[str, float]) -> None:
    loss, accuracy = seen.get("loss"), seen.get("accuracy")
    said = [f"{trained.seconds:.1f} s of training"]
    if loss is not None:
        said.append(f"loss {loss:.3f} ({trained.settings.chance_loss:.3f} by chance)")
    if accuracy is not None:
        said.append(f"{100 * accuracy:.1f} % of {trained.vocabulary.n_questions:,} analogies right")
    say(f"{', '.join(said)}.")


@contextmanager
def _stopped_by_interrupt(run: TrainingRun, report: Report) -> Iterator[Report]:
    """Let the first Ctrl-C stop training, and the second one the program, as any other does."""
    asked = threading.Event()

    def watching(fraction: float, message: str) -> None:
        if asked.is_set() and not run.is_stopped:
            run.stop()
        report(fraction, message)

    def note(number: int, frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    if threading.current_thread() is not threading.main_thread():
        yield watching
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield watching
    finally:
        signal.signal(signal.SIGINT, before)


def _parser() -> argparse.ArgumentParser:
    from embedviz.sources.training.samples import SAMPLES
    from embedviz.sources.training.settings import TrainingSettings

    samples = " and ".join(f"{each.name} ({each.title})" for each in SAMPLES)
    parser = argparse.ArgumentParser(
        prog="embedviz train",
        description="Learn vectors of the words of a text, by gensim: a text file of which each "
        "line is a text, or a column of a table; also packed. Nothing leaves this machine. Ctrl-C "
        "ends it and keeps what was learned so far.",
        epilog=f"Samples that need no file: {samples}.",
    )
    parser.add_argument("corpus", metavar="CORPUS", help="a file, or the name of a sample")
    add_target(parser)
    parser.add_argument("--column", default="", help="the one with the texts, in a table")
    parser.add_argument(
        "--questions", metavar="FILE", help="analogies to ask, laid out as questions-words.txt"
    )
    how = parser.add_argument_group("how it learns")
    add_setting_options(how, fields_of(TrainingSettings).values())
    return parser
