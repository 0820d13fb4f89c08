"""Origin of a set that is a sample of a collection."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from embedviz.core.notes import counted
from embedviz.sources.databases.address import Address


@dataclass(frozen=True)
class SampleSettings:
    """Settings for taking a sample of a collection.

    Attributes
    ----------
    collection : str
    vector_field : str
    label_field : str
        The field that names the rows; empty: their keys do.
    fields : tuple of str
        Other fields, that become columns.
    n_rows : int
        Rows wanted.
    seed : int
    """

    collection: str
    vector_field: str
    label_field: str = ""
    fields: tuple[str, ...] = ()
    n_rows: int = 100_000
    seed: int = 0


@dataclass(frozen=True)
class CollectionOrigin:
    """Collection of a database, of which a set is a sample.

    Attributes
    ----------
    address : Address
    settings : SampleSettings
    n_rows : int
        How many rows the collection has.
    stamp : str
        Version of the collection when the sample was taken; empty where there is none.
    sampled_by : str
        How the rows were chosen: "by key", or by the engine's own sampling.
    key_column : str
        The column of the set that holds the keys; empty: its labels are the keys.
    """

    address: Address
    settings: SampleSettings
    n_rows: int
    stamp: str = ""
    sampled_by: str = "by key"
    key_column: str = ""
    path: None = field(default=None, init=False)

    @property
    def name(self) -> str:
        """The name of the collection."""
        return self.settings.collection

    @property
    def description(self) -> str:
        """The collection, the engine and the place, on one line."""
        return f"{self.settings.collection} · {self.address.engine} · {self.address.description}"

    @property
    def files(self) -> tuple[Path, ...]:
        """Nothing, or the folder of a database that is one."""
        return (Path(self.address.place),) if self.address.is_local else ()

    def sample_sentence(self, n_shown: int) -> str:
        """Return what is shown: "100,000 of 120,000,000 rows, sampled by key, seed 0"."""
        if n_shown >= self.n_rows:
            return f"all {counted(self.n_rows, 'row')}"
        seed = self.settings.seed
        return f"{n_shown:,} of {self.n_rows:,} rows, sampled {self.sampled_by}, seed {seed}"
