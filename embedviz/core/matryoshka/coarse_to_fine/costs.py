"""Costs of exact and of two-stage search: bytes, multiplications, memory and money.

All of it is arithmetic on four numbers of a setting, so it holds for any number of rows. What does
not carry over is recall: among more rows, more of them come before a true neighbor, and the same
shortlist finds less.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from embedviz.core.matryoshka.coarse_to_fine.codes import WORD, Precision, bytes_of_code

GIGABYTE = 1e9
"""Bytes of a GB, as clouds bill them."""
_NUMBER = 4
"""Bytes of a float32."""


@dataclass(frozen=True)
class SearchCost:
    """What one query costs, and what has to be kept for it.

    Attributes
    ----------
    n_vectors, n_dimensions : int
        Of the set; its full vectors are float32.
    coarse_dimensions : int or None
        Length of the prefix in the first stage; None: exact search, which has none.
    shortlist : int
        How many rows come to the second stage.
    precision : {"float32", "float16", "int8", "binary"}
        Of the first stage.
    """

    n_vectors: int
    n_dimensions: int
    coarse_dimensions: int | None = None
    shortlist: int = 0
    precision: Precision = "float32"

    @property
    def bytes_read(self) -> int:
        """Bytes that a query reads: the codes of all rows, and the full vectors of the shortlist.

        Exact search reads all full vectors.
        """
        if self.coarse_dimensions is None:
            return self.vector_bytes
        return self.code_bytes + self._listed * self.n_dimensions * _NUMBER

    @property
    def multiply_adds(self) -> int:
        """Multiplications with an addition; 64 signs that are compared count as one."""
        if self.coarse_dimensions is None:
            return self.n_vectors * self.n_dimensions
        steps = self.coarse_dimensions
        if self.precision == "binary":
            steps = -(-steps // WORD)
        return self.n_vectors * steps + self._listed * self.n_dimensions

    @property
    def multiply_adds_ratio(self) -> float:
        """Multiplications as a share of those of exact search; 1 where there are none."""
        exact = self.n_vectors * self.n_dimensions
        return self.multiply_adds / exact if exact else 1.0

    @property
    def code_bytes(self) -> int:
        """Bytes of all codes, which each query reads, so that they are kept in memory.

        Exact search has none.
        """
        if self.coarse_dimensions is None:
            return 0
        return self.n_vectors * bytes_of_code(self.coarse_dimensions, self.precision)

    @property
    def vector_bytes(self) -> int:
        """Bytes of all full vectors; in two stages they may be on a disk, read at few places."""
        return self.n_vectors * self.n_dimensions * _NUMBER

    @property
    def least_memory(self) -> int:
        """Bytes in memory with the full vectors on a disk; exact search needs them in memory."""
        return self.vector_bytes if self.coarse_dimensions is None else self.code_bytes

    @property
    def most_memory(self) -> int:
        """Bytes in memory with the full vectors there as well."""
        return self.vector_bytes + self.code_bytes

    def of_rows(self, n_vectors: int) -> SearchCost:
        """Return the costs of the same setting for another number of rows."""
        return replace(self, n_vectors=n_vectors)

    @property
    def _listed(self) -> int:
        return min(self.shortlist, self.n_vectors)


def price_per_month(n_bytes: float, price_per_gigabyte: float) -> float:
    """Return what memory costs a month, in the currency of the price of a GB (1e9 bytes)."""
    return n_bytes / GIGABYTE * price_per_gigabyte
