"""`embedviz whiten`: the vectors of a file centered or whitened, or the map that does it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from embedviz.commands.made_vectors import (
    add_target,
    require_other_file,
    target_of,
    tell_left_out,
    tell_made,
)
from embedviz.commands.reading_options import (
    add_reading_options,
    from_zero,
    settings_of,
)
from embedviz.commands.scale.map_options import add_map_options, map_settings, require_one_map
from embedviz.commands.terminal import say, tell_stopped, terminal_report
from embedviz.core.errors import UserError
from embedviz.core.progress import part_of

if TYPE_CHECKING:
    from embedviz.core.anisotropy.fit import Fit
    from embedviz.core.derivation.whitened import Whitened
    from embedviz.core.progress import Report
    from embedviz.core.vector_set import VectorSet

_READ, _FITTED, _MAPPED = 0.3, 0.7, 0.9
_FOUND = 0.3
"""Of the time of a fit: finding rogue dimensions."""
_ROGUE = "rogue"


def whiten(arguments: Sequence[str]) -> int | list[VectorSet]:
    """Whiten the vectors of a file; write them or the map, and return them to be opened."""
    options = _parser().parse_args(arguments)
    _require_one_choice(options)
    export = None if options.export is None else Path(options.export).expanduser()
    target = None
    if export is None or options.output is not None or options.open:
        target = target_of(options, "white.parquet")
    try:
        found = _whitened(options, target, export)
    except KeyboardInterrupt:
        names = [each.name for each in (target, export) if each is not None]
        return tell_stopped(f"{' and '.join(names)} not written" if names else "")
    return [found] if found is not None and options.open else 0


def _require_one_choice(options: argparse.Namespace) -> None:
    """Refuse options that say two things."""
    require_one_map(options)
    if options.fit_on is not None and options.fit_group is not None:
        raise UserError("--fit-on and --fit-group both say what the map is fitted on. Give one.")


def _whitened(
    options: argparse.Namespace, target: Path | None, export: Path | None
) -> VectorSet | None:
    from embedviz.core.anisotropy.exported import exported_transform
    from embedviz.formats import open_file, save
    from embedviz.formats.writing.saving import left_out, written_files
    from embedviz.formats.writing.transforms import transform_files, write_transform

    source = Path(options.source).expanduser()
    written = [] if target is None else written_files(target)  # Refused before time is spent.
    exported = () if export is None else transform_files(export)
    for path in (source, options.labels, options.metadata, options.fit_on):
        require_other_file(path, [*written, *exported])
    report = terminal_report()
    opened = open_file(source, settings_of(options), part_of(report, 0.0, _READ))
    fitted = part_of(report, _READ, _FITTED)
    recipe = _recipe(options, opened, fitted)
    transform = recipe.transform_of(opened, fitted)
    made_set = None
    if target is not None or options.open:
        made_set = recipe.derive_by(transform, opened, part_of(report, _FITTED, _MAPPED))
    if export is not None:
        write_transform(export, exported_transform(transform))
    if target is not None and made_set is not None:
        save(made_set, target, report=part_of(report, _MAPPED, 1.0))
    report(1.0, "whitened")
    if made_set is not None:
        tell_made(made_set, written)
    if exported:
        say(f"The map is written to {' and '.join(map(str, exported))}.")
    if target is not None:
        tell_left_out(left_out(opened, target), target)
    return made_set


def _recipe(options: argparse.Namespace, opened: VectorSet, report: Report) -> Whitened:
    from embedviz.core.derivation.whitened import Whitened

    left_out = _left_out(options, opened, part_of(report, 0.0, _FOUND))
    fit = _other_fit(options, opened, left_out, part_of(report, _FOUND, 1.0))
    return Whitened.of(map_settings(options, options.shrinkage), fit, left_out)


def _left_out(options: argparse.Namespace, opened: VectorSet, report: Report) -> tuple[int, ...]:
    """Return the dimensions that count as zero, with the rogue ones where these are asked for."""
    from embedviz.core.isotropy import outlier_dimensions

    wanted = set(options.leave_out)
    if _ROGUE in wanted:
        found = outlier_dimensions(opened.vectors, report)[0].tolist()
        wanted = (wanted - {_ROGUE}) | set(found)
        names = ", ".join(map(str, found))
        say(f"Rogue dimensions, left out: {names}." if found else "No dimension is rogue.")
    return tuple(sorted(wanted))


def _other_fit(
    options: argparse.Namespace, opened: VectorSet, left_out: tuple[int, ...], report: Report
) -> Fit | None:
    """Return what is fitted on other rows than all of the file; None: all of them are."""
    from embedviz.core.anisotropy.fit_source import FitSource, fit_source
    from embedviz.core.origin import ReadSettings
    from embedviz.formats import open_file

    others = []
    if options.fit_on is not None:
        others = [open_file(Path(options.fit_on).expanduser(), ReadSettings())]
        source = FitSource.of_set(others[0].name)
    elif options.fit_group is not None:
        source = FitSource.of_group(*options.fit_group)
    else:
        return None
    return fit_source(
        opened, source, others, left_out=left_out, shrinkage=options.shrinkage, report=report
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="embedviz whiten",
        description="Take the mean of vectors away and make their spread even, which opens the "
        "cone that many models make; write the rows, of unit length, or the map that does it.",
        epilog="Whether it helps depends on the vectors: it hurts those of models that were "
        "trained contrastively. The Anisotropy pane shows both.",
    )
    parser.add_argument("source", metavar="FILE", help="vectors, in any known format")
    add_target(parser)
    parser.add_argument(
        "--export",
        metavar="MAP",
        help="write the map: .npz or .safetensors, and beside it a .py that applies it",
    )
    add_map_options(parser).add_argument(
        "--shrinkage",
        action="store_true",
        help="move variances toward their mean first, as Ledoit and Wolf do",
    )
    _add_fit(parser)
    add_reading_options(parser)
    return parser


def _add_fit(parser: argparse.ArgumentParser) -> None:
    what = parser.add_argument_group("what it is fitted on")
    what.add_argument("--fit-on", metavar="FILE", help="other vectors of the same model")
    what.add_argument(
        "--fit-group",
        nargs=2,
        metavar=("COLUMN", "VALUE"),
        help="only the rows with this value in a column of the metadata",
    )
    what.add_argument(
        "--leave-out",
        type=_dimension,
        nargs="+",
        default=[],
        metavar="N",
        help="dimensions that count as zero, from 0; 'rogue': those that make most of a cosine",
    )


def _dimension(text: str) -> int | str:
    """Return a dimension from 0, or the word for all rogue ones, for argparse."""
    return text if text == _ROGUE else from_zero(text)
