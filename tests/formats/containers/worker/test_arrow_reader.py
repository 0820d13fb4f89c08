import pyarrow as pa
import pytest

from embedviz.core.errors import UserError
from embedviz.formats.containers.worker.arrow_reader import TableReader
from embedviz.formats.containers.worker.list_columns import list_path
from embedviz.formats.containers.worker.plain_columns import plain


def test_too_many_columns_are_refused():
    reader = TableReader()
    reader.schema = pa.schema([(str(i), pa.float32()) for i in range(20_001)])
    with pytest.raises(UserError, match="claims 20,001 columns"):
        reader.describe()


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (pa.list_(pa.float32()), ()),
        (pa.list_(pa.string()), None),
        (pa.float32(), None),
        (pa.struct({"values": pa.list_(pa.float16())}), ("values",)),
        (pa.struct({"only": pa.list_(pa.int8()), "n": pa.int8()}), ("only",)),
        (pa.struct({"a": pa.list_(pa.int8()), "b": pa.list_(pa.int8())}), None),
        (pa.struct({"indices": pa.list_(pa.int8()), "values": pa.list_(pa.int8())}), ("values",)),
        (pa.struct({"x": pa.struct({"vector": pa.list_(pa.float64())})}), ("x", "vector")),
    ],
)
def test_where_the_list_is(kind, path):
    assert list_path(kind) == path


def test_categories_that_do_not_exist_are_damage():
    indices = pa.array([0, 1, 7], pa.int8())
    column = pa.DictionaryArray.from_arrays(indices, pa.array(["a", "b"]), safe=False)
    with pytest.raises(pa.ArrowInvalid, match="a category that does not exist"):
        plain(column)
