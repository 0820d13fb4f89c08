"""Three ways to score rows as the answer to an analogy: a is to b as c is to which row.

All rows are scaled to unit length first.

- **3CosAdd** (Mikolov et al. 2013): the cosine with the mean of the positive rows minus the
  negative ones. Answers and scores are those of gensim's `most_similar`.
- **3CosMul** (Levy and Goldberg 2014, equation 4): the product of the similarities to the positive
  rows over the product of those to the negative ones, where a similarity is (1 + cosine) / 2 and
  1e-6 is added to the denominator. As gensim's `most_similar_cosmul`.
- **PairDirection** (Levy and Goldberg 2014, equation 2): the cosine of (x - c) with (b - a). It
  looks at the direction of the offset alone, and so finds rows far from all three; it is here
  because it is what "a direction that carries meaning" says literally. It takes exactly a, b and
  c: `positive=[b, c], negative=[a]`, in this order.

Each formula is written twice: for one question about all rows, in float64, and for many questions
about a block of rows whose cosines with a, b and c are known.
"""

from __future__ import annotations

from typing import Literal, get_args

import numba
import numpy as np

from embedviz.core.arrays import Flat, Matrix, Vector
from embedviz.core.blocks import scale_to_unit_length, strided_blocks
from embedviz.core.compiled.checks import require_width
from embedviz.core.compiled.kernels import parallel_kernel, serial_kernel, threads_for
from embedviz.core.neighbors.top_k import Scores

Method = Literal["3CosAdd", "3CosMul", "PairDirection"]
METHODS: tuple[Method, ...] = get_args(Method)

LEAST_LENGTH = 1e-6
"""Length of a signed sum of unit rows below which it is rounding of float32: they cancel out."""
_LEAST_SIMILARITY = 1e-6  # What gensim adds to the denominator of 3CosMul.
_LEAST_STEP = 1e-6  # Squared distance from c below which a row is in no direction from it.


def require_method(method: str) -> None:
    """Refuse a method that is none of `METHODS`."""
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; it must be one of {', '.join(METHODS)}")


def score_rows(vectors: Matrix, added: Vector, subtracted: Vector, method: Method) -> Vector:
    """Return the score of each row as an answer.

    Parameters
    ----------
    vectors : float32 array of shape (n_vectors, n_dimensions)
        Read once; their lengths are computed on the way.
    added, subtracted : float64 arrays of shape (k, n_dimensions)
        Unit rows. For "PairDirection" b and c, and a.
    method : {"3CosAdd", "3CosMul", "PairDirection"}

    Returns
    -------
    float64 array of shape (n_vectors,)
        NaN for rows of zeros, which have no direction; 0 for all others where the terms cancel out.
    """
    return _SCORES[method](vectors, added, subtracted)


def summed(added: Vector, subtracted: Vector) -> Vector:
    """Return the signed sum of unit rows, of shape (n_dimensions,); zeros where they cancel out."""
    total: Vector = added.sum(axis=0) - subtracted.sum(axis=0)
    return total if np.linalg.norm(total) >= LEAST_LENGTH else np.zeros_like(total)


def _score_by_sum(vectors: Matrix, added: Vector, subtracted: Vector) -> Vector:
    query = summed(added, subtracted)[np.newaxis]
    scale_to_unit_length(query)
    return np.asarray(_cosines(vectors, query)[:, 0].clip(-1.0, 1.0))


def _score_by_product(vectors: Matrix, added: Vector, subtracted: Vector) -> Vector:
    similarities = (1.0 + _cosines(vectors, np.concatenate([added, subtracted]))) / 2.0
    above, below = similarities[:, : len(added)], similarities[:, len(added) :]
    return np.asarray(above.prod(axis=1) / (below.prod(axis=1) + _LEAST_SIMILARITY))


def _score_by_direction(vectors: Matrix, added: Vector, subtracted: Vector) -> Vector:
    (b, c), a = added, subtracted[0]
    step = summed(b[np.newaxis], a[np.newaxis])
    cosines = _cosines(vectors, np.stack([step, c]))
    squared = 2.0 - 2.0 * cosines[:, 1]
    scale = np.sqrt(np.maximum(squared, _LEAST_STEP)) * (np.linalg.norm(step) or 1.0)
    return np.where(squared < _LEAST_STEP, 0.0, (cosines[:, 0] - step @ c) / scale)


_SCORES = {
    "3CosAdd": _score_by_sum,
    "3CosMul": _score_by_product,
    "PairDirection": _score_by_direction,
}


def _cosines(vectors: Matrix, queries: Vector) -> Vector:
    """Return the products of unit rows with queries, (n_vectors, n_queries); nan for zero rows."""
    products, lengths = products_and_lengths(vectors, queries)
    lengths[lengths == 0] = np.nan
    with np.errstate(invalid="ignore"):  # Rows that hold infinities; nobody's answer either.
        products /= lengths[:, np.newaxis]
    return products


def products_and_lengths(vectors: Matrix, queries: Vector) -> tuple[Vector, Vector]:
    """Return the dot product of each row with each query, and the length of each row.

    Parameters
    ----------
    vectors : float32 array of shape (n_vectors, n_dimensions)
    queries : float64 array of shape (n_queries, n_dimensions)

    Returns
    -------
    products : float64 array of shape (n_vectors, n_queries)
    lengths : float64 array of shape (n_vectors,)
    """
    require_width(queries, vectors.shape[1], "directions")
    products, lengths = np.zeros((len(vectors), len(queries))), np.zeros(len(vectors))
    with threads_for(vectors.size):
        for block in strided_blocks(vectors):
            part = products[block.rows], lengths[block.rows]
            _multiply_rows(block.flat, block.stride, queries, *part)
    return products, lengths


@parallel_kernel
def _multiply_rows(
    flat: Flat, stride: int, queries: Vector, products: Vector, lengths: Vector
) -> None:
    # In float64, which costs nothing beside the reading, rows of any size have a length.
    n_queries, dimensions = queries.shape
    for i in numba.prange(len(lengths)):
        row = flat[i * stride : i * stride + dimensions]
        squares = 0.0
        for j in range(dimensions):
            number = np.float64(row[j])
            squares += number * number
        lengths[i] = np.sqrt(squares)
        for k in range(n_queries):
            query = queries[k]
            total = 0.0
            for j in range(dimensions):
                total += np.float64(row[j]) * query[j]
            products[i, k] = total


@serial_kernel
def combine_cosines(
    a: Scores,
    b: Scores,
    c: Scores,
    offset: float,
    method: int,
    scores: Scores,
) -> None:
    """Write the scores of some rows, given their cosines with a, b and c.

    Scores of the same question can be compared; they are not those of `score_rows`, because what
    is equal for all rows is left out.

    Parameters
    ----------
    a, b, c : float32 arrays of shape (n,)
        Cosines of the rows.
    offset : float
        (b - a) · c, for "PairDirection".
    method : int
        Place in `METHODS`.
    scores : float32 array of shape (n,)
        Filled in.
    """
    zero, half, one, two = np.float32(0.0), np.float32(0.5), np.float32(1.0), np.float32(2.0)
    if method == 0:
        for j in range(len(a)):
            scores[j] = b[j] + c[j] - a[j]
    elif method == 1:
        least = np.float32(_LEAST_SIMILARITY)
        for j in range(len(a)):
            above = (one + b[j]) * half * ((one + c[j]) * half)
            scores[j] = above / ((one + a[j]) * half + least)
    else:
        least = np.float32(_LEAST_STEP)
        for j in range(len(a)):
            squared = two - two * c[j]
            score = (b[j] - a[j] - offset) / np.sqrt(max(squared, least))
            scores[j] = zero if squared < least else score
