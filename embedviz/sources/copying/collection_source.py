"""Rows of a whole collection of a vector database, with their keys and fields."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from embedviz.core.errors import UserError
from embedviz.core.wording import shown_name
from embedviz.formats.companions.columns import unique_names
from embedviz.sources.copying.rows import (
    BLOCK_BYTES,
    PART_BYTES,
    SHOWN,
    SourceBlock,
    SourcePart,
)
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.protocol import Batch, Collection, Field
from embedviz.sources.databases.sample_set import vector_field_of
from embedviz.sources.databases.sampling import sample_keys

if TYPE_CHECKING:
    import pyarrow as pa

_COPIED = ("number", "text", "truth", "date")
_LOOKED_AT = 4096
"""Rows by which the types of fields are found, where the engine does not say them."""
_KEY = "id"


class CollectionSource:
    """All rows of a collection.

    Its key becomes a column, `id` where rows are known by their place. Fields of numbers, texts,
    truth and dates are copied; lists, structures and other vectors are not.

    Parameters
    ----------
    collection : Collection
        Closed with the source.
    address : Address
    vector_field, label_field : str
        Empty: those that the collection says, or the only one.

    Raises
    ------
    UserError
        When there are several fields of vectors, or no row has one.
    """

    def __init__(
        self,
        collection: Collection,
        address: Address,
        vector_field: str = "",
        label_field: str = "",
    ) -> None:
        self._collection, self._connections = collection, ExitStack()
        info = collection.info
        self.name, self.n_rows = info.name, info.n_rows
        if not self.n_rows:
            raise UserError(f"{shown_name(self.name)!r} has no rows.")
        vectors = vector_field_of(info, vector_field)
        self.vector_column = vectors.name
        copied = [each for each in info.fields if each.kind in _COPIED]
        self._fields = [each for each in copied if each.name != info.key_field]
        self.left_out = tuple(
            each.name
            for each in info.fields
            if each.kind not in _COPIED and each.name != vectors.name
        )
        names = [each.name for each in self._fields]
        self._key = unique_names([*names, vectors.name, info.key_field or _KEY])[-1]
        self.dimensions, self.columns = self._looked_at(info.key_kind)
        label = label_field or info.label_field
        if label and label not in self.columns.names:
            there = ", ".join(self.columns.names)
            raise UserError(f"{label!r} is not a field that is copied; there are {there}.")
        self.said: dict[str, Any] = {"label_column": label} if label else {}
        count = math.ceil(4 * self.dimensions * self.n_rows / PART_BYTES)
        divided = collection.partitions(count)
        self.parts: Sequence[SourcePart] = [
            SourcePart(each.n_rows or math.ceil(self.n_rows / len(divided)), each)
            for each in divided
        ]
        self.stamp = _stamp_of(address, collection, vectors, self.parts)

    def _looked_at(self, key_kind: str) -> tuple[int, pa.Schema]:
        """Return the length of the vectors, and the types of everything else, from a sample."""
        import pyarrow as pa

        keys = sample_keys(self._collection, _LOOKED_AT, 0)
        wanted = [each.name for each in self._fields]
        batch = self._collection.take(keys, self.vector_column, wanted)
        if not len(batch.keys):
            raise UserError(
                f"None of {len(keys):,} rows of {shown_name(self.name)!r} has a vector in "
                f"{self.vector_column!r}. Choose another field of vectors."
            )
        types = [(each.name, _type_of(each, batch.columns[each.name])) for each in self._fields]
        key = (self._key, pa.int64() if key_kind == "number" else pa.string())
        return batch.vectors.shape[1], pa.schema([key, *types])

    def blocks(self, part: SourcePart) -> Iterator[SourceBlock]:
        """Yield the rows of a part in their order.

        Raises
        ------
        UserError
            When the engine does not answer, or a value does not fit its column.
        """
        step = max(1, BLOCK_BYTES // (4 * self.dimensions))
        wanted = [each.name for each in self._fields]
        for batch in self._collection.batches(part.piece, self.vector_column, wanted, step):
            yield self._block(batch)

    def _block(self, batch: Batch) -> SourceBlock:
        import pyarrow as pa

        if batch.vectors.shape[1] != self.dimensions and len(batch.keys):
            raise UserError(
                f"{shown_name(self.name)} has vectors of {batch.vectors.shape[1]:,} numbers among "
                f"those of {self.dimensions:,}, from key {batch.keys[0]} on. Correct them there."
            )
        vectors = batch.vectors.reshape(-1, self.dimensions)
        columns = [pa.array(batch.keys.tolist(), self.columns.types[0])]
        for field in list(self.columns)[1:]:
            columns.append(self._array(batch.columns[field.name], field))
        shown = tuple(f"key {key}" for key in batch.left_out[:SHOWN].tolist())
        table = pa.table(columns, schema=self.columns)
        return SourceBlock(vectors, table, batch.keys.tolist(), batch.n_left_out, shown)

    def _array(self, values: Sequence[Any], field: pa.Field) -> pa.Array:
        import pyarrow as pa

        try:
            if pa.types.is_string(field.type):
                values = [None if each is None else str(each) for each in values]
            found = pa.array(values)
            # Cast, since an array of whole numbers is made of others without a word.
            return found if found.type == field.type else found.cast(field.type)
        except (pa.ArrowException, OverflowError, TypeError, ValueError) as error:
            raise UserError(
                f"The field {field.name!r} of {shown_name(self.name)} holds {field.type} in the "
                f"rows that were looked at, and something else further on ({error}). What was "
                "there stays."
            ) from None

    def hold(self, connections: ExitStack) -> None:
        """Take over what is to be closed with it."""
        self._connections = connections

    def close(self) -> None:
        """Close the collection, and what was taken over."""
        self._collection.close()
        self._connections.close()


def _type_of(field: Field, values: Sequence[Any]) -> pa.DataType:
    """Return Arrow's type for a field, as the engine says it or as its values show."""
    import pyarrow as pa

    if field.element:
        try:
            return pa.type_for_alias(field.element)
        except ValueError:  # One with arguments, such as decimals.
            pass
    usual = {"number": pa.float64(), "truth": pa.bool_(), "date": pa.timestamp("us")}
    given = [each for each in values if each is not None]
    try:
        found = pa.array(given).type if given else usual.get(field.kind, pa.string())
    except (pa.ArrowException, OverflowError):
        return pa.string()
    # Of a few decimals or times one does not know how long others are.
    if pa.types.is_decimal(found):
        return pa.decimal128(38, found.scale)
    return found


def _stamp_of(
    address: Address, collection: Collection, vectors: Field, parts: Sequence[SourcePart]
) -> str:
    info = collection.info
    facts = (address.engine, address.description, info.name, info.n_rows, info.version)
    text = repr((*facts, vectors.name, [each.piece for each in parts]))
    return blake2b(text.encode(), digest_size=16).hexdigest()
