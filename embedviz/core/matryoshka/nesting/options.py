"""Options of a training that makes a set nested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from embedviz.core.contrastive.dials import Dials

Together = Literal["views", "neighbors", "pairs", "category"]
_SHORTEST, _LONGEST = 8, 512


@dataclass(frozen=True)
class Nesting:
    """What a set is made nested with. The defaults lost nothing on the sets they were tried on.

    Attributes
    ----------
    together : {"views", "neighbors", "pairs", "category"}
        What belongs together: two views of each row from which different inputs are dropped, each
        row and one of its three nearest, judged pairs, or rows of one category.
    prefixes : tuple of int
        Lengths that are trained to do alone; those that are not below the number of dimensions
        are left out, and all dimensions always count. Empty: those of `nested_lengths` up to a
        quarter of the dimensions. Longer ones take from what is between them and all where a
        model was trained well: of the last layer of MiniLM, 384 dimensions, held-out STS-B pairs
        lost 0.001 to 0.008 at 128 and 256 when these were trained, and nothing when not. Of its
        layer 2, which was not trained to be compared, training them too adds 0.01 to 0.02 there.
    temperature : float
        The τ of the loss.
    n_steps : int
        About how many steps: whole epochs are made.
    held_out : float
        The share of the rows that is kept to judge by, with which nothing is learned, 0 to 0.9.
    dropout : float
        The share of the inputs that is dropped in each view.
    learning_rate : float
        Of Adam at the beginning.
    orthogonality : float
        How hard the matrix is held to an orthogonal one.
    batch_size, seed : int
    """

    together: Together = "views"
    prefixes: tuple[int, ...] = ()
    temperature: float = 0.1
    n_steps: int = 300
    held_out: float = 0.5
    dropout: float = 0.1
    learning_rate: float = 1e-2
    orthogonality: float = 10.0
    batch_size: int = 256
    seed: int = 0

    def __post_init__(self) -> None:
        if self.together not in get_args(Together):
            raise ValueError(
                f"together is {self.together!r}; it must be one of {', '.join(get_args(Together))}"
            )
        if not 0 <= self.held_out <= 0.9:
            raise ValueError(f"held_out is {self.held_out!r}; it must be from 0 to 0.9")
        if self.n_steps < 1:
            raise ValueError(f"n_steps is {self.n_steps!r}; it must be from 1 up")
        self.dials(1)  # Which refuses what is out of range.

    def lengths(self, dimensions: int) -> tuple[int, ...]:
        """Return the prefixes that are trained of rows with so many dimensions, shortest first."""
        wanted = self.prefixes
        if not wanted:
            usual = nested_lengths(dimensions)
            wanted = tuple(each for each in usual if 4 * each <= dimensions) or usual[:1]
        return tuple(sorted({each for each in wanted if each < dimensions}))

    def judged_lengths(self, dimensions: int) -> tuple[int, ...]:
        """Return the lengths to judge at: those that are trained, the usual ones, and all."""
        usual = () if self.prefixes else nested_lengths(dimensions)
        return tuple(sorted({*self.lengths(dimensions), *usual, dimensions}))

    def dials(self, dimensions: int, batch_size: int | None = None) -> Dials:
        """Return the dials of a training of rows with so many dimensions."""
        return Dials(
            temperature=self.temperature,
            dropout=self.dropout,
            learning_rate=self.learning_rate,
            batch_size=min(self.batch_size, batch_size or self.batch_size),
            prefixes=self.lengths(dimensions) if dimensions > 1 else self.prefixes,
            orthogonality=self.orthogonality,
            bias=False,  # Rows are centered: in its first large steps it would only do harm.
        )


def nested_lengths(dimensions: int) -> tuple[int, ...]:
    """Return the powers of two from 8, or from 1 where there are hardly more, below all."""
    first = _SHORTEST if dimensions > 2 * _SHORTEST else 1
    found = []
    while first < dimensions and first <= _LONGEST:
        found.append(first)
        first *= 2
    return tuple(found)
