"""The map of a recipe, for all rows of a source: as it was fitted, or fitted on all of them.

Fitting on all rows takes a pass over them. What it finds is kept with the unfinished work, so that
the same map goes on where the work is taken up again.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from hashlib import blake2b
from os import PathLike
from pathlib import Path
from time import perf_counter
from typing import Any, TypeGuard

import numpy as np

from embedviz.core.anisotropy.transform import Fit, Transform
from embedviz.core.arrays import Matrix
from embedviz.core.contrastive.heads import Head
from embedviz.core.covariance import Moments
from embedviz.core.derivation.adapted import Adapted
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.derivation.row_map import RowMap
from embedviz.core.derivation.whitened import Whitened
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.progress import Report, silent
from embedviz.formats.binary.row_maps import read_row_map
from embedviz.sources.copying.rows import RowSource
from embedviz.sources.copying.work_folder import WorkFolder

MapRecipe = str | PathLike[str] | RowMap | Truncated | Whitened | Adapted | Head
"""A file with an exported map or head, or settings."""
_LONGEST = 1.5
"""Seconds for which a fit is tried."""


def is_fitted_on_all(recipe: MapRecipe) -> TypeGuard[Whitened]:
    """Return whether a recipe needs a pass over all rows before it is a map."""
    return isinstance(recipe, Whitened) and recipe.fit is None


def row_map_of(recipe: MapRecipe, source: RowSource) -> RowMap:
    """Return the map of a recipe that is fitted.

    Raises
    ------
    UserError
        When a file holds no map, or there are not so many dimensions.
    """
    if isinstance(recipe, RowMap):
        return recipe
    if isinstance(recipe, Truncated):
        return RowMap.of_prefix(source.dimensions, recipe.dimensions, recipe.layer_norm)
    if isinstance(recipe, Adapted):
        return RowMap.of_head(recipe.head, str(recipe))
    if isinstance(recipe, Head):
        return RowMap.of_head(recipe)
    if isinstance(recipe, Whitened):
        assert recipe.fit is not None
        return _whitening(recipe, recipe.fit, source.name)
    return read_row_map(recipe)


def fitted_on_all(
    recipe: Whitened, source: RowSource, work: WorkFolder, report: Report = silent
) -> RowMap:
    """Return the map of a recipe, fitted on all rows that are finite.

    Raises
    ------
    UserError
        When the recipe needs more of the rows than their moments, or no row can be counted.
    """
    require_moments_do(recipe)
    key = blake2b(f"{source.stamp} {recipe!r}".encode(), digest_size=16).hexdigest()
    kept = work.path / f"fit-{key}.npz"
    if kept.exists():
        return read_row_map(kept)
    moments, n_rows = Moments(source.dimensions), 0
    for rows in _finite_rows(source):
        report(min(n_rows / max(source.n_rows, 1), 1.0), "fitting the map on all rows")
        moments.add(rows)
        n_rows += len(rows)
    found = _whitening(recipe, _fit_of(moments, source, n_rows), source.name)
    _keep(kept, found)
    return read_row_map(kept)


def tried_fit(recipe: Whitened, source: RowSource) -> tuple[RowMap, float]:
    """Return the map fitted on the first rows, and about how long all would take, in seconds."""
    require_moments_do(recipe)
    moments, n_rows, start = Moments(source.dimensions), 0, perf_counter()
    with closing(_finite_rows(source)) as blocks:
        for rows in blocks:
            moments.add(rows)
            n_rows += len(rows)
            if perf_counter() - start > _LONGEST:
                break
    seconds = (perf_counter() - start) * source.n_rows / max(n_rows, 1)
    return _whitening(recipe, _fit_of(moments, source, n_rows), source.name), seconds


def require_moments_do(recipe: Whitened) -> None:
    """Refuse what cannot be told by the mean and the covariance of all rows.

    Raises
    ------
    UserError
    """
    if recipe.shrinkage or recipe.left_out:
        raise UserError(
            "Shrinkage and dimensions that are left out cannot be fitted on all rows. Fit the map "
            "on a sample with embedviz whiten --export, and apply that file."
        )


def _finite_rows(source: RowSource) -> Generator[Matrix]:
    for part in source.parts:
        for block in source.blocks(part):
            rows = block.vectors
            is_good = np.isfinite(rows).all(axis=1)
            yield rows if is_good.all() else rows[is_good]


def _fit_of(moments: Moments, source: RowSource, n_rows: int) -> Fit:
    if not n_rows:
        raise UserError(f"No row of {source.name} has a vector of finite numbers.")
    return Fit(moments.principal_axes())


def _whitening(recipe: Whitened, fit: Fit, name: str) -> RowMap:
    found = Transform(fit, recipe.settings, name)
    rows = fit.source or f"all {counted(fit.axes.n_rows, 'row')}"
    return RowMap.of_affine(found.map(), f"{recipe.settings}, fitted on {rows}")


def _keep(path: Path, found: RowMap) -> None:
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_name(f".{path.name}.tmp")
    with unfinished.open("wb") as file:
        arrays: dict[str, Any] = {**found.arrays, "description": np.array(found.description)}
        np.savez(file, **arrays)
    unfinished.replace(path)
