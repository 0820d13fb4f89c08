"""What is said of rogue and constant dimensions, and of the rank."""

import numpy as np
import pytest

from embedviz.core.anisotropy.transform import Transform, TransformSettings, fit_rows
from embedviz.core.isotropy import mean_cosine, outlier_dimensions
from embedviz.core.isotropy.dimensions import mean_cosine_without
from embedviz.core.progress import silent
from embedviz.core.vector_set import VectorSet
from embedviz.panes.anisotropy.spectrum.measuring import measure
from embedviz.panes.anisotropy.spectrum.shares import SpectrumShares
from embedviz.panes.anisotropy.spectrum.words import describe_rank_and_share, describe_rogue


def measured(rows):
    return measure(VectorSet(rows, name="rows"), silent)


def cloud(*lean):
    rows = np.random.default_rng(0).normal(size=(300, 50)) + 0.2
    rows[:, list(lean)] += 8.0
    return rows.astype(np.float32)


def test_one_is_named_with_its_share_and_what_is_left_without_it():
    rows = cloud(7)
    said = describe_rogue(measured(rows), left_out=False)
    _, shares = outlier_dimensions(rows)
    assert said.startswith(f"Dimension 7 makes {100 * shares.sum():.0f} % of the mean cosine")
    assert "(by even shares: 2.0 %, 2.0 % each)" in said
    without = mean_cosine_without(rows, [7])
    expected = f"Without it the mean cosine is {without:.2f} instead of {mean_cosine(rows):.2f}."
    assert said.endswith(expected)
    assert describe_rogue(measured(rows), left_out=True).endswith("It is left out of the map.")


def test_two_and_many():
    assert describe_rogue(measured(cloud(9, 4)), left_out=True).startswith("Dimensions ")
    said = describe_rogue(measured(cloud(*range(10, 18))), left_out=False)
    assert " and 3 more make " in said


def test_none_is_said_with_the_largest():
    said = describe_rogue(measured(cloud()), left_out=False)
    assert said.startswith("No dimension makes much more of the mean cosine")
    rows = np.array([[1.0, 0], [-1, 0]])
    assert "not above 0" in describe_rogue(measured(rows), left_out=False)


def test_what_is_no_number_is_said():
    rows = cloud()
    rows[3, 3] = np.nan
    assert "1 row of the vectors holds NaN" in describe_rogue(measured(rows), left_out=False)


@pytest.mark.parametrize("count", [1, 20, None])
def test_rank_share_and_constant_dimensions(count):
    rows = cloud()
    rows[:, 3] = 1.5
    rows[:2] = 0
    rows[:2, 3] = 0
    rows[:, 8] = 0
    transform = Transform(fit_rows(rows), TransformSettings(n_components=count))
    said = describe_rank_and_share(SpectrumShares.of(transform), measured(rows).profile)
    assert said.startswith("49 of 50 axes have a variance worth keeping")
    assert "Dimension 8 is constant." in said
    assert "2 rows of zeros did not count for cosines." in said
    assert ("hold all of it" in said) == (count is None)
