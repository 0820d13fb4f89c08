import numpy as np
import pytest

from embedviz.formats.json.codes import (
    CUT,
    DONE,
    MORE,
    NO_COMMA,
    NO_RECORD,
    OUT_START,
    OUT_STOP,
    ROOM,
    STATUS,
    TEXT_START,
)
from embedviz.formats.json.scanning import JsonScan
from embedviz.formats.json.steps import ITEM, MEMBER


def scan(text, steps, *, is_lines=False, is_last=True):
    """Return how a scan ended, the scan, and the pieces of its rows."""
    found = JsonScan(steps, is_lines=is_lines)
    status, _ = found.run(np.frombuffer(text, np.uint8), 0, is_last=is_last)
    out = found.out.tobytes()
    spans = found.units[:, [OUT_START, OUT_STOP]].tolist()
    return status, found, [out[start:stop] for start, stop in spans]


@pytest.mark.parametrize(
    ("text", "steps", "rows", "skeleton"),
    [
        (b'{"e": [1, 2], "t": [ "x" ]}', [], [b'{"e":-Infinity,"t":["x"]}'], None),
        (b'[{"a": 1}, [1,2], 3]', [ITEM], [b'{"a":1}', b"-Infinity", b"3"], b"[Infinity,3]"),
        (b'{"a":[1],"b":null}', [MEMBER], [b'["a",-Infinity]', b'["b",null]'], b"[Infinity,2]"),
        (
            b'{"ids":[7, 8],"d":[[1],[2]],"x":[[3]]}',
            ["d", ITEM],
            [b"-Infinity", b"-Infinity"],
            b'{"ids":[7,8],"d":[Infinity,2],"x":[-Infinity]}',
        ),
        (b'{"d": {"0": [1]}}', ["d", ITEM], [], b'{"d":{"0":-Infinity}}'),
        (b'[{"d":[]},{"d":[4]}]', [ITEM, "d", ITEM], [b"4"], None),
        (b'{"a":-Infinity,"b":Infinity}', [], [b'{"a":-1e999,"b":1e999}'], None),
    ],
)
def test_rows_and_what_is_around_them(text, steps, rows, skeleton):
    status, found, pieces = scan(text, steps)
    assert status == DONE
    assert pieces == rows
    if skeleton is not None:
        frame = found.out.tobytes()
        for start, stop in found.units[::-1, [OUT_START, OUT_STOP]].tolist():
            frame = frame[:start] + frame[stop:]
        assert frame == skeleton
    assert len(found.documents) == 1


def test_lists_of_rows_alone_are_kept_with_their_places():
    text = b'{"x":[[9, 9]],"d":[{"e":[1, 2]}]}'
    _, found, _ = scan(text, ["d", ITEM])
    assert [text[start:stop] for start, stop in found.lists.tolist()] == [b"1, 2"]


def test_a_broken_line_does_not_reach_the_next():
    text = b'{"a":1}\n{"a":"x\n]\n\n{"a":2}{"a"'
    _, found, pieces = scan(text, [], is_lines=True)
    assert pieces == [b'{"a":1}', b"", b"", b'{"a":2}', b""]
    assert found.units[:, STATUS].tolist() == [0, CUT, NO_RECORD, 0, CUT]
    assert found.units[:, TEXT_START].tolist() == [0, 8, 16, 19, 26]


def test_what_is_wrong_has_its_place():
    found = JsonScan([ITEM], is_lines=False)
    text = np.frombuffer(b'[{"a":1} {"a":2}]', np.uint8)
    assert found.run(text, 0, is_last=True) == (NO_COMMA, 9)
    assert len(found.units) == 1


@pytest.mark.parametrize(
    ("text", "closing"),
    [
        (b'{"a":[{"b"', b":null}]}"),
        (b'{"a":[{"b":', b"null}]}"),
        (b'{"a":[1,"x",', b"null]}"),
        (b'{"a":1,', b'"":null}'),
        (b'[{"a":', b"null}]"),
        (b'{"a":[', b"null}"),
        (b'{"a":["', b"]}"),
        (b'{"a":1}', b""),
    ],
)
def test_what_is_read_so_far_can_be_completed(text, closing):
    found = JsonScan(None, is_lines=False)
    status, _ = found.run(np.frombuffer(text, np.uint8), 0, is_last=False)
    assert status == MORE
    assert found.closing() == closing


def test_a_container_that_is_open_is_completed_with_its_count():
    _, found, _ = scan(b'{"n":1,"d":[[1],[2],[3', ["d", ITEM], is_last=False)
    assert found.is_inside
    assert found.closing() == b"[Infinity,2]}"


def test_rows_with_more_lists_than_there_is_room_for():
    text = b'[{"a":[%b]}]' % b",".join([b"[1]"] * 100_000)
    found = JsonScan([ITEM], is_lines=False)
    block = np.frombuffer(text, np.uint8)
    status, at = found.run(block, 0, is_last=True)
    assert (status, at, len(found.units)) == (ROOM, 1, 0)
    status, at = found.run(block, at, is_last=True)
    assert (status, at, len(found.units)) == (DONE, len(text), 1)
    assert len(found.lists) == 100_000
    start, stop = found.units[0, [OUT_START, OUT_STOP]].tolist()
    expected = b'{"a":[%b]}' % b",".join([b"-Infinity"] * 100_000)
    assert found.out[start:stop].tobytes() == expected
