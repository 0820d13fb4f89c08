"""What an axis of a layout is called."""

from embedviz.core.projections.axis import Axis, plain_axes


def test_a_title_has_the_share_of_the_variance_where_it_is_known():
    assert str(Axis("PC1", 0.1472)) == "PC1 · 14.7 %"
    assert str(Axis("PC2", 0.0)) == "PC2 · 0.0 %"
    assert str(Axis("from a to b · 3")) == "from a to b · 3"
    assert plain_axes(["x", "y"]) == (Axis("x"), Axis("y"))
