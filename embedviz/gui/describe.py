"""Descriptions of a set or of a row, in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from embedviz.core.errors import UserError
from embedviz.core.notes import Note
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import with_controls
from embedviz.sources.databases.origin import CollectionOrigin
from embedviz.sources.encoders import encoder_class

if TYPE_CHECKING:
    from embedviz.core.origin import FileOrigin
    from embedviz.core.scanning import RowScan

SHOWN_COLUMNS = 12
METRICS = {"cosine": "cosine", "dot": "dot product", "euclidean": "Euclidean"}
"""What scores of neighbors are called, by the metrics of a state."""


def describe_set(vector_set: VectorSet, scan: RowScan | None = None) -> str:
    """Return what is known of a set, a line each.

    Parameters
    ----------
    vector_set : VectorSet
    scan : RowScan, optional
        What was found in its rows since it was opened.
    """
    lines = [vector_set.name, f"{len(vector_set):,} vectors × {vector_set.dimensions:,} dimensions"]
    if vector_set.derivation is not None:
        lines.append(f"{vector_set.derivation.recipe}, from {vector_set.derivation.parent.name}")
        if part := describe_part(vector_set):
            lines.append(part)
    elif vector_set.source:
        lines.append(vector_set.source)
    encoder = encoder_of(vector_set)
    if encoder is not None:
        lines.append(f"Encoder: {describe_encoder(encoder)}")
    lines.extend(vector_set.notes)
    if scan is not None:
        lines.extend(describe_scan(scan))
    return "\n".join(lines)


def describe_encoder(settings: EncoderSettings) -> str:
    """Return which model with which settings makes vectors of texts: "WordLlama, 64 dimensions"."""
    try:
        title = encoder_class(settings.encoder).title
    except (UserError, ImportError):  # A name of another version, or of another program.
        title = settings.encoder
    where = f"at {settings.address}" if settings.address else ""
    size = "" if settings.dimensions is None else f"{settings.dimensions:,} dimensions"
    return ", ".join(filter(None, [title, " ".join(filter(None, [settings.model, where])), size]))


def describe_size(vector_set: VectorSet) -> str:
    """Return "10,000 × 300", with how many rows the file has where not all were opened."""
    share = _part_of(vector_set)[0] or f"{len(vector_set):,}"
    return f"{share} × {vector_set.dimensions:,}"


def describe_part(vector_set: VectorSet) -> str:
    """Return what part of its file a set is: "10,000 of 400,000 rows, random sample, seed 0".

    Rows that are not vectors, or repeat a label, are missed as well: "5,048 of 5,050 rows, 2 left
    out". Nothing where it has all rows of the file.
    """
    return ", ".join(filter(None, _part_of(vector_set)))


def _part_of(vector_set: VectorSet) -> tuple[str, str, str]:
    """Return what share of the rows of its file a set has, how they were chosen, and what is lost.

    All are empty where it has all of them.
    """
    root = vector_set.root
    if isinstance(root.origin, CollectionOrigin) and len(vector_set) == len(root):
        return _part_of_collection(root.origin, root)
    opened = root.opened
    if opened is None or len(vector_set) != len(root):
        return "", "", ""
    facts = opened.facts
    n_lost = facts.n_bad + facts.n_repeated
    how, lost = _how_taken(opened, len(root)), f"{n_lost:,} left out" if n_lost else ""
    if not how and not lost:
        return "", "", ""
    estimate = facts.promised or facts.estimated
    return describe_share(len(root), opened.n_rows, estimate), how, lost


def _part_of_collection(origin: CollectionOrigin, root: VectorSet) -> tuple[str, str, str]:
    """Return what share of a collection a sample is; it is named as one in every caption."""
    n_bad = sum(each.facts.get("count", 0) for each in root.notes if each.kind == "bad rows")
    lost = f"{n_bad:,} left out" if n_bad else ""
    if len(root) + n_bad >= origin.n_rows:
        return (describe_share(len(root), origin.n_rows, None), "", lost) if n_bad else ("", "", "")
    how = f"sampled {origin.sampled_by}, seed {origin.settings.seed}"
    return describe_share(len(root), origin.n_rows, None), how, lost


def _how_taken(opened: FileOrigin, count: int) -> str:
    """Return how the rows of a part were chosen; nothing where all were wanted."""
    settings, facts, total = opened.settings, opened.facts, opened.n_rows
    if total is not None and total - facts.n_bad - facts.n_repeated <= count:
        return ""
    if settings.sample is not None and count == settings.sample:
        of_first = "" if settings.max_rows is None else f", of the first {settings.max_rows:,}"
        return f"random sample, seed {settings.seed}{of_first}"
    return "" if settings.max_rows is None else "the first of the file"


def describe_share(count: int, total: int | None, estimate: int | None) -> str:
    """Return "40 of 400 rows", with the estimate where the total is not known."""
    if total is not None:
        return f"{count:,} of {total:,} rows"
    return f"{count:,} rows" if estimate is None else f"{count:,} of ≈ {estimate:,} rows"


def tell_apart(sets: Sequence[VectorSet]) -> list[tuple[str, str]]:
    """Return for each set what tells it from others of its name: where it is from, and "(2)".

    The place is as much of the path as differs: the file's name, or else its folder. A number goes
    to the second set of a file and those after it. Both are empty where the name is enough.
    """
    named: dict[str, list[int]] = {}
    for place, each in enumerate(sets):
        if each.opened is not None and each.derivation is None:
            named.setdefault(each.name, []).append(place)
    told = [("", "")] * len(sets)
    for places in named.values():
        paths = [opened.path for place in places if (opened := sets[place].opened) is not None]
        where = _differing_parts(list(dict.fromkeys(paths)))
        for i, place in enumerate(places):
            n_before = paths[:i].count(paths[i])
            told[place] = where[paths[i]], f"({n_before + 1})" if n_before else ""
    _tell_samples_apart(sets, told)
    return told


def _tell_samples_apart(sets: Sequence[VectorSet], told: list[tuple[str, str]]) -> None:
    """Add to samples of collections of one name where these are, or which seed each has."""
    named: dict[str, list[tuple[int, CollectionOrigin]]] = {}
    for place, each in enumerate(sets):
        if isinstance(each.origin, CollectionOrigin) and each.derivation is None:
            named.setdefault(each.name, []).append((place, each.origin))
    for samples in named.values():
        origins = [origin for _, origin in samples]
        is_elsewhere = len({each.address for each in origins}) > 1
        is_seeded = len({each.settings.seed for each in origins}) > 1
        for i, (place, origin) in enumerate(samples):
            where = origin.address.description if is_elsewhere else ""
            seed = f"seed {origin.settings.seed}" if is_seeded else ""
            n_before = sum(
                (each.address, each.settings.seed) == (origin.address, origin.settings.seed)
                for each in origins[:i]
            )
            which = f"({n_before + 1})" if n_before else ""
            told[place] = " · ".join(filter(None, (seed, where))), which


def _differing_parts(paths: Sequence[Path]) -> dict[Path, str]:
    """Return the shortest ends of paths that differ, without a name that all files have."""
    if len(paths) < 2:
        return dict.fromkeys(paths, "")
    count = 1
    while len({path.parts[-count:] for path in paths}) < len(paths):
        count += 1
    is_folder = count > 1 and len({path.name for path in paths}) == 1
    end = -1 if is_folder else None
    return {path: str(Path(*path.parts[-count:end])) for path in paths}


def describe_scan(scan: RowScan) -> list[Note]:
    """Return what was found in the rows of a set that was opened before they were looked at."""
    said = []
    if scan.n_not_finite:
        holes = _rows(scan.n_not_finite, "holds", "hold")
        said.append(Note(f"{holes} NaN or infinities ({_first(scan)})."))
    if scan.n_zero:
        said.append(Note(f"{_rows(scan.n_zero, 'is', 'are')} all zeros, without a direction."))
    if scan.n_duplicate:
        text = f"{_rows(scan.n_duplicate, 'repeats', 'repeat')} an earlier row."
        said.append(Note(text, level="note"))
    if not scan.is_complete:
        text = f"The rows were looked at as far as {scan.n_seen:,} of {scan.n_rows:,}."
        said.append(Note(text, level="note"))
    return said


def describe_trouble(scan: RowScan) -> str:
    """Return what is wrong with the rows of an open set, in three words; nothing where they fit."""
    n_holes = scan.n_not_finite
    return f"{n_holes:,} row{'' if n_holes == 1 else 's'} with NaN" if n_holes else ""


def describe_holes(vector_set: VectorSet, scan: RowScan) -> str:
    """Return the sentence about rows of an open set that hold NaN or infinities."""
    held = _rows(scan.n_not_finite, f"of {vector_set.name} holds", f"of {vector_set.name} hold")
    return f"{held} NaN or infinities ({_first(scan)}): what is computed with them means nothing."


def _rows(count: int, one: str, several: str) -> str:
    return f"1 row {one}" if count == 1 else f"{count:,} rows {several}"


def _first(scan: RowScan) -> str:
    shown = ", ".join(f"{row:,}" for row in list(scan.first_not_finite)[:3])
    more = ", …" if scan.n_not_finite > min(len(scan.first_not_finite), 3) else ""
    return f"row{'' if scan.n_not_finite == 1 else 's'} {shown}{more}, from 0"


def describe_metadata(vector_set: VectorSet, row: int) -> list[str]:
    """Return the row's number and its metadata, without what repeats its label."""
    lines = [f"row {row:,} of {len(vector_set):,}, from 0"]
    if isinstance(vector_set.root.origin, CollectionOrigin) and (part := describe_part(vector_set)):
        lines.append(f"sample: {part}")
    for name in vector_set.metadata.column_names[:SHOWN_COLUMNS]:
        value = vector_set.metadata.column(name)[row].as_py()
        if value is not None and value != vector_set.labels[row]:
            lines.append(f"{name}: {with_controls(str(value)[:200])}")
    return lines
