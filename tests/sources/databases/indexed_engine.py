"""An engine in memory, exact and with an index of cells, for tests of what asks engines."""

import time
from itertools import pairwise

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.neighbors import NeighborSearch
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.protocol import (
    Batch,
    CollectionInfo,
    Field,
    IndexInfo,
    Partition,
    SearchAnswer,
)

IVF = IndexInfo("IVF_FLAT", "cosine", {"nlist": "64"})


class IndexedCollection:
    """Rows in memory. The index looks at `nprobes` of its 64 cells."""

    def __init__(self, vectors, keys=None, name="rows", abilities=("exact",), columns=None):
        self.vectors = np.asarray(vectors, np.float32)
        self.keys = np.arange(len(vectors)) if keys is None else np.asarray(keys)
        self.columns = columns or {}
        self.abilities = frozenset(abilities)
        kind = "number" if self.keys.dtype.kind == "i" else "text"
        embedding = Field("vector", "vector", self.vectors.shape[1], "float32", (IVF,))
        others = [Field(each, "text") for each in self.columns]
        fields = (embedding, *others)
        self.info = CollectionInfo(name, len(self.keys), fields, "id", kind)
        self.places = {key: place for place, key in enumerate(self.keys.tolist())}
        self.asked, self.is_closed = [], False
        random = np.random.default_rng(0)
        centers = random.choice(len(self.vectors), min(64, len(self.vectors)), replace=False)
        self.centers = self.unit(self.vectors[centers])
        self.cells = np.argmax(self.unit(self.vectors) @ self.centers.T, axis=1)

    @staticmethod
    def unit(rows):
        rows = np.nan_to_num(rows, posinf=0.0, neginf=0.0)
        return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-30)

    def bounds(self):
        is_number = self.info.key_kind == "number"
        return (int(self.keys.min()), int(self.keys.max())) if is_number else None

    def existing(self, keys):
        return keys[[key in self.places for key in keys.tolist()]]

    def all_keys(self, partition=None):
        yield self.keys

    def take(self, keys, vector_field, fields=()):
        found = [self.places[key] for key in keys.tolist() if key in self.places]
        columns = {name: [self.columns[name][place] for place in found] for name in fields}
        return Batch(self.keys[found], self.vectors[found], columns)

    def partitions(self, count):
        ends = np.linspace(0, len(self.keys), count + 1).astype(int).tolist()
        return [Partition(*each) for each in pairwise(ends)]

    def batches(self, partition, vector_field, fields=(), batch_rows=8192):
        for start in range(partition.first, partition.end, batch_rows):
            part = slice(start, min(start + batch_rows, partition.end))
            yield Batch(self.keys[part], self.vectors[part])

    def nearest(self, request):
        self.asked.append(request)
        if request.is_exact and "exact" not in self.abilities:
            raise UserError("There is no exact search.")
        begun = time.perf_counter()
        among = np.arange(len(self.keys))
        if not request.is_exact:
            near = np.argsort(-(self.centers @ self.unit(request.query)))
            probed = near[: request.settings.get("nprobes", 1)]
            among = among[np.isin(self.cells, probed)]
        search = NeighborSearch(self.vectors[among], request.metric)
        rows, scores = search.nearest(request.query, request.count, request.prefix)
        rows = among[rows]
        columns = {name: [self.columns[name][row] for row in rows] for name in request.fields}
        seconds = time.perf_counter() - begun
        index = None if request.is_exact else IVF
        return SearchAnswer(self.keys[rows], np.asarray(scores, float), seconds, columns, index)

    def call_of(self, request):
        return "rows.nearest(query)"

    def close(self):
        self.is_closed = True


class IndexedDatabase:
    """Collections in memory, by name."""

    title, address_help = "Memory", "memory"

    def __init__(self, collections, address=None):
        self.by_name = {each.info.name: each for each in collections}
        self.address = address or Address("memory", "here", is_local=True)
        self.n_closed = 0

    def collections(self):
        return sorted(self.by_name)

    def open(self, name):
        if name not in self.by_name:
            raise UserError(f"There is no collection {name!r}.")
        return self.by_name[name]

    def close(self):
        self.n_closed += 1
