"""`embedviz apply`: whitening, a trained head or truncation of all rows, into a new place."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from embedviz.commands.consent import FLAG, FLAG_HELP
from embedviz.commands.reading_options import add_reading_options, from_one
from embedviz.commands.scale.copied_rows import opened_source, tell_copied
from embedviz.commands.scale.map_options import (
    MAP_OPTIONS,
    add_map_options,
    map_settings,
    require_one_map,
)
from embedviz.commands.terminal import say, tell_stopped, terminal_report
from embedviz.core.errors import UserError
from embedviz.core.progress import part_of

if TYPE_CHECKING:
    from embedviz.sources.copying.fitting import MapRecipe

_OPENED = 0.1


def apply(arguments: Sequence[str]) -> int:
    """Apply a map to all rows, however many, and write them to a new table or folder."""
    from embedviz.sources.copying.applying import (
        copy_applied,
        estimate_applied,
        require_target,
    )
    from embedviz.sources.copying.copy import CopySettings
    from embedviz.sources.copying.work_folder import UNFINISHED

    options = _parser().parse_args(arguments)
    require_one_map(options)
    recipe, target = _recipe(options), Path(options.target).expanduser()
    settings = CopySettings(tuple(options.prefix), options.skip_bad_rows)
    report = terminal_report()
    require_target(target)
    try:
        with closing(opened_source(options, part_of(report, 0.0, _OPENED), FLAG)) as source:
            rest = part_of(report, _OPENED, 1.0)
            if options.dry_run:
                found = estimate_applied(recipe, source, target, settings, rest)
                report(1.0, "measured")
                say("\n".join([*found.lines, "Nothing was written. Leave out --dry-run to do it."]))
                return 0
            copied = copy_applied(recipe, source, target, settings, rest)
            report(1.0, "written")
            tell_copied(copied, source)
    except KeyboardInterrupt:
        if options.dry_run:
            return tell_stopped("nothing was written")
        kept = target.name + UNFINISHED
        return tell_stopped(f"what is done is in {kept}, and the same command goes on from there")
    return 0


def _recipe(options: argparse.Namespace) -> MapRecipe:
    """Return what is to be done to the rows.

    Raises
    ------
    UserError
        When options are given that mean nothing for it.
    """
    from embedviz.core.derivation.recipes import Truncated, Whitened

    parser = _parser()
    for name in () if options.whiten else MAP_OPTIONS:
        if getattr(options, name) != parser.get_default(name):
            raise UserError(f"--{name.replace('_', '-')} is for --whiten. Leave it out.")
    if options.layer_norm and options.first is None:
        raise UserError("--layer-norm is for --first. Leave it out.")
    if options.whiten:
        return Whitened.of(map_settings(options))
    if options.first is not None:
        return Truncated(options.first, options.layer_norm)
    return Path(options.map).expanduser()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="embedviz apply",
        description="Apply whitening, a trained head or truncation to all rows of a collection, a "
        "folder of Parquet or a file, and write them, of unit length, to a new place. They are "
        "read and written in parts, so there may be more than fit into memory; where it ends "
        "early, the same command goes on from there. Nothing is ever written over.",
    )
    parser.add_argument(
        "source", metavar="IN", help="a folder of Parquet, a database, or a file of vectors"
    )
    parser.add_argument(
        "target", metavar="OUT", help="OUT.lance: a table of LanceDB; else a folder of Parquet"
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--map",
        metavar="FILE",
        help="a map of embedviz whiten --export or of a pane, or a trained head",
    )
    what.add_argument("--first", type=from_one, metavar="N", help="keep the first N dimensions")
    what.add_argument(
        "--whiten", action="store_true", help="a map that is fitted on all of these rows first"
    )
    parser.add_argument(
        "--layer-norm", action="store_true", help="with --first: layer norm before it is cut"
    )
    parser.add_argument(
        "--prefix",
        type=from_one,
        nargs="+",
        default=[],
        metavar="N",
        help="a column with the first N new numbers, too, for two-stage search",
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="say how many rows, bytes and how much time, measured on the first rows",
    )
    parser.add_argument(FLAG, action="store_true", help=FLAG_HELP)
    add_map_options(parser)
    add_reading_options(parser)
    return parser
