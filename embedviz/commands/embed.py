"""`embedviz embed`: the texts of a table as vectors, in a file or in the window."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from embedviz.commands.consent import terminal_ask
from embedviz.commands.made_vectors import (
    add_target,
    require_other_file,
    target_of,
    tell_left_out,
    tell_made,
)
from embedviz.commands.reading_options import from_one, from_zero
from embedviz.commands.terminal import tell_stopped, terminal_report
from embedviz.core.progress import part_of

if TYPE_CHECKING:
    from embedviz.core.texts.origin import TextsSettings
    from embedviz.core.vector_set import VectorSet

_EMBEDDED = 0.95


def embed(arguments: Sequence[str]) -> int | list[VectorSet]:
    """Embed the texts of a table; write them, and return them to be opened, as asked for."""
    options = _parser().parse_args(arguments)
    target = target_of(options, "vectors.parquet")
    try:
        vector_set = _embedded(options, target)
    except KeyboardInterrupt:
        return tell_stopped("" if target is None else f"{target.name} is not written")
    return [vector_set] if options.open else 0


def _embedded(options: argparse.Namespace, target: Path | None) -> VectorSet:
    from embedviz.formats import save
    from embedviz.formats.writing.saving import left_out, written_files
    from embedviz.sources.embedding import embed_file

    table = Path(options.table).expanduser()
    written = [] if target is None else written_files(target)
    require_other_file(table, written)
    report = terminal_report()
    vector_set = embed_file(
        table,
        _settings_of(options),
        part_of(report, 0.0, _EMBEDDED),
        ask=terminal_ask(options.send_to, options.price),
    )
    if target is not None:
        save(vector_set, target, report=part_of(report, _EMBEDDED, 1.0))
    report(1.0, "embedded")
    tell_made(vector_set, written)
    if target is not None:
        tell_left_out(left_out(vector_set, target), target)
    return vector_set


def _settings_of(options: argparse.Namespace) -> TextsSettings:
    from embedviz.core.texts.encoder_settings import EncoderSettings
    from embedviz.core.texts.origin import TextsSettings

    encoder = EncoderSettings(
        options.encoder,
        model=options.model,
        dimensions=options.dimensions,
        address=options.address,
        key_variable=options.key_variable,
        prompt=options.prompt,
        query_prompt=options.query_prompt,
        cuts_here=options.cut_here,
    )
    return TextsSettings(
        column=options.column,
        label_column=options.label_column,
        sample=options.sample,
        seed=options.seed,
        encoder=encoder,
        has_header={"yes": True, "no": False}.get(options.header),
        key=options.key,
    )


def _parser() -> argparse.ArgumentParser:
    from embedviz.sources.encoders import DEFAULT_ENCODER, ENCODERS

    parser = argparse.ArgumentParser(
        prog="embedviz embed",
        description="Make a vector of each text in a column of a table, or on each line of a "
        "file: CSV, TSV, JSON, JSON Lines, Parquet, Feather, .txt. The other columns are kept as "
        "metadata. Texts stay on this machine unless the encoder is a service.",
    )
    parser.add_argument("table", metavar="TABLE", help="a table or a list of texts")
    add_target(parser)
    _add_texts(parser)
    _add_encoder(parser, tuple(ENCODERS), DEFAULT_ENCODER)
    _add_service(parser)
    return parser


def _add_texts(parser: argparse.ArgumentParser) -> None:
    texts = parser.add_argument_group("which texts")
    texts.add_argument(
        "--column", default="", help="the column with the texts, where there are several"
    )
    texts.add_argument(
        "--label-column", default="", metavar="COLUMN", help="what the rows are called"
    )
    texts.add_argument("--sample", type=from_one, metavar="N", help="a random sample of the rows")
    texts.add_argument("--seed", type=from_zero, default=0, metavar="N", help="of the sample")
    texts.add_argument(
        "--header", choices=("yes", "no"), help="whether the first line names the columns"
    )
    texts.add_argument("--key", metavar="FILE", help="which file of a zip archive")


def _add_encoder(parser: argparse.ArgumentParser, names: Sequence[str], usual: str) -> None:
    model = parser.add_argument_group("which encoder")
    model.add_argument(
        "--encoder", choices=names, default=usual, help=f"what makes the vectors; default: {usual}"
    )
    model.add_argument(
        "--model", default="", help="the name or the folder of a model, where there are several"
    )
    model.add_argument(
        "--dimensions", type=from_two, metavar="N", help="keep so many, of unit length again"
    )
    model.add_argument("--prompt", default="", metavar="TEXT", help="put before each text")
    model.add_argument(
        "--query-prompt", default="", metavar="TEXT", help="put before texts searched with later"
    )


def _add_service(parser: argparse.ArgumentParser) -> None:
    service = parser.add_argument_group("an embedding service")
    service.add_argument(
        "--address", default="", metavar="URL", help="as in http://localhost:11434/v1"
    )
    service.add_argument(
        "--key-variable",
        default="",
        metavar="NAME",
        help="the environment variable with its key; default: the system's keyring",
    )
    service.add_argument(
        "--send-to",
        action="append",
        default=[],
        metavar="HOST",
        help="agree beforehand that texts are sent there, or a model downloaded from there",
    )
    service.add_argument(
        "--price",
        type=price,
        metavar="AMOUNT",
        help="of a million tokens: says about what it costs, before anything is sent",
    )
    service.add_argument(
        "--cut-here",
        action="store_true",
        help="cut vectors here where the service does not know --dimensions",
    )


def from_two(text: str) -> int:
    """Return a whole number from 2 up, for argparse."""
    if not text.isdecimal() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 2 up")
    return int(text)


def price(text: str) -> float:
    """Return an amount of money that is not negative, for argparse."""
    try:
        amount = float(text)
    except ValueError:
        amount = -1.0
    if not 0 <= amount < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount, such as 0.02")
    return amount
