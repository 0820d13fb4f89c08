"""Whitening as a scikit-learn transformer, for scripts and notebooks.

This module needs scikit-learn, which takes 0.8 s to import; no other module may import it at top
level. The window uses the same functions of `covariance` directly.

The definition is that of Su et al. (2021, "Whitening Sentence Representations for Better Semantics
and Faster Retrieval"): x ↦ (x - μ) U diag(s^(-t/2)), where s are the eigenvalues, in descending
order, and U the eigenvectors of the covariance with n - 1 in the denominator. Real covariances are
singular, so directions with hardly any variance are dropped instead of divided by nearly zero.
"""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from embedviz.core.anisotropy.transform import (
    Fit,
    Transform,
    TransformSettings,
    affine_map,
    fit_rows,
)
from embedviz.core.covariance import FLOOR, Moments, Vector


def _counts_blocks(estimator: Whitening) -> bool:
    """Return whether rows can be counted in block by block; else say why they cannot."""
    if estimator.shrinkage:
        raise AttributeError("shrinkage needs all rows at once; call fit, or set it to False")
    return True


class Whitening(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Transformer to the same variance in every direction, or part of the way there.

    In this order: center, remove the top directions, whiten, keep the first components. The
    result is not scaled to unit length; centering and unit length together are called spherizing,
    which leaves the spread as it is.

    Parameters
    ----------
    n_components : int or float, optional
        Keep so many of the directions with the largest variance, or all there are when that is
        fewer; or, of a number between 0 and 1, as few as hold this share of the variance. Default:
        all.
    strength : float
        The t of s^(-t/2): 0 centers (and, with "pca", rotates), 1 whitens fully, values between
        go part of the way. Read by `transform`, so it can be changed without fitting again.
    floor : float
        Directions whose variance is below this share of the largest one are dropped.
    remove_top : int
        Project out so many of the directions with the largest variance first, as in
        "All-but-the-top" (Mu and Viswanath, ICLR 2018).
    method : {"pca", "zca"}
        "pca" gives one column per component; "zca" rotates back, so that the result has the
        dimensions of the input and full whitening moves each vector as little as possible.
        Cosines are the same.
    shrinkage : bool
        Whether variances are moved toward their mean first, as far as Ledoit and Wolf (2004) say,
        which gives a variance to every direction. Needs all rows at once: there is no
        `partial_fit` then.
    centering : float
        The α of x - αμ: 1 takes the mean away. Below 1 only with a strength of 0; the rows then
        keep all their dimensions, and what is not kept is multiplied by 1 - α, so that 0 gives
        them as they are. Read by `transform`.

    Attributes
    ----------
    mean_ : float64 array of shape (n_features_in_,)
    components_ : float64 array of shape (n_kept, n_features_in_)
        Unit rows, by descending variance.
    explained_variance_ : float64 array of shape (n_kept,)
        Variances along them, before whitening; shrunk, where asked for.
    shrinkage_ : float
        How far they were moved toward their mean, from 0 to 1; 0 where not asked for.
    rank_ : int
        How many directions were left when the top ones were removed and those below the floor
        were dropped; `n_components` does not limit it.
    notes_ : tuple of str
        What a reader should know: a rank below the number of dimensions; too few rows for a
        whitening that means anything.
    n_samples_seen_ : int
    """

    _moments: Moments | None  # Only while blocks are added: they take d² numbers.
    _transform: Transform | None

    def __init__(
        self,
        n_components: int | float | None = None,
        strength: float = 1.0,
        floor: float = FLOOR,
        remove_top: int = 0,
        method: Literal["pca", "zca"] = "pca",
        shrinkage: bool = False,
        centering: float = 1.0,
    ) -> None:
        self.n_components = n_components
        self.strength = strength
        self.floor = floor
        self.remove_top = remove_top
        self.method = method
        self.shrinkage = shrinkage
        self.centering = centering

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: N803
        """Compute the mean and the directions of an array (n_samples, n_features).

        Raises
        ------
        ValueError
            When a parameter is out of its range, or the array is not a table of at least two
            rows of finite numbers.
        """
        self._check_parameters()
        rows = self._checked(X, ensure_min_samples=2)
        self._moments = None
        self._keep(fit_rows(rows, shrinkage=self.shrinkage))
        return self

    @available_if(_counts_blocks)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: N803
        """Count in more rows; the result is that of `fit` on all rows together.

        Raises
        ------
        ValueError
            As for `fit`, or when the rows have another length than those before. A block may
            have one row.
        """
        self._check_parameters()
        known = hasattr(self, "_moments")
        rows = self._checked(X, reset=not known)
        moments = self._moments if known else Moments(rows.shape[1])
        self._moments = Moments.of(self._fitted().fit.axes) if moments is None else moments
        self._moments.add(rows)
        self._transform = None
        return self

    def transform(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """Return the whitened rows, in float32 for float32 and in float64 for anything else.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)

        Returns
        -------
        array of shape (n_samples, n_kept)
            With "zca", or a centering below 1, (n_samples, n_features).

        Raises
        ------
        ValueError
            When the rows have another length than those that were fitted, or centering is below 1
            and strength above 0.
        """
        check_is_fitted(self)
        rows = self._checked(X, reset=False)
        self._check_dial()
        found = self._fitted()
        return affine_map(self.mean_, found.kept, self.centering, self.strength, self.method).apply(
            rows
        )

    @property
    def mean_(self) -> Vector:
        """Mean of the rows."""
        return self._fitted().fit.axes.mean

    @property
    def components_(self) -> Vector:
        """Unit axes, by descending variance."""
        return self._fitted().kept.axes

    @property
    def explained_variance_(self) -> Vector:
        """Variances along the axes, before whitening."""
        return self._fitted().kept.variances

    @property
    def shrinkage_(self) -> float:
        """How far variances were moved toward their mean."""
        return self._fitted().fit.shrinkage or 0.0

    @property
    def rank_(self) -> int:
        """Number of directions with a variance that is worth keeping."""
        return self._fitted().kept.rank

    @property
    def notes_(self) -> tuple[str, ...]:
        """Notes for a reader about the rank."""
        return self._fitted().notes

    @property
    def n_samples_seen_(self) -> int:
        """Number of rows that were fitted."""
        return self._fitted().fit.axes.n_rows

    @property
    def _n_features_out(self) -> int:
        keeps_all = self.method == "zca" or self.centering < 1
        return int(self.n_features_in_) if keeps_all else len(self.components_)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_moments")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _fitted(self) -> Transform:
        # The axes cost d³, so blocks are counted in without them, and they wait to be asked for.
        check_is_fitted(self)
        if self._transform is not None:
            return self._transform
        assert self._moments is not None
        return self._keep(Fit(self._moments.principal_axes()))

    def _keep(self, fit: Fit) -> Transform:
        share = self.n_components if isinstance(self.n_components, float) else None
        # The dial is read when rows are mapped; here only which directions are kept counts.
        settings = TransformSettings(
            centering=0.0,
            strength=0.0,
            n_components=None if isinstance(self.n_components, float) else self.n_components,
            variance_share=share,
            remove_top=self.remove_top,
            shrinkage=self.shrinkage,
            floor=self.floor,
        )
        self._transform = Transform(fit, settings)
        return self._transform

    def _checked(self, X: ArrayLike, **settings: Any) -> NDArray[Any]:  # noqa: N803
        rows: NDArray[Any] = validate_data(self, X, dtype=[np.float64, np.float32], **settings)
        return rows

    def _check_parameters(self) -> None:
        _require_integer("remove_top", self.remove_top, 0)
        if isinstance(self.n_components, float):
            if not 0 < self.n_components < 1:
                raise ValueError(
                    f"n_components is {self.n_components!r}; as a share of the variance it must be "
                    "above 0 and below 1"
                )
        elif self.n_components is not None:
            _require_integer("n_components", self.n_components, 1)
        if not isinstance(self.shrinkage, (bool, np.bool_)):
            raise ValueError(f"shrinkage is {self.shrinkage!r}; it must be True or False")
        self._check_dial()
        for name in ("strength", "floor"):
            value = getattr(self, name)
            if not isinstance(value, Real) or not 0 <= float(value) < float("inf"):
                raise ValueError(f"{name} is {value!r}; it must be a number from 0 up")
        if self.method not in ("pca", "zca"):
            raise ValueError(f"method is {self.method!r}; it must be 'pca' or 'zca'")

    def _check_dial(self) -> None:
        if not isinstance(self.centering, Real) or not 0 <= float(self.centering) <= 1:
            raise ValueError(f"centering is {self.centering!r}; it must be from 0 to 1")
        if self.centering < 1 and self.strength != 0:
            raise ValueError("strength is above 0, which needs a centering of 1")


def _require_integer(name: str, value: object, least: int) -> None:
    if not isinstance(value, Integral) or int(value) < least:
        raise ValueError(f"{name} is {value!r}; it must be an integer from {least} up")
