"""`embedviz info`: what is in files of vectors, and what is wrong with them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from embedviz.commands.consent import FLAG, FLAG_HELP, terminal_ask
from embedviz.commands.files import database_request, is_server
from embedviz.commands.reading_options import add_reading_options, settings_of
from embedviz.commands.terminal import say, tell_error, terminal_report
from embedviz.core.errors import ChoiceRequired, UserError


def info(arguments: Sequence[str]) -> int:
    """Say everything about files; return 2 when one of them cannot be read."""
    from embedviz.formats.diagnosis import describe, diagnose
    from embedviz.sources.databases.connecting import is_database

    options = _info_parser().parse_args(arguments)
    settings, report = settings_of(options), terminal_report()
    code = 0
    for place, file in enumerate(options.files):
        try:
            if is_server(file) or is_database(Path(file)):
                _tell_database(file, options, place)
                continue
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


def _tell_database(text: str, options: argparse.Namespace, place: int) -> None:
    """Say what is in a database, after the user agreed to connect to a server."""
    from contextlib import closing

    from embedviz.sources.databases.connecting import connect
    from embedviz.sources.databases.credentials import find_password
    from embedviz.sources.databases.describing import as_object, describe_collections, infos_of

    request = database_request(text, options)
    ask = terminal_ask(option=FLAG, is_agreed=options.yes)
    with closing(connect(request.address, find_password(request.address), ask)) as database:
        names = [options.key] if options.key else database.collections()
        infos = infos_of(database, names)
    if options.json:
        _tell_json(as_object(request.address, infos))
    else:
        say("\n" * (place > 0) + describe_collections(request.address, infos))


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
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="vectors, in any known format, or a database"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line for each file")
    parser.add_argument(FLAG, action="store_true", help=FLAG_HELP)
    parser.add_argument("--quick", action="store_true", help="look at the first rows only")
    add_reading_options(parser)
    return parser
