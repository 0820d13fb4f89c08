import pytest

from embedviz.core.errors import UserError
from embedviz.panes.matryoshka.two_stage.price import Price, read_price


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("0.09", Price(0.09)),
        (" 0.09  USD ", Price(0.09, "", " USD")),
        ("$2.5", Price(2.5, "$", "")),
        ("0,09 €", Price(0.09, "", " €")),
        ("1,234.5 kr.", Price(1234.5, "", " kr.")),
        ("CHF .5", Price(0.5, "CHF ", "")),
        ("3", Price(3.0)),
        ("", None),
        ("  ", None),
    ],
)
def test_a_price_is_a_number_with_a_currency_around_it(text, price):
    assert read_price(text) == price


@pytest.mark.parametrize("text", ["cheap", "-1 USD", "$-1", "1 or 2", "1.2.3"])
def test_what_is_no_price_is_refused(text):
    with pytest.raises(UserError, match="is no price"):
        read_price(text)


def test_amounts_are_written_as_the_price_is():
    price = Price(0.09, "$", "")
    assert price.of(1234.4) == "$1,234"
    assert price.of(12.345) == "$12.35"
    assert price.of(0.0012) == "$0.001"
    assert price.of(0) == "$0.00"
    assert Price(1, "", " €").of(5) == "5.00 €"
