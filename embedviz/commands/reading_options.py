"""Options that say how files are read, the same for every command."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embedviz.core.origin import ReadSettings


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Let a command take how its files are to be read."""
    how = parser.add_argument_group("how files are read")
    how.add_argument("--labels", metavar="TEXT", help="a file with one label per row")
    how.add_argument("--metadata", metavar="TSV", help="a table with one line per row")
    how.add_argument(
        "--metadata-key", metavar="COLUMN", help="join it by this column, which holds the labels"
    )
    how.add_argument(
        "--labels-header",
        choices=("yes", "no"),
        help="whether the first line of --labels or --metadata names its columns",
    )
    how.add_argument("--label-column", metavar="COLUMN", help="the column with the labels")
    how.add_argument("--vector-column", metavar="COLUMN", help="the column with whole vectors")
    how.add_argument(
        "--bytes-as",
        choices=("float32", "float16", "float64", "int8"),
        help="what the bytes of a column of vectors are",
    )
    how.add_argument(
        "--key",
        "--collection",
        help="which array, tensor, member or collection of a database, where there are several",
    )
    how.add_argument("--max-rows", type=from_one, metavar="N", help="only the first rows")
    how.add_argument("--sample", type=from_one, metavar="N", help="a random sample of the rows")
    how.add_argument("--seed", type=from_zero, default=0, metavar="N", help="of the sample")
    how.add_argument(
        "--password-from",
        default="",
        metavar="VARIABLE",
        help="the environment variable with the password of a database; default: the keyring",
    )
    how.add_argument(
        "--skip-bad-rows", action="store_true", help="leave out rows that cannot be read"
    )


def settings_of(options: argparse.Namespace) -> ReadSettings:
    """Return how files are to be read, from the options that `add_reading_options` added."""
    from embedviz.core.origin import ReadSettings

    return ReadSettings(
        labels=options.labels,
        metadata=options.metadata,
        label_column=options.label_column,
        vector_column=options.vector_column,
        bytes_as=options.bytes_as,
        key=options.key,
        max_rows=options.max_rows,
        sample=options.sample,
        seed=options.seed,
        on_bad_rows="skip" if options.skip_bad_rows else "raise",
        metadata_key=options.metadata_key,
        labels_header={"yes": True, "no": False}.get(options.labels_header),
    )


def from_one(text: str) -> int:
    """Return a whole number from 1 up, for argparse."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")
    return int(text)


def from_zero(text: str) -> int:
    """Return a whole number from 0 up, for argparse."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 up")
    return int(text)
