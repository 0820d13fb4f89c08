"""`embedviz info`: what is in files of vectors, and what is wrong with them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from embedviz.commands.reading_options import add_reading_options, settings_of
from embedviz.commands.terminal import say, tell_error, terminal_report
from embedviz.core.errors import ChoiceRequired, UserError


def info(arguments: Sequence[str]) -> int:
    """Say everything about files; return 2 when one of them cannot be read."""
    from embedviz.formats.diagnosis import describe, diagnose

    options = _info_parser().parse_args(arguments)
    settings, report = settings_of(options), terminal_report()
    code = 0
    for place, file in enumerate(options.files):
        try:
            found = diagnose(Path(file), settings, is_quick=options.quick, report=report)
        except UserError as error:
            code = 2
            if options.json:
                _tell_json(_as_object(file, error))
            else:
                tell_error(error)
            continue
        if options.json:
            _tell_json(found)
        else:
            say("\n" * (place > 0) + describe(found))
    return code


def _as_object(file: str, error: UserError) -> dict[str, Any]:
    found: dict[str, Any] = {"path": file, "error": str(error)}
    if isinstance(error, ChoiceRequired):
        found |= {"option": error.option, "choices": error.choices}
    return found


def _tell_json(found: dict[str, Any]) -> None:
    # Only ASCII, so that every terminal and pipe takes it.
    sys.stdout.write(json.dumps(found, allow_nan=False) + "\n")


def _info_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="embedviz info",
        description="Say what is in files of vectors, and what is wrong with them. They are read "
        "to the end, and rows that cannot be read are counted and left out.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="vectors, in any known format")
    parser.add_argument("--json", action="store_true", help="one JSON object a line for each file")
    parser.add_argument("--quick", action="store_true", help="look at the first rows only")
    add_reading_options(parser)
    return parser
