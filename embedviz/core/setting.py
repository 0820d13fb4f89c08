"""What a field of settings says of itself: its label, its help, its range or its choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

T = TypeVar("T")

KEY = "embedviz"


@dataclass(frozen=True)
class Setting:
    """What there is to know of one field.

    Attributes
    ----------
    label : str
        What stands before its control.
    help : str
        What it does, in a few words: its tooltip, and the help of its option.
    least, most, step : float or None
        The range of a number; None where it has no end.
    unit : str
        What stands behind a number, within its control.
    choices : tuple of (str, value)
        Words for each of the values it can have.
    option : str or None
        The name of its option on the command line, without dashes. None: the name of the field;
        "": none.
    metavar : str
        What stands for the value in the help of the command line, such as "COLUMN".
    places : tuple of str
        For several whole numbers from 0, shown from 1: what stands before each of them.
    prefix : str
        What stands before such a number, within its control.
    parts : mapping of str to class
        For a value that has settings itself: the classes it can be of, by name.
    is_whole : bool
        Whether only whole numbers are offered for a number that may have decimals.
    in_form : bool
        Whether a form shows it.
    is_alone : bool
        For a field of a part: whether its option is named without the part, and chooses it.
    unset : str
        What stands for None in the control of a whole number that may be None.
    texts : tuple of str
        For a value that the command line makes of texts: what stands for each of them in its help.
    of_texts : callable or None
        Makes the value of them.
    is_logarithmic : bool
        Whether a number moves by equal factors, not by equal amounts, on the way to another.
    switches_at : float
        Which part of the way to another value, 0 to 1, is gone when a choice becomes the other one.
    """

    label: str
    help: str
    least: float | None = None
    most: float | None = None
    step: float | None = None
    unit: str = ""
    choices: tuple[tuple[str, Any], ...] = ()
    option: str | None = None
    metavar: str = ""
    places: tuple[str, ...] = ()
    prefix: str = ""
    parts: Mapping[str, type] = field(default_factory=dict, compare=False)
    is_whole: bool = False
    in_form: bool = True
    is_alone: bool = False
    unset: str = "all"
    texts: tuple[str, ...] = ()
    of_texts: Callable[..., Any] | None = None
    is_logarithmic: bool = False
    switches_at: float = 0.5


def setting(default: T, label: str, help: str, **more: Any) -> T:
    """Return a field of a dataclass that says what there is to know of it.

    Parameters
    ----------
    default : object
        Immutable.
    label, help : str
    **more
        The other attributes of `Setting`.
    """
    made: Any = field(default=default, metadata={KEY: Setting(label, help, **more)})
    return cast(T, made)
