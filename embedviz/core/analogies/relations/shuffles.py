"""Other pairings of the same words, drawn with equal probability: what chance is compared with.

The second words of a relation are dealt out anew to its first words. What is asked is whether the
true pairing is better than chance, so a shuffle must be able to be any pairing that the relation
could have been, the true one included: with derangements alone two pairs would have one other
pairing, and half of all random vectors would be found significant.

What a relation cannot be is no shuffle either: it has no pair twice, none of a word with itself and
none without an offset. Where words occur in several pairs that takes away much, and it counts: two
equal pairs have a cosine of one. Such pairings are drawn by a walk: two places at random change
their second words where nothing forbidden comes of it. Each walk begins where one walk from the
true pairing ended (Besag and Clifford 1989, "Generalized Monte Carlo significance tests"), which
makes the true pairing one of those that could have been drawn, however far the walks went; so the
p value is exact.
"""

from __future__ import annotations

from itertools import permutations
from math import ceil, factorial, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Rows
from embedviz.core.compiled.kernels import serial_kernel

Forbidden = NDArray[np.bool_]
_MOST_LISTED = 7
_NUMBERS_AT_ONCE = 4_000_000


class Pairings(NamedTuple):
    """Other pairings of the same words.

    Attributes
    ----------
    shuffles : int array of shape (n_shuffles, n_pairs)
        Which second word each place has.
    pool : int array of shape (n_pool, n_pairs)
        More of them, drawn in the same way, as a measure for the others. Where the pairings are so
        few that `shuffles` has them all, all of them and the true one.
    is_complete : bool
        Whether `shuffles` has all pairings there are, but for the true one.
    """

    shuffles: Rows
    pool: Rows
    is_complete: bool


def draw_pairings(
    firsts: Rows, seconds: Rows, forbidden: Forbidden, n_shuffles: int, n_pool: int, seed: int
) -> Pairings:
    """Return pairings of the words of some pairs.

    Parameters
    ----------
    firsts, seconds : int arrays of shape (n_pairs,)
        The words of each pair, by numbers from 0 for first and for second words.
    forbidden : bool array of shape (n_first_words, n_second_words)
        Which words are never a pair.
    n_shuffles, n_pool : int
    seed : int
    """
    n_pairs = len(firsts)
    if n_pairs <= _MOST_LISTED and factorial(n_pairs) - 1 <= n_shuffles:
        return _all_pairings(firsts, seconds, forbidden)
    if not _can_change(firsts, seconds, forbidden):
        return Pairings(seconds[np.newaxis][1:], seconds[np.newaxis], is_complete=True)
    rng = np.random.default_rng(seed)
    if forbidden.any() or _has_repeats(firsts) or _has_repeats(seconds):
        found = _walked(firsts, seconds, forbidden, n_shuffles + n_pool, rng)
    else:
        found = rng.permuted(np.tile(seconds, (n_shuffles + n_pool, 1)), axis=1)
    return Pairings(found[n_pool:], found[:n_pool], is_complete=False)


def _can_change(firsts: Rows, seconds: Rows, forbidden: Forbidden) -> bool:
    """Return whether two places can change their second words; never where all have one first."""
    taken = forbidden.copy()
    taken[firsts, seconds] = True
    is_taken = taken[firsts][:, seconds]
    return bool((~is_taken & ~is_taken.T).any())


def _has_repeats(words: Rows) -> bool:
    return len(np.unique(words)) < len(words)


def _all_pairings(firsts: Rows, seconds: Rows, forbidden: Forbidden) -> Pairings:
    """Return all that are possible, each once; the true one is the first of the pool."""
    places = np.array(list(permutations(range(len(firsts)))), np.intp)
    found = seconds[places]
    possible = ~forbidden[firsts, found].any(axis=1)
    codes = np.sort(firsts * (seconds.max(initial=0) + 1) + found, axis=1)
    possible &= ~(codes[:, 1:] == codes[:, :-1]).any(axis=1)
    # Where words are in several pairs, dealing them out otherwise makes the same pairs again; each
    # pairing comes up as often, so to count it once changes no p value.
    first_of_each = np.unique(codes[possible], axis=0, return_index=True)[1]
    found = found[possible][np.sort(first_of_each)]
    return Pairings(found[1:], found, is_complete=True)


def _walked(
    firsts: Rows, seconds: Rows, forbidden: Forbidden, count: int, rng: np.random.Generator
) -> Rows:
    """Return pairings at the ends of walks that begin in one place."""
    n_pairs = len(firsts)
    # Half of n ln n exchanges mix n cards; here some exchanges are refused.
    n_moves = max(100, ceil(3 * n_pairs * (log(n_pairs) + 2)))
    taken = forbidden.copy()
    found = np.empty((count + 1, n_pairs), np.intp)
    start = np.ascontiguousarray(seconds)
    at_once = max(1, _NUMBERS_AT_ONCE // (2 * n_moves))
    steps = [1, *range(at_once + 1, count + 1, at_once), count + 1]
    done = 0
    for end in steps:
        moves = rng.integers(n_pairs, size=(end - done, n_moves, 2), dtype=np.int32)
        _walk(firsts, start, moves, taken, found[done:end])
        if done == 0:
            start = found[0].copy()
        done = end
    return found[1:]


@serial_kernel
def _walk(
    firsts: Rows, start: Rows, moves: NDArray[np.int32], taken: Forbidden, found: Rows
) -> None:
    """Fill in where walks end; `taken`, which says what is forbidden, is as it was afterwards."""
    for walk in range(len(found)):
        seconds = found[walk]
        for i in range(len(firsts)):
            seconds[i] = start[i]
            taken[firsts[i], start[i]] = True
        for move in range(moves.shape[1]):
            i, j = moves[walk, move, 0], moves[walk, move, 1]
            a, b, p, q = firsts[i], firsts[j], seconds[i], seconds[j]
            if p == q or taken[a, q] or taken[b, p]:
                continue
            taken[a, p], taken[b, q] = False, False
            taken[a, q], taken[b, p] = True, True
            seconds[i], seconds[j] = q, p
        for i in range(len(firsts)):
            taken[firsts[i], seconds[i]] = False
