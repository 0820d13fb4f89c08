"""Points of a collection, read page by page in Qdrant's order: numbers, then UUIDs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from embedviz.sources.databases.qdrant.folder import id_order

FIRST_UUID = "00000000-0000-0000-0000-000000000000"
LARGEST_NUMBER = (1 << 64) - 1


@dataclass(frozen=True)
class PointParts:
    """What is read of each point.

    Attributes
    ----------
    vector : list of str or bool
        Names of vectors; True where they have none; False: none.
    payload : list of str or bool
        Names of fields; False: none; True: all.
    filter : Any
        `Filter` of the client; None: all points.
    """

    vector: list[str] | bool = False
    payload: list[str] | bool = False
    filter: Any = None


class Points(Protocol):
    """Points of one collection."""

    def pages(
        self, first: int | str | None, end: int | str | None, size: int, wanted: PointParts
    ) -> Iterator[Sequence[Any]]:
        """Yield the records from one key and before another, some at a time."""

    def records(self, ids: Sequence[int | str], wanted: PointParts) -> Sequence[Any]:
        """Return the records of some keys, in any order, without those that there are not."""

    def has_uuids(self) -> bool:
        """Return whether any key is a UUID."""

    def bounds(self) -> tuple[int, int] | None:
        """Return the smallest and the largest key that is a number; None where none is."""


class ServerPoints:
    """Points of a collection on a server, by its scroll."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def pages(
        self, first: int | str | None, end: int | str | None, size: int, wanted: PointParts
    ) -> Iterator[Sequence[Any]]:
        """Yield the records from one key and before another, some at a time."""
        place = first
        while True:
            records, place = self._scroll(place, size, wanted)
            kept = [each for each in records if _is_before(each.id, end)]
            if kept:
                yield kept
            if place is None or not _is_before(place, end):
                return

    def records(self, ids: Sequence[int | str], wanted: PointParts) -> Sequence[Any]:
        """Return the records of some keys, in any order, without those that there are not."""
        found: list[Any] = self._client.retrieve(
            self._name, list(ids), with_payload=wanted.payload, with_vectors=wanted.vector
        )
        return found

    def has_uuids(self) -> bool:
        """Return whether any key is a UUID."""
        return bool(self._scroll(FIRST_UUID, 1, PointParts())[0])

    def bounds(self) -> tuple[int, int] | None:
        """Return the smallest and the largest key that is a number; None where none is."""
        records, _ = self._scroll(None, 1, PointParts())
        if not records or isinstance(records[0].id, str):
            return None
        low = int(records[0].id)
        # Qdrant tells the first key from a place on: the last number is found by halving.
        step = 1
        last = low
        while (found := self._number_from(last + step)) is not None:
            last, step = found, step * 2
        absent = last + step
        while absent - last > 1:
            middle = (last + absent) // 2
            found = self._number_from(middle)
            if found is None:
                absent = middle
            else:
                last = found
        return low, last

    def _number_from(self, place: int) -> int | None:
        if place > LARGEST_NUMBER:
            return None
        records, _ = self._scroll(place, 1, PointParts())
        return int(records[0].id) if records and isinstance(records[0].id, int) else None

    def _scroll(
        self, place: int | str | None, size: int, wanted: PointParts
    ) -> tuple[list[Any], int | str | None]:
        records, following = self._client.scroll(
            self._name,
            scroll_filter=wanted.filter,
            limit=size,
            offset=place,
            with_payload=wanted.payload,
            with_vectors=wanted.vector,
        )
        return records, following


class FolderPoints:
    """Points of a collection in memory, of which all keys are known."""

    def __init__(self, client: Any, name: str, ids: Sequence[int | str]) -> None:
        self._client = client
        self._name = name
        self._ids = ids

    def pages(
        self, first: int | str | None, end: int | str | None, size: int, wanted: PointParts
    ) -> Iterator[Sequence[Any]]:
        """Yield the records from one key and before another, some at a time."""
        ids = self._ids if wanted.filter is None else self._meeting(wanted.filter)
        place = 0 if first is None else bisect_left(ids, id_order(first), key=id_order)
        last = len(ids) if end is None else bisect_left(ids, id_order(end), key=id_order)
        for start in range(place, last, size):
            some = ids[start : min(start + size, last)]
            if wanted.vector is False and wanted.payload is False:
                yield [_KeyOnly(each) for each in some]
            else:
                yield self.records(some, wanted)

    def records(self, ids: Sequence[int | str], wanted: PointParts) -> Sequence[Any]:
        """Return the records of some keys, in any order, without those that there are not."""
        found: list[Any] = self._client.retrieve(
            self._name, list(ids), with_payload=wanted.payload, with_vectors=wanted.vector
        )
        return found

    def has_uuids(self) -> bool:
        """Return whether any key is a UUID."""
        return bool(self._ids) and isinstance(self._ids[-1], str)

    def bounds(self) -> tuple[int, int] | None:
        """Return the smallest and the largest key that is a number; None where none is."""
        if not self._ids or isinstance(self._ids[0], str):
            return None
        numbers = bisect_left(self._ids, id_order(""), key=id_order)
        return int(self._ids[0]), int(self._ids[numbers - 1])

    def _meeting(self, condition: Any) -> Sequence[int | str]:
        records, _ = self._client.scroll(
            self._name,
            scroll_filter=condition,
            limit=max(1, len(self._ids)),
            with_payload=False,
            with_vectors=False,
        )
        return [each.id for each in records]


@dataclass(frozen=True)
class _KeyOnly:
    id: int | str
    vector: Any = None
    payload: Any = None


def _is_before(point_id: int | str, end: int | str | None) -> bool:
    return end is None or id_order(point_id) < id_order(end)
