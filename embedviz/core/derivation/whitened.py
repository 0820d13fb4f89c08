"""The recipe that sends each row through the map of the dial: raw, centered, white, or between.

Whitening keeps the coordinates along the principal axes ("pca") unless asked to rotate back
("zca"): cosines are the same either way, keeping 256 components then gives rows of 256 numbers, and
a prefix of the derived set is what keeping still fewer components would have given, up to the
length of the rows. Where the mean is not wholly taken away, rows keep all their dimensions.

A map that is fitted on all rows of the parent is found again from them. One that is fitted on
others cannot be: these may be another set, or selected no more. So the recipe then holds what was
fitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

from embedviz.core.anisotropy.transform import (
    AffineMap,
    Fit,
    Transform,
    TransformSettings,
    fit_rows,
)
from embedviz.core.derivation.by_recipe import derived_set
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.progress import Report, part_of, silent
from embedviz.core.vector_set import VectorSet

_FITTED = 0.7


@dataclass(frozen=True)
class Whitened:
    """Each row through the map of the dial, made unit length.

    Attributes
    ----------
    strength, n_components, remove_top, centering, variance_share, shrinkage, method
        As in `TransformSettings`.
    left_out : tuple of int
        Dimensions that count as zero; those of `fit` where there is one.
    fit : Fit, optional
        What was fitted on other rows than all of the parent's; None: these.
    """

    strength: float = 1.0
    n_components: int | None = None
    remove_top: int = 0
    centering: float = 1.0
    variance_share: float | None = None
    shrinkage: bool = False
    method: Literal["pca", "zca"] = "pca"
    left_out: tuple[int, ...] = ()
    fit: Fit | None = None

    def __post_init__(self) -> None:
        _ = self.settings  # Which refuses what is out of range.
        if self.fit is not None and self.fit.left_out != self.left_out:
            raise ValueError("left_out is not what was left out in the fit")

    @classmethod
    def of(
        cls, settings: TransformSettings, fit: Fit | None = None, left_out: tuple[int, ...] = ()
    ) -> Whitened:
        """Return the recipe of a map.

        Parameters
        ----------
        settings : TransformSettings
        fit : Fit, optional
            What was fitted on other rows than all of the parent's.
        left_out : tuple of int
            Where there is no `fit`.
        """
        return cls(
            settings.strength,
            settings.n_components,
            settings.remove_top,
            settings.centering,
            settings.variance_share,
            settings.shrinkage,
            settings.method,
            left_out if fit is None else fit.left_out,
            fit,
        )

    @property
    def settings(self) -> TransformSettings:
        """Settings of the map."""
        return TransformSettings(
            self.centering,
            self.strength,
            self.n_components,
            self.variance_share,
            self.remove_top,
            self.method,
            self.shrinkage,
        )

    def __str__(self) -> str:
        words = [str(self.settings)]
        if self.left_out:
            words.append(f"{counted(len(self.left_out), 'dimension')} left out")
        if self.fit is not None and self.fit.source:
            words.append(f"fitted on {self.fit.source}")
        return ", ".join(words)

    def transform_of(self, parent: VectorSet, report: Report = silent) -> Transform:
        """Return the fitted map.

        Raises
        ------
        UserError
            When no direction with a variance is left, a row holds NaN or an infinity, or the map
            was fitted on rows of other dimensions.
        """
        fit, name = self.fit, parent.name or "the set"
        if fit is None:
            fit = fit_rows(
                parent.vectors, left_out=self.left_out, shrinkage=self.shrinkage, report=report
            )
        elif fit.axes.dimensions != parent.dimensions:
            raise UserError(
                f"The map was fitted on rows of {counted(fit.axes.dimensions, 'dimension')}, and "
                f"{name} has {parent.dimensions:,}. Show a set of the same model."
            )
        return Transform(fit, self.settings, name)

    def derive(self, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return the set of the mapped rows, of unit length.

        With "pca" and the mean taken away, there is a dimension for each direction that is kept;
        else all dimensions stay.

        Raises
        ------
        UserError
            As for `transform_of`.
        """
        found = self.transform_of(parent, part_of(report, 0.0, _FITTED))
        return self.derive_by(found, parent, part_of(report, _FITTED, 1.0))

    def derive_by(self, found: Transform, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return what `derive` does, where `transform_of` was called before."""
        transform = partial(AffineMap.apply, found.map(), unit_length=True)
        vectors = transform(parent.vectors, report=report)
        return derived_set(parent, self, transform, vectors, found.notes)
