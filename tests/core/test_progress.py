from embedviz.core.progress import Cancelled, silent


def test_reporting_to_nobody_does_nothing():
    assert silent(0.5, "half") is None


def test_cancelled_is_no_error_of_the_user():
    from embedviz.core.errors import UserError

    assert not issubclass(Cancelled, UserError)
