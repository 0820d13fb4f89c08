"""A recipe applied to all rows of a collection, a folder of Parquet or a file, into a new place."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from os import PathLike
from pathlib import Path

from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Report, part_of, silent
from embedviz.sources.consent import Sending
from embedviz.sources.copying.copy import Copied, CopyPlan, CopySettings, copy_rows
from embedviz.sources.copying.estimate import CopyEstimate, estimate_copy
from embedviz.sources.copying.fitting import (
    MapRecipe,
    fitted_on_all,
    is_fitted_on_all,
    row_map_of,
    tried_fit,
)
from embedviz.sources.copying.opening import source_of_collection, source_of_file
from embedviz.sources.copying.rows import RowSource
from embedviz.sources.copying.targets import target_of
from embedviz.sources.copying.work_folder import WorkFolder
from embedviz.sources.databases.connecting import address_of
from embedviz.sources.databases.credentials import checked_password_variable

_FITTED = 0.3


def apply(  # noqa: PLR0913 - as `load`
    recipe: MapRecipe,
    source: str | PathLike[str],
    target: str | PathLike[str],
    *,
    prefixes: Sequence[int] = (),
    collection: str = "",
    vector_column: str = "",
    label_column: str = "",
    skip_bad_rows: bool = False,
    password_from: str = "",
    dry_run: bool = False,
    report: Report = silent,
) -> Copied | CopyEstimate:
    """Apply whitening, a trained head or truncation to all rows, and write them to a new place.

    Rows are read, mapped and written in parts, so there may be more than fit into memory. Where it
    ends early, the same call goes on from there; what is unfinished is in `TARGET.unfinished`.

    Parameters
    ----------
    recipe : path, Truncated, Whitened, Adapted or Head
        A file that `embedviz whiten --export` or a pane has written; or settings. A `Whitened`
        that was fitted on nothing is fitted on all rows first.
    source : path or str
        A folder of Parquet, a database or any file that can be opened; or the address of a server,
        which is the agreement to connect to it.
    target : path
        `OUT.lance`, a table of LanceDB; any other name is a folder of Parquet. It must not be
        there yet.
    prefixes : sequence of int
        Lengths of prefixes of the new vectors that get columns of their own.
    collection, vector_column, label_column : str
        Which, where there are several.
    skip_bad_rows : bool
        Leave out rows without a vector, of another length, or with NaN or infinities; else the
        first is an error.
    password_from : str
        The environment variable that holds the password. Default: the system's keyring.
    dry_run : bool
        Only say what would be done, measured on the first rows.
    report : Report

    Returns
    -------
    Copied or CopyEstimate
        What was written; of a dry run, what would be.

    Raises
    ------
    UserError
        When it cannot be done: why, and what to do.
    """
    settings = ReadSettings(
        key=collection or None,
        vector_column=vector_column or None,
        label_column=label_column or None,
        on_bad_rows="skip" if skip_bad_rows else "raise",
    )
    wanted = CopySettings(tuple(prefixes), skip_bad_rows)
    require_target(Path(target))
    opened = _opened(str(source), settings, password_from, report)
    with closing(opened):
        if dry_run:
            return estimate_applied(recipe, opened, Path(target), wanted, report)
        return copy_applied(recipe, opened, Path(target), wanted, report)


def _opened(text: str, settings: ReadSettings, password_from: str, report: Report) -> RowSource:
    if "://" not in text:
        return source_of_file(Path(text), settings, report)
    address, secret = address_of(text)
    address = replace(address, secret_variable=checked_password_variable(password_from))
    return source_of_collection(address, settings, _agreed, secret)


def _agreed(sending: Sending) -> bool:
    """Agree: who calls with an address has just named it."""
    return True


def require_target(target: Path) -> None:
    """Refuse what cannot be written, before anything is read.

    Raises
    ------
    UserError
    """
    work = WorkFolder(target.expanduser().absolute())
    target_of(work.target, work.rows)
    work.require_free_target()


def copy_applied(
    recipe: MapRecipe,
    source: RowSource,
    target: Path,
    settings: CopySettings,
    report: Report = silent,
) -> Copied:
    """Write all rows, mapped by a recipe, to a new place; see `apply`."""
    begin = 0.0
    if is_fitted_on_all(recipe):
        work = WorkFolder(target.expanduser().absolute())
        recipe = fitted_on_all(recipe, source, work, part_of(report, 0.0, _FITTED))
        begin = _FITTED
    plan = CopyPlan(source, row_map_of(recipe, source), target, settings)
    return copy_rows(plan, part_of(report, begin, 1.0))


def estimate_applied(
    recipe: MapRecipe,
    source: RowSource,
    target: Path,
    settings: CopySettings,
    report: Report = silent,
) -> CopyEstimate:
    """Return what `copy_applied` would do; nothing is kept of what it tries."""
    seconds = 0.0
    if is_fitted_on_all(recipe):
        recipe, seconds = tried_fit(recipe, source)
    plan = CopyPlan(source, row_map_of(recipe, source), target, settings)
    return replace(estimate_copy(plan, report), seconds_to_fit=seconds)
