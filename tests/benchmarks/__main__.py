"""The command `python -m tests.benchmarks`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from .runner import describe, run


def main() -> int:
    """Run the benchmarks that are named; return 1 when one broke down."""
    options = _parser().parse_args()
    described = describe(options.source.resolve())
    wanted = [each for each in described if _is_wanted(each, options.names, options.list)]
    for name in options.names:
        if not any(_is_wanted(each, [name], options.list) for each in described):
            print(f"No benchmark is named {name}. There are:", file=sys.stderr)
            print(*(f"  {each['name']}" for each in described), sep="\n", file=sys.stderr)
            return 2
    if options.list:
        print(*(each["name"] for each in wanted), sep="\n")
        return 0
    failed = False
    source = options.source.resolve()
    for line in run(source, wanted, threads=options.threads, timeout=options.timeout):
        print(line.as_json() if options.json else line, flush=True)
        failed |= line.failed
    return int(failed)


def _is_wanted(described: dict[str, Any], names: list[str], with_slow: bool) -> bool:
    name: str = described["name"]
    if described["slow"] and not with_slow:
        return name in names
    return not names or any(name == wanted or name.startswith(wanted + "-") for wanted in names)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Measure embedviz beside its peers, each in a process of its own. "
        "The ratio says how many times better embedviz is.",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help='a name, or its first words: "neighbors"; slow ones run only when named in full',
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument("--list", action="store_true", help="only print the names")
    parser.add_argument(
        "--threads",
        type=int,
        default=os.cpu_count() or 1,
        help="how many threads either side may use (default: one per processor)",
    )
    parser.add_argument(
        "--timeout", type=float, default=900.0, help="seconds that one side may take"
    )
    parser.add_argument(
        "--from",
        dest="source",
        type=Path,
        default=Path(__file__).with_name("__init__.py"),
        metavar="FILE",
        help="a Python file with other BENCHMARKS",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
