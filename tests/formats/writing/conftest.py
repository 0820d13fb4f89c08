"""What tests of written tables share."""

import csv
import gzip

import pytest
from pyarrow import feather, parquet


@pytest.fixture
def read():
    """Return a function that reads a table again, as one dictionary a line."""

    def lines_of(path):
        if path.suffix == ".parquet":
            return parquet.read_table(path).to_pylist()
        if path.suffix in (".feather", ".arrow"):
            return feather.read_table(path).to_pylist()
        unpack = gzip.open if path.suffix == ".gz" else open
        delimiter = "\t" if ".tsv" in path.name else ","
        with unpack(path, "rt", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, delimiter=delimiter))

    return lines_of
