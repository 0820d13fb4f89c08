"""Numbers as charts write them; powers and long numbers are tested with the formula."""

import pytest

from embedviz.gui.charts.numbers import percent, raised


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (1, "100 %"),
        (0.41, "41 %"),
        (0.009, "0.90 %"),
        (0.05, "5.0 %"),
        (0.00026, "0.026 %"),
        (4e-9, "4×10⁻⁷ %"),
        (0, "0 %"),
        (0.99999, "99.99 %"),
    ],
)
def test_percentages(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(("power", "text"), [(0, "⁰"), (12, "¹²"), (-7, "⁻⁷")])
def test_exponents(power, text):
    assert raised(power) == text
