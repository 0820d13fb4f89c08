"""All rows of a source written to a new place, as they are or mapped, part by part.

Nothing is ever written over: the target is not there until all of it is. Where the work ends early,
it can be taken up again; parts that are complete are not read once more.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.derivation.row_map import RowMap
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.progress import Report, silent
from embedviz.core.wording import in_words
from embedviz.formats.companions.columns import unique_names
from embedviz.formats.writing.arrow import MARK
from embedviz.sources.catalog.lock import only_one
from embedviz.sources.copying.rows import SHOWN, RowSource, SourceBlock, SourcePart
from embedviz.sources.copying.targets import RowTarget, target_of
from embedviz.sources.copying.work_folder import PartDone, WorkFolder

if TYPE_CHECKING:
    import pyarrow as pa

_ROOM = 1.05
"""How much more than the vectors themselves has to be free on the disk."""


@dataclass(frozen=True)
class CopySettings:
    """How rows are copied.

    Attributes
    ----------
    prefixes : tuple of int
        Lengths of prefixes of the new vectors that get columns of their own, as a search in two
        stages needs them in some engines. They are cut and nothing else, so that cosines are those
        of the prefix.
    skips_bad_rows : bool
        Whether rows without a vector, of another length, or with NaN or infinities are left out;
        else the first ends the work.
    is_resumable : bool
        Whether what is done stays where the work ends early, to be taken up again.
    """

    prefixes: tuple[int, ...] = ()
    skips_bad_rows: bool = False
    is_resumable: bool = True


@dataclass(frozen=True)
class Copied:
    """What was written.

    Attributes
    ----------
    target : Path
    n_rows, dimensions : int
    n_without, n_not_finite : int
        Rows left out: those without a vector of this length, and those with NaN or infinities.
    first_left_out : tuple of str
    n_taken_up : int
        Rows that had been written by an earlier try.
    renamed : dict of str
        Columns whose names the target does not take, and what they are called there.
    """

    target: Path
    n_rows: int
    dimensions: int
    n_without: int
    n_not_finite: int
    first_left_out: tuple[str, ...]
    n_taken_up: int
    renamed: dict[str, str]

    @property
    def notes(self) -> list[str]:
        """What a reader should know, as sentences."""
        found = []
        if n_bad := self.n_without + self.n_not_finite:
            kinds = [
                f"{self.n_without:,} without a vector of this length" if self.n_without else "",
                f"{self.n_not_finite:,} with NaN or infinities" if self.n_not_finite else "",
            ]
            shown = ", ".join(self.first_left_out) + ", …" * (n_bad > len(self.first_left_out))
            found.append(
                f"{counted(n_bad, 'row')} left out: {', '.join(filter(None, kinds))} ({shown})."
            )
        for name, called in self.renamed.items():
            found.append(f"The column {name!r} is called {called!r} there.")
        return found


class CopyPlan:
    """Rows of a source on their way to a target.

    Parameters
    ----------
    source : RowSource
    row_map : RowMap
    target : Path
        `OUT.lance` is a table of LanceDB, anything else a folder of Parquet.
    settings : CopySettings

    Raises
    ------
    UserError
        When the target is there already, the map is for other vectors, a prefix is too long, or
        LanceDB is not installed.
    """

    def __init__(
        self, source: RowSource, row_map: RowMap, target: Path, settings: CopySettings
    ) -> None:
        self.source, self.row_map, self.settings = source, row_map, settings
        self.work = WorkFolder(target.expanduser().absolute())
        self.writer: RowTarget = target_of(self.work.target, self.work.rows)
        self.work.require_free_target()
        row_map.require_inputs(source.dimensions, source.name)
        for prefix in settings.prefixes:
            if not 1 <= prefix < row_map.n_outputs:
                raise UserError(
                    f"A prefix of {prefix:,} is none of {counted(row_map.n_outputs, 'dimension')}. "
                    f"Choose from 1 to {row_map.n_outputs - 1:,}."
                )
        columns = source.columns.names
        vectors = [
            source.vector_column,
            *(f"{source.vector_column}_{n}" for n in settings.prefixes),
        ]
        given = unique_names([*columns, *vectors])
        self._names = self.writer.field_names(given)
        self.renamed = {a: b for a, b in zip(given, self._names, strict=True) if a != b}
        self._n_columns = len(columns)
        self.schema = self._schema()

    def _schema(self) -> pa.Schema:
        import pyarrow as pa

        lengths = [self.row_map.n_outputs, *self.settings.prefixes]
        types = [*self.source.columns.types, *(pa.list_(pa.float32(), each) for each in lengths)]
        said = dict(self.source.said) | {"vector_column": self._names[self._n_columns]}
        if not self.row_map.keeps_rows:
            said.pop("encoder", None)
            said["made_by"] = self.row_map.description
        label = said.get("label_column")
        if label is not None:
            said["label_column"] = self._names[self.source.columns.get_field_index(label)]
        fields = list(zip(self._names, types, strict=True))
        return pa.schema(fields, {MARK: json.dumps(said)})

    @property
    def vector_bytes(self) -> int:
        """Bytes of the vectors that are to be written."""
        n_numbers = self.row_map.n_outputs + sum(self.settings.prefixes)
        return 4 * n_numbers * self.source.n_rows

    @property
    def digest(self) -> str:
        """What differs where another target would come of it."""
        facts = (
            self.source.stamp,
            self.row_map.digest,
            self.settings.prefixes,
            str(self.schema),
            type(self.writer).__name__,
            [each.n_rows for each in self.source.parts],
        )
        return blake2b(repr(facts).encode(), digest_size=16).hexdigest()

    @property
    def description(self) -> str:
        """What it is, for a reader."""
        return f"{self.row_map.description or 'a copy'} of {self.source.name}"

    def require_room(self, n_bytes: int) -> None:
        """Refuse what does not fit on the disk.

        Raises
        ------
        UserError
        """
        free = shutil.disk_usage(self.work.target.parent).free
        if n_bytes > free:
            raise UserError(
                f"About {in_words(n_bytes)} are written, and {in_words(free)} are free in "
                f"{self.work.target.parent}. Make room, or choose another place."
            )

    def tables(
        self, part: SourcePart, on_block: Callable[[SourceBlock, int], None]
    ) -> Generator[pa.Table]:
        """Yield the rows of a part as they are written.

        Parameters
        ----------
        part : SourcePart
        on_block : callable
            Called for each block that was read, with how many of its rows are not finite.
        """
        for block in self.source.blocks(part):
            is_good = _are_finite(block.vectors)
            n_bad = len(is_good) - int(is_good.sum())
            self._require_good(block, is_good, n_bad)
            on_block(block, n_bad)
            yield self._table(block, is_good if n_bad else None)

    def _require_good(self, block: SourceBlock, is_good: np.ndarray, n_bad: int) -> None:
        if self.settings.skips_bad_rows or not (n_bad or block.n_without):
            return
        named = _names_of(block, is_good)[0]
        what = "has no vector of this length" if block.n_without else "holds NaN or an infinity"
        raise UserError(
            f"{self.source.name}: the row {named} {what}. Correct it there, or leave such rows out "
            "with --skip-bad-rows on the command line, skip_bad_rows=True in Python."
        )

    def _table(self, block: SourceBlock, is_good: np.ndarray | None) -> pa.Table:
        import pyarrow as pa

        rows, columns = block.vectors, block.columns
        if is_good is not None:
            rows, columns = rows[is_good], columns.filter(pa.array(is_good))
        mapped = self.row_map.apply(rows)
        lists = [_lists(mapped), *(_lists(mapped[:, :each]) for each in self.settings.prefixes)]
        return pa.table([*columns.columns, *lists], schema=self.schema)


def copy_rows(plan: CopyPlan, report: Report = silent) -> Copied:
    """Write all rows to the target.

    Parameters
    ----------
    plan : CopyPlan
    report : Report
        Where it raises, the work ends; what is done stays where the settings say so.

    Raises
    ------
    UserError
        When a row is none, the source cannot be read or the target not be written.
    """
    work, is_kept = plan.work, plan.settings.is_resumable
    if work.is_there and not is_kept:
        raise UserError(
            f"{work.path.name} is there from earlier work. Remove it, or choose another name."
        )
    if not work.done():
        plan.require_room(round(_ROOM * plan.vector_bytes))
    work.begin(plan.digest, plan.description)
    try:
        with only_one(work.rows, "written"), _writing(work):
            copied = _copied(plan, report)
    except BaseException:
        if not is_kept:
            work.remove()
        raise
    work.remove()
    return copied


def _copied(plan: CopyPlan, report: Report) -> Copied:
    work, parts = plan.work, plan.source.parts
    done = work.done()
    n_before = sum(each.n_rows for each in done.values())
    n_rows = sum(each.n_read for each in done.values())
    n_all = max(1, sum(part.n_rows for part in parts))
    for number, part in enumerate(parts):
        if number in done:
            continue

        def tell(block: SourceBlock, n_bad: int) -> None:
            nonlocal n_rows
            report(min(n_rows / n_all, 1.0), f"{n_rows:,} of {n_all:,} rows written")
            n_rows += len(block.vectors) + block.n_without

        done[number] = _part_written(plan, number, part, tell)
        work.add(number, done[number])
    report(1.0, "putting it in its place")
    ordered = [done[number] for number in range(len(parts))]
    if not sum(each.n_rows for each in ordered):
        raise UserError(f"No row of {plan.source.name} has a vector of finite numbers.")
    plan.writer.finish([each.written for each in ordered], plan.schema)
    work.put_in_place()
    return Copied(
        work.target,
        sum(each.n_rows for each in ordered),
        plan.row_map.n_outputs,
        sum(each.n_without for each in ordered),
        sum(each.n_not_finite for each in ordered),
        _first(name for each in ordered for name in each.first_left_out),
        n_before,
        plan.renamed,
    )


def _part_written(
    plan: CopyPlan, number: int, part: SourcePart, tell: Callable[[SourceBlock, int], None]
) -> PartDone:
    n_rows = n_without = n_not_finite = 0
    names: list[str] = []

    def count(block: SourceBlock, n_bad: int) -> None:
        nonlocal n_rows, n_without, n_not_finite
        tell(block, n_bad)
        n_rows += len(block.vectors) - n_bad
        n_without, n_not_finite = n_without + block.n_without, n_not_finite + n_bad
        if (n_bad or block.n_without) and len(names) < SHOWN:
            names.extend(_names_of(block, _are_finite(block.vectors)))

    written = plan.writer.write_part(number, plan.tables(part, count), plan.schema)
    return PartDone(n_rows, n_without, n_not_finite, tuple(names[:SHOWN]), written)


@contextmanager
def _writing(work: WorkFolder) -> Iterator[None]:
    """Tell what the disk refuses as a `UserError`, and that the work can go on."""
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{work.target.name} cannot be written: {error.strerror or error}. What is done of it "
            f"is in {work.path.name}."
        ) from error


def _first(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(islice(names, SHOWN))


def _names_of(block: SourceBlock, is_good: np.ndarray) -> Sequence[str]:
    """Return what the first rows of a block are called that are left out."""
    bad = [str(block.names[place]) for place in np.flatnonzero(~is_good)[:SHOWN].tolist()]
    return [*block.first_without, *bad]


def _are_finite(vectors: Matrix) -> np.ndarray:
    peaks = np.maximum(vectors.max(axis=1, initial=0.0), -vectors.min(axis=1, initial=0.0))
    found: np.ndarray = np.isfinite(peaks)
    return found


def _lists(rows: Matrix) -> pa.Array:
    import pyarrow as pa

    numbers = pa.array(np.ascontiguousarray(rows, np.float32).reshape(-1))
    return pa.FixedSizeListArray.from_arrays(numbers, rows.shape[1])
