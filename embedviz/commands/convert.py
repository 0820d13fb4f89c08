"""`embedviz convert`: the vectors of a file, in another format."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from embedviz.commands.made_vectors import require_other_file, tell_left_out
from embedviz.commands.reading_options import add_reading_options, from_one, settings_of
from embedviz.commands.scale.copied_rows import opened_source, tell_copied
from embedviz.commands.terminal import say, tell_stopped, terminal_report
from embedviz.core.errors import UserError
from embedviz.core.progress import part_of

if TYPE_CHECKING:
    from embedviz.core.vector_set import VectorSet

TABLE = ".lance"
"""How the name of a table of LanceDB ends."""
_READ = 0.5
_OPENED = 0.3


def convert(arguments: Sequence[str]) -> int:
    """Write the vectors of a file in another format."""
    options = _convert_parser().parse_args(arguments)
    target = Path(options.target).expanduser()
    was_there = target.exists()
    is_table = target.name.casefold().endswith(TABLE)
    if options.prefix and not is_table:
        raise UserError(f"--prefix is for tables of LanceDB: name one, OUT{TABLE}.")
    try:
        if is_table:
            _convert_to_table(options, target)
        else:
            _convert(options, Path(options.source).expanduser(), target)
    except KeyboardInterrupt:  # What is written takes its place when it is complete, not before.
        return tell_stopped(f"{target.name} is {'as it was' if was_there else 'not written'}")
    return 0


def _convert(options: argparse.Namespace, source: Path, target: Path) -> None:
    from embedviz.formats import open_file, save
    from embedviz.formats.writing.saving import left_out, written_files

    written = written_files(target)  # Refused before the time is spent to read.
    for path in (source, options.labels, options.metadata):
        require_other_file(path, written)
    if not options.overwrite:
        _require_own_companion(target)
    settings, report = settings_of(options), terminal_report()
    opened = open_file(source, settings, part_of(report, 0.0, _READ))
    save(opened, target, report=part_of(report, _READ, 1.0))
    report(1.0, "written")
    _tell_converted(opened, written, left_out(opened, target))


def _convert_to_table(options: argparse.Namespace, target: Path) -> None:
    """Write a new table of LanceDB; what can be read in parts is never loaded as a whole."""
    from contextlib import closing

    from embedviz.core.derivation.row_map import RowMap
    from embedviz.sources.copying.applying import require_target
    from embedviz.sources.copying.copy import CopyPlan, CopySettings, copy_rows

    require_target(target)  # Refused before the time is spent to read.
    settings = CopySettings(tuple(options.prefix), options.skip_bad_rows, is_resumable=False)
    report = terminal_report()
    with closing(opened_source(options, part_of(report, 0.0, _OPENED))) as source:
        plan = CopyPlan(source, RowMap.same(source.dimensions), target, settings)
        copied = copy_rows(plan, part_of(report, _OPENED, 1.0))
        report(1.0, "written")
        tell_copied(copied, source)


def _require_own_companion(target: Path) -> None:
    from embedviz.formats.writing.replacing import foreign_companion

    companion = foreign_companion(target)
    if companion is not None:
        raise UserError(
            f"{companion.name}, where the labels of {target.name} go, is there already and does "
            "not belong to it. Choose another name, or replace it with --overwrite."
        )


def _tell_converted(opened: VectorSet, written: Sequence[Path], columns: Sequence[str]) -> None:
    from embedviz.core.wording import in_words

    sizes = [f"{path} ({in_words(path.stat().st_size)})" for path in written]
    say(f"{len(opened):,} × {opened.dimensions:,} written to {' and '.join(sizes)}.")
    for note in opened.notes:
        say(note)
    tell_left_out(columns, written[0])


def _convert_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="embedviz convert",
        description="Write the vectors of a file in another format: .vec, .txt, .bin (word2vec), "
        ".npy and .tsv with their labels beside them, .csv, .jsonl, .parquet, .feather, .arrow; "
        ".gz after those of text. OUT.lance is a new table of LanceDB, which is written in parts.",
    )
    parser.add_argument("source", metavar="IN", help="vectors, in any known format")
    parser.add_argument("target", metavar="OUT", help="its suffix says the format")
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace OUT.metadata.tsv, too, where it does not belong to OUT",
    )
    parser.add_argument(
        "--prefix",
        type=from_one,
        nargs="+",
        default=[],
        metavar="N",
        help="a column with the first N numbers, too, for two-stage search (OUT.lance)",
    )
    add_reading_options(parser)
    return parser
