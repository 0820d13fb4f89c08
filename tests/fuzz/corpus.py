"""Small valid files of every format, written by code, each determined by a random generator.

A family is what the summary has one line for; it has several builders, one for each layout. Which
family and builder a seed falls to is found by the highest hash, so that a new one takes over some
seeds and leaves the others as they were.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np

FloatArray = np.ndarray[Any, np.dtype[np.float32]]


class Beside(str):
    """The name of a file in the folder of the case, as an argument of `load`."""


@dataclass
class Sample:
    """A file, those beside it, and how it is opened.

    Attributes
    ----------
    files : dict of name to bytes
        The first is the one that is opened.
    options : dict
        Further arguments of `load`.
    folder : str
        The folder that is opened in place of the first file.
    """

    files: dict[str, bytes]
    options: dict[str, Any] = field(default_factory=dict)
    folder: str = ""

    @property
    def name(self) -> str:
        """The name of the file or folder that is opened."""
        return self.folder or self.first

    @property
    def first(self) -> str:
        """The name of the first file."""
        return next(iter(self.files))


Builder = Callable[[Random], Sample]

FAMILIES: dict[str, dict[str, Builder]] = {}
WEIGHTS: dict[str, float] = {}


def builder(family: str, weight: float = 1.0) -> Callable[[Builder], Builder]:
    """Return a decorator that adds a builder to a family."""

    def add(build: Builder) -> Builder:
        FAMILIES.setdefault(family, {})[build.__name__] = build
        WEIGHTS.setdefault(family, weight)
        return build

    return add


def pick(seed: int, names: Iterable[str], weights: Mapping[str, float] | None = None) -> str:
    """Return one of the names, the same for the same seed, whatever others there are."""

    def score(name: str) -> float:
        share = (zlib.crc32(f"{seed} {name}".encode()) + 1) / (2**32 + 1)
        return -(weights or {}).get(name, 1.0) / math.log(share)

    return max(sorted(names), key=score)


def family_of(seed: int) -> str:
    """Return the family that a seed falls to."""
    return pick(seed, FAMILIES, WEIGHTS)


def build(seed: int, family: str | None = None) -> Sample:
    """Return the valid file of a seed."""
    builders = FAMILIES[family or family_of(seed)]
    name = pick(seed + 1, builders)
    return builders[name](Random(f"{seed} {name}"))


ODD_LABELS = (
    "the", "</s>", "king", "São Paulo", ". . .", "at name@domain.com", "\u0085", "\u00a0", "日本語",
    "🙂", "e\u0301", "\u202eabc", "a\u2009b", "nan", "inf", "1.5", "42", "-", ",", ";", "'",
    "it's", "<unk>", "#", "[1, 2]", "{}", "null", "None", "NaN", "0x10", "1e5", "x" * 300,
    "New York", "\ufeff", "\ufffd", "=1+1", "C:\\new", "a/b", "..", "../outside/secret.txt", "%s",
    "ß", "İ",
)  # fmt: skip
"""What is called so in real files, or would break a careless reader."""
QUOTED_LABELS = ('"', 'say "hi"', "two\nlines", "tab\there", "cr\rhere", "a,b;c", "")


def labels(rng: Random, count: int, more: tuple[str, ...] = ()) -> list[str]:
    """Return labels, mostly plain, some of them odd, a few repeated."""
    odd = ODD_LABELS + more
    names = [rng.choice(odd) if rng.random() < 0.2 else f"word{i}" for i in range(count)]
    if count > 1 and rng.random() < 0.15:
        names[rng.randrange(count)] = names[0]
    return names


def plain_labels(rng: Random, count: int) -> list[str]:
    """Return labels without spaces, tabs and line ends."""
    return ["".join(label.split(" ")) or "x" for label in labels(rng, count)]


def matrix(rng: Random, n_rows: int | None = None, dimensions: int | None = None) -> FloatArray:
    """Return a small matrix, now and then with zeros, NaN or extreme numbers in it."""
    n_rows = n_rows or rng.choice((1, 2, 3, 5, 8, 13, 60))
    dimensions = dimensions or rng.choice((2, 3, 4, 5, 8, 16))
    numbers = np.random.default_rng(rng.getrandbits(32))
    vectors = numbers.normal(size=(n_rows, dimensions)).astype(np.float32)
    if rng.random() < 0.1:
        vectors[rng.randrange(n_rows)] = 0
    if rng.random() < 0.08:
        vectors[rng.randrange(n_rows), rng.randrange(dimensions)] = rng.choice(
            (np.nan, np.inf, -np.inf, 3e38, 1e-45, -0.0)
        )
    return vectors


def printed(row: Iterable[float], rng: Random) -> list[str]:
    """Return numbers as text, in one of the usual ways."""
    shape = rng.choice(("{:.6f}", "{:.5g}", "{!r}", "{:.3e}", "{:+.4f}"))
    return [shape.format(float(number)) for number in row]
