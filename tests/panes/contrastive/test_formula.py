import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from embedviz.gui.charts.numbers import number_text, power_text
from embedviz.panes.contrastive.drawing.loss_in_numbers import logarithms
from embedviz.panes.contrastive.formula import NO_NEGATIVES, WAITING, AnchorFormula

from .examples import terms_of


def name_of(row):
    return f"word{row}"


@pytest.fixture
def formula(shown):
    return shown(AnchorFormula())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.926, "0.93"),
        (-0.001, "0.00"),
        (-19.5, "−19.50"),
        (1234.5, "1,234.50"),
        (-1.5e8, "−1.5×10⁸"),
        (math.nan, "–"),
        (-math.inf, "−∞"),
    ],
)
def test_numbers_as_texts(value, text):
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("logarithm", "text"),
    [
        (0.0, "1.00"),
        (math.log(0.25), "0.25"),
        (math.log(42.0), "42.0"),
        (math.log(512), "512"),
        (18.6, "1.2×10⁸"),
        (930.0, "7.8×10⁴⁰³"),
        (-930.0, "1.3×10⁻⁴⁰⁴"),
        (math.log(9.99e7), "1.0×10⁸"),
        (-math.inf, "0"),
    ],
)
def test_powers_as_texts(logarithm, text):
    assert power_text(logarithm) == text


@pytest.mark.parametrize("temperature", [0.001, 0.05, 1.0, 50.0])
@pytest.mark.parametrize("partner", [-0.9, 0.1, 0.95])
def test_the_terms_give_the_loss(partner, temperature):
    others = np.random.default_rng(0).uniform(-1, 0.9, 30)
    terms = terms_of([partner, *sorted(others)[::-1]], temperature)
    pull, rest = logarithms(terms)
    assert np.logaddexp(pull, rest) - pull == pytest.approx(terms.loss, abs=1e-9)


def test_the_formula_is_filled_in(formula):
    formula.show_terms(terms_of([0.93, 0.8, 0.1, 0.0]), name_of)
    general, powers, numbers = formula.formulas
    assert general == "L = −log exp(sim(q, k_+)/τ) / (Σ_j exp(sim(q, k_j)/τ))".replace(
        "exp(sim(q, k_+)/τ)", "(exp(sim(q, k_+)/τ))", 1
    )
    assert powers == "= −log e^(0.93/0.05) / (e^(0.93/0.05) + 3 others)"
    assert numbers == "= −log 1.2×10⁸ / (1.2×10⁸ + 8.9×10⁶) = 0.07"
    assert formula.title == "Loss of “word0”"
    assert formula.note == ""


def test_numbers_too_large_for_a_computer_are_still_written(formula):
    formula.show_terms(terms_of([0.93, 0.95, 0.1], 0.001), name_of)
    assert formula.formulas[-1] == "= −log 7.8×10⁴⁰³ / (7.8×10⁴⁰³ + 3.8×10⁴¹²) = 20.00"


def test_without_negatives_only_the_pull_is_left(formula):
    formula.show_terms(terms_of([0.93]), name_of)
    assert formula.formulas == ("L = −sim(q, k_+)/τ", "= −0.93/0.05 = −18.60")
    assert formula.note == NO_NEGATIVES
    formula.show_terms(terms_of([-0.5]), name_of)
    assert formula.formulas[1] == "= −(−0.50/0.05) = 10.00"
    # After a collapse.
    for cosine, said in ((0.9996, "0.9996/0.05 = −19.99"), (0.9999999, "1.00/0.05 = −20.00")):
        formula.show_terms(terms_of([cosine]), name_of)
        assert formula.formulas[1] == f"= −{said}"


def test_bars_are_the_partner_the_strongest_and_the_rest(formula):
    terms = terms_of([0.9, *np.linspace(0.85, -0.5, 255)])
    formula.show_terms(terms, name_of)
    bars = formula.bars
    assert [bar.is_partner for bar in bars] == [True] + [False] * (len(bars) - 1)
    assert [bar.row for bar in bars] == [*range(10, 9 + len(bars)), -1]
    assert [bar.label for bar in bars[:2]] == ["word10", "word11"]
    assert (bars[0].cosine, bars[1].cosine) == ("0.900", "0.850")
    assert bars[0].share == terms.weights[0]
    assert sum(bar.share for bar in bars) == pytest.approx(1)
    n_others = 256 - (len(bars) - 1)
    assert bars[-1].label == f"{n_others} others, together"
    assert bars[-1].share == pytest.approx(terms.weights[-n_others:].sum())


def test_a_higher_widget_has_more_bars(formula):
    formula.show_terms(terms_of(np.linspace(0.9, -0.5, 12)), name_of)
    few = len(formula.bars)
    formula.resize(300, 800)
    assert few < len(formula.bars) == 12
    assert all(bar.row >= 0 for bar in formula.bars)
    formula.resize(300, 60)
    assert [bar.label for bar in formula.bars] == ["word10", "11 others, together"]


@pytest.mark.parametrize(
    ("cosines", "temperature", "texts"),
    [
        ([0.93, 0.8, 0.1, 0.0], 0.05, ["0.93", "0.80", "0.10", "0.00"]),
        # After a collapse.
        ([0.9996, 0.9992, 0.9981, 0.9963], 0.005, ["1.000", "0.999", "0.998", "0.996"]),
        ([0.9996, 0.9993, 0.9991, 0.9963], 0.005, ["0.9996", "0.9993", "0.9991", "0.9963"]),
        ([0.99998, 0.99996, 0.9999], 0.0001, ["0.99998", "0.99996", "0.99990"]),
        # Of the same weight, so that nothing is asked.
        ([0.9996, 0.9992, 0.9981], 5.0, ["1.00", "1.00", "1.00"]),
        ([0.999991, 0.999992, 0.999993], 1e-6, ["1.00", "1.00", "1.00"]),
        ([0.9996], 0.005, ["1.00"]),
    ],
)
def test_cosines_are_told_apart_where_their_weights_are(formula, cosines, temperature, texts):
    formula.show_terms(terms_of(cosines, temperature), name_of)
    assert [bar.cosine for bar in formula.bars] == texts
    assert "cosine " + texts[0] in formula.tip_at(QPointF(20, formula._table().top + 3))


def test_small_weights_are_not_nothing(formula):
    formula.show_terms(terms_of([0.9, 0.3, -0.9]), name_of)
    assert [bar.weight for bar in formula.bars] == ["1.00", "<0.001", "<0.001"]


def test_it_waits_in_words(formula):
    assert formula.message == WAITING
    assert formula.formulas == ()
    assert formula.bars == []
    formula.show_terms(None, name_of, "This row is in no batch.")
    assert formula.message == "This row is in no batch." == formula.accessibleDescription()
    formula.show_terms(terms_of([0.5, 0.1]), name_of)
    assert not formula.message


def middle_of(formula, number):
    table = formula._table()
    return QPoint(30, round(table.top + (number + 0.5) * table.height))


def test_bars_are_hovered_and_chosen(formula, qtbot):
    formula.show_terms(terms_of(np.linspace(0.9, -0.5, 60)), name_of)
    chosen, hovered = [], []
    formula.row_chosen.connect(chosen.append)
    formula.row_hovered.connect(hovered.append)
    last = len(formula.bars) - 1
    qtbot.mouseMove(formula, middle_of(formula, 2))
    qtbot.mouseMove(formula, middle_of(formula, last))
    qtbot.mouseMove(formula, QPoint(5, 5))
    assert hovered == [12, -1, -1]
    for number in (1, last):
        qtbot.mouseClick(formula, Qt.MouseButton.LeftButton, pos=middle_of(formula, number))
    qtbot.mouseClick(formula, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert chosen == [11]
    assert formula.tip_at(QPointF(middle_of(formula, 0))).startswith(
        "word10 · cosine 0.90 · weight"
    )


def test_keys_go_from_bar_to_bar(formula, qtbot):
    formula.show_terms(terms_of([0.9, 0.5, 0.1]), name_of)
    chosen = []
    formula.row_chosen.connect(chosen.append)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return):
        qtbot.keyClick(formula, key)
    qtbot.keyClicks(formula, "x")
    assert chosen == [10]


TERMS = {
    "healthy": terms_of([0.93, *np.linspace(0.7, -0.8, 255)]),
    "alone": terms_of([0.93]),
    "cold": terms_of([-0.93, *np.linspace(0.99, -0.8, 255)], 0.001),
    "hot": terms_of([0.2, 0.1], 1e6),
    "unknown": terms_of([math.nan, math.nan, math.nan]),
    "none": None,
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", TERMS)
def test_any_terms_are_drawn_in_any_size(name, in_every_look):
    formula = AnchorFormula()
    formula.show_terms(TERMS[name], lambda row: f"A man is playing a guitar on the stage {row}\n")
    in_every_look(formula, f"contrastive-formula-{name}")


def test_a_file_has_text(formula, texts_in_svg):
    formula.show_terms(TERMS["healthy"], name_of)
    texts = {text.strip() for text in texts_in_svg(formula)}
    assert {"partner", "softmax", "0.93/0.05", "+ 255 others"} <= texts
    assert formula.bars[-1].label in texts


@pytest.mark.parametrize("name", ["", "\u202eabc", "a\nb"])
def test_labels_that_are_no_words_are_shown(formula, name):
    formula.show_terms(terms_of([0.9, 0.5]), lambda _: name)
    assert formula.bars[0].label in ("␣", "[U+202E]abc", "a b")
