"""The command `python -m tests.fuzz`."""

from __future__ import annotations

import argparse
import sys
import time

from .corpus import FAMILIES, family_of
from .runner import Case, Outcome, cases, kept_cases, run, summarize


def main() -> int:
    """Run what is asked for; return 1 when something failed."""
    options = _parser().parse_args()
    is_all = options.count is None and options.seed is None and options.kills is None
    failed = False
    if options.kills is None or options.count is not None:
        failed |= _run_files(_wanted(options), options.workers)
    kills = 200 if is_all else options.kills
    if kills:
        from . import kills as killing

        broken = killing.run(kills, options.seed or 0)
        print(*broken, f"{kills} processes killed, {len(broken)} files broken", sep="\n")
        failed |= bool(broken)
    return int(failed)


def _wanted(options: argparse.Namespace) -> list[Case]:
    if options.seed is not None and options.count is None:
        families = options.formats or [family_of(options.seed)]
        return [Case(options.seed, family) for family in families]
    kept = [case for case in kept_cases() if case.family in (options.formats or FAMILIES)]
    count = 20_000 if options.count is None else options.count
    return kept + cases(count, options.seed or 0, options.formats)


def _run_files(wanted: list[Case], n_workers: int) -> bool:
    outcomes: list[Outcome] = []
    start = time.monotonic()

    def take(outcome: Outcome) -> None:
        outcomes.append(outcome)
        if outcome.kind == "failed":
            print(f"FAILED {outcome}", flush=True)
        elif len(wanted) == 1:
            print(f"{outcome.kind} (longest: {outcome.step}, {outcome.seconds:.2f} s)")
        if len(outcomes) % 500 == 0:
            seconds = time.monotonic() - start
            print(f"{len(outcomes):,} of {len(wanted):,} files, {seconds:.0f} s", flush=True)

    run(wanted, take, min(n_workers, len(wanted)))
    print(*summarize(outcomes), sep="\n")
    return any(outcome.kind == "failed" for outcome in outcomes)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz",
        description="Open mutated small files of every format: each ends in a set or in an error "
        "for the user. Then kill processes that save. Without arguments: 20,000 files, 200 kills.",
    )
    parser.add_argument("--count", type=int, help="how many files (default: 20,000)")
    parser.add_argument(
        "--seed", type=int, help="of the first file (default: 0); without --count, of the only one"
    )
    parser.add_argument(
        "--formats",
        nargs="+",
        choices=sorted(FAMILIES),
        metavar="FORMAT",
        help=f"only of these: {', '.join(sorted(FAMILIES))}",
    )
    parser.add_argument("--kills", type=int, help="how many kills (default: 200)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
