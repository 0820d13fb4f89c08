from hypothesis import given
from hypothesis import strategies as st

from embedviz.gui.widgets.ranked_list import Ranked
from embedviz.panes.matryoshka.bump_lines import BumpLine, join

orders = st.permutations(range(12))


def ranked(rows):
    return [Ranked(row, f"row{row}", 0.5) for row in rows]


def ranks(rows):
    return {row: place + 1 for place, row in enumerate(rows)}


@given(orders, orders, st.integers(0, 12), st.integers(0, 12), st.integers(1, 12))
def test_each_row_has_one_line_from_its_place_to_its_place(left, right, n_left, n_right, count):
    shown = left[:n_left], right[:n_right]
    lines = join(ranked(shown[0]), ranked(shown[1]), ranks(left), ranks(right), count)
    assert [line.row for line in lines] == list(dict.fromkeys([*shown[0], *shown[1]]))
    for line in lines:
        assert line.left == (shown[0].index(line.row) if line.row in shown[0] else None)
        assert line.right == (shown[1].index(line.row) if line.row in shown[1] else None)
        assert line.label == f"row{line.row}"
        other = left if line.left is None else right
        assert line.rank == other.index(line.row) + 1
        first, second = line.row in shown[0][:count], line.row in shown[1][:count]
        assert (
            line.fate
            == {
                (True, True): "kept",
                (True, False): "lost",
                (False, True): "new",
                (False, False): "",
            }[first, second]
        )


def test_a_rank_is_short_enough_to_stand_beside_its_line():
    words = {
        None: "…",
        11: "11",
        999: "999",
        1000: "1k",
        1234: "1.2k",
        9960: "10k",
        12_345: "12k",
        999_400: "999k",
        1_250_000: "1.2M",
        100_000_000: "100M",
    }
    for rank, expected in words.items():
        assert BumpLine(0, "x", 0, None, rank, "lost").rank_words == expected
