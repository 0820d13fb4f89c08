"""The commands that open no window, `embedviz convert` and `embedviz info`, and how files are read.

What was done goes to the standard output; progress and errors go to the standard error.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.progress import Report, part_of, silent

if TYPE_CHECKING:
    from embedviz.core.vector_set import VectorSet
    from embedviz.formats.reading import ReadSettings

_READ = 0.5
_STOPPED = 130


def convert(arguments: Sequence[str]) -> int:
    """Write the vectors of a file in another format."""
    options = _convert_parser().parse_args(arguments)
    target = Path(options.target).expanduser()
    was_there = target.exists()
    try:
        _convert(options, Path(options.source).expanduser(), target)
    except KeyboardInterrupt:  # What is written takes its place when it is complete, not before.
        return tell_stopped(f"{target.name} is {'as it was' if was_there else 'not written'}")
    return 0


def _convert(options: argparse.Namespace, source: Path, target: Path) -> None:
    from embedviz.formats import open_file, save
    from embedviz.formats.writing.saving import left_out, written_files

    written = written_files(target)  # Refused before the time is spent to read.
    for path in (source, options.labels, options.metadata):
        _require_other_files(path, written)
    if not options.overwrite:
        _require_own_companion(target)
    settings, report = settings_of(options), terminal_report()
    opened = open_file(source, settings, part_of(report, 0.0, _READ))
    save(opened, target, report=part_of(report, _READ, 1.0))
    report(1.0, "written")
    _tell_converted(opened, written, left_out(opened, target))


def tell_stopped(what: str = "") -> int:
    """Say that the user has stopped a command; return its exit code, as shells know it."""
    end = "\r" + " " * 60 + "\r" if sys.stderr.isatty() else ""  # Over the line of the progress.
    _write(f"{end}embedviz: stopped{'; ' * bool(what)}{what}.", sys.stderr)
    return _STOPPED


def _require_own_companion(target: Path) -> None:
    from embedviz.formats.writing.saving import foreign_companion

    companion = foreign_companion(target)
    if companion is not None:
        raise UserError(
            f"{companion.name}, where the labels of {target.name} go, is there already and does "
            "not belong to it. Choose another name, or replace it with --overwrite."
        )


def _require_other_files(path: str | Path | None, written: Sequence[Path]) -> None:
    if path is None or not Path(path).expanduser().exists():
        return
    for target in written:
        if target.exists() and target.samefile(Path(path).expanduser()):
            raise UserError(
                f"{target.name} is read and would be replaced. Choose another name to write."
            )


def _tell_converted(opened: VectorSet, written: Sequence[Path], columns: Sequence[str]) -> None:
    from embedviz.core.processes.memory import in_words

    sizes = [f"{path} ({in_words(path.stat().st_size)})" for path in written]
    say(f"{len(opened):,} × {opened.dimensions:,} written to {' and '.join(sizes)}.")
    for note in opened.notes:
        say(note)
    if columns:
        named = ", ".join(columns)
        suffix = "".join(written[0].suffixes[-2 if written[0].suffix == ".gz" else -1 :])
        say(f"Not written, since {suffix} holds labels and vectors only: {named}.")


def info(arguments: Sequence[str]) -> int:
    """Say everything about files; return 2 when one of them cannot be read."""
    from embedviz.formats.diagnosis import describe, diagnose

    options = _info_parser().parse_args(arguments)
    settings, report = settings_of(options), terminal_report()
    code = 0
    for place, file in enumerate(options.files):
        try:
            found = diagnose(Path(file), settings, is_quick=options.quick, report=report)
        except UserError as error:
            code = 2
            if options.json:
                _tell_json(_as_object(file, error))
            else:
                tell_error(error)
            continue
        if options.json:
            _tell_json(found)
        else:
            say("\n" * (place > 0) + describe(found))
    return code


def _as_object(file: str, error: UserError) -> dict[str, Any]:
    found: dict[str, Any] = {"path": file, "error": str(error)}
    if isinstance(error, ChoiceRequired):
        found |= {"option": error.option, "choices": error.choices}
    return found


def _tell_json(found: dict[str, Any]) -> None:
    # Only ASCII, so that every terminal and pipe takes it.
    sys.stdout.write(json.dumps(found, allow_nan=False) + "\n")


def say(text: str) -> None:
    """Print lines on the standard output, whatever encoding it has."""
    _write(text, sys.stdout)


def tell_error(error: UserError) -> None:
    """Print what went wrong on the standard error, and the option that decides it."""
    from embedviz.formats.diagnosis import printable

    text = f"embedviz: {printable(str(error))}"
    if isinstance(error, ChoiceRequired):
        option = _OPTIONS.get(error.option, "")
        if option and option not in text:
            text += f" ({option})"
    _write(text, sys.stderr)


_OPTIONS = {
    "key": "--key",
    "vector_column": "--vector-column",
    "label_column": "--label-column",
    "on_bad_rows": "--skip-bad-rows",
    "sample": "--sample",
    "labels_header": "--labels-header",
}


def _write(text: str, stream: Any) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")


def terminal_report() -> Report:
    """Return what shows progress on a terminal; where there is none, nothing does."""
    return _tell_progress if sys.stderr.isatty() else silent


def _tell_progress(fraction: float, message: str) -> None:
    """Show how far the work is; one line, written over, and gone at the end."""
    line = f"{message}: {100 * fraction:3.0f} %" if fraction < 1 else ""
    sys.stderr.write(f"\r{line:<60}" + ("" if line else "\r"))
    sys.stderr.flush()


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Let a command take how its files are to be read."""
    how = parser.add_argument_group("how files are read")
    how.add_argument("--labels", metavar="TEXT", help="a file with one label per row")
    how.add_argument("--metadata", metavar="TSV", help="a table with one line per row")
    how.add_argument(
        "--metadata-key", metavar="COLUMN", help="join it by this column, which holds the labels"
    )
    how.add_argument(
        "--labels-header",
        choices=("yes", "no"),
        help="whether the first line of --labels or --metadata names its columns",
    )
    how.add_argument("--label-column", metavar="COLUMN", help="the column with the labels")
    how.add_argument("--vector-column", metavar="COLUMN", help="the column with whole vectors")
    how.add_argument("--key", help="which array, tensor or member, where there are several")
    how.add_argument("--max-rows", type=from_one, metavar="N", help="only the first rows")
    how.add_argument("--sample", type=from_one, metavar="N", help="a random sample of the rows")
    how.add_argument("--seed", type=_from_zero, default=0, metavar="N", help="of the sample")
    how.add_argument(
        "--skip-bad-rows", action="store_true", help="leave out rows that cannot be read"
    )


def settings_of(options: argparse.Namespace) -> ReadSettings:
    """Return how files are to be read, from the options that `add_reading_options` added."""
    from embedviz.formats.reading import ReadSettings

    return ReadSettings(
        labels=options.labels,
        metadata=options.metadata,
        label_column=options.label_column,
        vector_column=options.vector_column,
        key=options.key,
        max_rows=options.max_rows,
        sample=options.sample,
        seed=options.seed,
        on_bad_rows="skip" if options.skip_bad_rows else "raise",
        metadata_key=options.metadata_key,
        labels_header={"yes": True, "no": False}.get(options.labels_header),
    )


def _convert_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="embedviz convert",
        description="Write the vectors of a file in another format: .vec, .txt, .bin (word2vec), "
        ".npy and .tsv with their labels beside them, .csv, .jsonl, .parquet, .feather, .arrow; "
        ".gz after those of text.",
    )
    parser.add_argument("source", metavar="IN", help="vectors, in any known format")
    parser.add_argument("target", metavar="OUT", help="its suffix says the format")
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace OUT.metadata.tsv, too, where it does not belong to OUT",
    )
    add_reading_options(parser)
    return parser


def _info_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="embedviz info",
        description="Say what is in files of vectors, and what is wrong with them. They are read "
        "to the end, and rows that cannot be read are counted and left out.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="vectors, in any known format")
    parser.add_argument("--json", action="store_true", help="one JSON object a line for each file")
    parser.add_argument("--quick", action="store_true", help="look at the first rows only")
    add_reading_options(parser)
    return parser


def from_one(text: str) -> int:
    """Return a whole number from 1 up, for argparse."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 up")
    return int(text)


def _from_zero(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 up")
    return int(text)


COMMANDS = {"convert": convert, "info": info}
"""By the first word after `embedviz`."""
