"""Texts of ticks tell them apart, say what they stand for, and are short."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.drawing.ticks import date_ticks, number_ticks, tick_step


def number(text):
    return Fraction(text.replace("\u2212", "-").replace(",", "") or "0")


def short(text):
    return len(text) <= 11


@given(
    st.floats(-1e12, 1e12),
    st.floats(-9, 9).map(lambda power: 10**power),
    st.floats(-3, 3),
)
def test_neighboring_texts_differ_and_base_and_text_are_the_value(origin, span, part):
    low, high = (part - 0.5) * span, (part + 0.5) * span
    step = tick_step(span / 6)
    ticks = number_ticks(origin, low, high, step, short)
    assert len(ticks.places) == len(ticks.texts) == len(set(ticks.texts)) >= 2
    for place, text in zip(ticks.places, ticks.texts, strict=True):
        assert low - step * 1e-6 <= place <= high + step * 1e-6
        written = number(ticks.base) + number(text)
        assert abs(written - Fraction(origin) - Fraction(place)) <= Fraction(step) / 1000
    if ticks.base:
        assert all(text.startswith("+") for text in ticks.texts)
        assert max(map(len, ticks.texts)) <= 11


@pytest.mark.parametrize(
    ("origin", "span", "base", "text"),
    [
        (10_000_000.145, 0.29, "10,000,000", "+0.10"),
        (1e12, 1e-3, "999,999,999,999.999", "+0.0006"),
        (-3_000_000.0, 0.6, "\u22123,000,001", "+0.8"),
    ],
)
def test_what_is_common_is_written_once(origin, span, base, text):
    ticks = number_ticks(origin, -span / 2, span / 2, tick_step(span / 6), short)
    assert ticks.base == base
    assert text in ticks.texts


def test_numbers_that_fit_are_written_whole():
    ticks = number_ticks(1000.0, -2.0, 2.0, 1.0, short)
    assert ticks.base == ""
    assert ticks.texts == ("998", "999", "1,000", "1,001", "1,002")


def says(base, text, when):
    """Return whether a text with its base is true of a moment, to a millisecond."""
    if text.startswith("+"):
        start = datetime.fromisoformat(f"{base}+00:00")
        return abs((when - start).total_seconds() - float(text[1:-2])) < 1e-3
    near = when + timedelta(milliseconds=1)
    forms = ("%Y", "%Y-%m", "%Y-%m-%d", "%m-%d", "%m-%d %H:%M", "%H:%M", "%H:%M:%S")
    return text in [format(near, form) for form in forms]


@given(
    st.floats(-100_000, 100_000),
    st.floats(-7, 5).map(lambda power: 10**power),
)
def test_dates_differ_and_are_those_of_their_places(origin, span):
    ticks = date_ticks(origin, -span / 2, span / 2, span / 6, short)
    assert len(set(ticks.texts)) == len(ticks.texts)
    assert list(ticks.places) == sorted(ticks.places)
    for place, text in zip(ticks.places, ticks.texts, strict=True):
        microseconds = round((Fraction(origin) + Fraction(place)) * 86_400_000_000)
        when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
        assert says(ticks.base, text, when), (ticks, when)


@pytest.mark.parametrize(
    ("span", "texts", "base"),
    [
        (3000, ("2022", "2024", "2026"), ""),
        (200, ("2024-01", "2024-04"), ""),
        (0.5, ("02:00", "04:00", "10:00"), "2024-03-01"),
        (1 / 86_400, ("+0.6 s", "+1.4 s"), "2024-03-01 05:59:59"),
    ],
)
def test_dates_are_as_fine_as_the_ticks(span, texts, base):
    day = datetime(2024, 3, 1, 6, tzinfo=UTC).timestamp() / 86_400
    ticks = date_ticks(day, -span / 2, span / 2, span / 6, short)
    assert ticks.base == base
    assert set(texts) <= set(ticks.texts)


def test_beyond_the_calendar_days_are_numbers():
    assert date_ticks(1e9, -10.0, 10.0, 4.0, short).texts[0].startswith("+")
