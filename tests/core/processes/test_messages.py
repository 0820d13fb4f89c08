"""Messages come out of a pipe as they went in."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from embedviz.core.processes.messages import Message, read_message, write_message

FACTS = st.dictionaries(st.text(), st.none() | st.integers() | st.text())
ARRAYS = st.dictionaries(
    st.text(),
    arrays(
        st.sampled_from([np.int32, np.float32, np.float64]),
        array_shapes(min_dims=1, min_side=0, max_side=5),
    ),
    max_size=3,
)


def as_bytes(message):
    stream = io.BytesIO()
    write_message(stream, message)
    return stream.getvalue()


class Slow(io.BytesIO):
    """Takes and gives three bytes at a time, as a pipe that is full may."""

    def write(self, content):
        return super().write(bytes(content[:3]))

    def readinto(self, buffer):
        return super().readinto(memoryview(buffer)[:3])


@given(st.lists(st.builds(Message, st.text(), FACTS, ARRAYS), max_size=3), st.booleans())
def test_messages_come_out_as_they_went_in(messages, is_slow):
    stream = Slow() if is_slow else io.BytesIO()
    for message in messages:
        write_message(stream, message)
    stream.seek(0)
    for message in messages:
        found = read_message(stream)
        assert (found.kind, found.facts) == (message.kind, message.facts)
        assert list(found.arrays) == list(message.arrays)
        for name, array in message.arrays.items():
            assert found.arrays[name].dtype == array.dtype
            np.testing.assert_array_equal(found.arrays[name], array)
            assert found.arrays[name].flags.writeable
    assert read_message(stream) is None


def test_arrays_of_any_layout_are_sent():
    table = np.arange(12.0).reshape(3, 4)
    table.flags.writeable = False
    message = Message("x", {}, {"columns": table.T, "some": table[::2, 1:]})
    found = read_message(io.BytesIO(as_bytes(message)))
    np.testing.assert_array_equal(found.arrays["columns"], table.T)
    np.testing.assert_array_equal(found.arrays["some"], table[::2, 1:])


def test_half_a_message_and_noise_are_told_from_messages():
    whole = as_bytes(Message("done", {"words": "é"}, {"positions": np.zeros((2, 2))}))
    for length in range(1, len(whole)):
        with pytest.raises(EOFError):
            read_message(io.BytesIO(whole[:length]))
    with pytest.raises(ValueError, match="Epoc"):
        read_message(io.BytesIO(b"Epochs completed: 40 %"))
