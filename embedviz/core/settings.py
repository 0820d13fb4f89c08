"""Settings: frozen dataclasses whose fields say themselves what people need to know of them.

A field that is made by `setting` carries its label, its help, its range or its choices. From that
one place follow the rows of a form, the options of the command line, what a session file may hold,
and how the values between two settings are found. A class of settings is therefore all that a pane
or a projection has to declare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from types import NoneType, UnionType
from typing import (
    Any,
    ClassVar,
    Literal,
    Protocol,
    Self,
    TypeVar,
    Union,
    cast,
    runtime_checkable,
)
from typing import get_args as arguments_of
from typing import get_origin as origin_of
from typing import get_type_hints as hints_of

from embedviz.core.errors import UserError
from embedviz.core.setting import KEY, Setting
from embedviz.core.setting import setting as setting
from embedviz.core.vector_set import VectorSet

_PLAIN = Setting("", "")
"""What is assumed of a value of which nothing is said."""

T = TypeVar("T")
S = TypeVar("S", bound="Settings")

Kind = Literal["flag", "int", "float", "choice", "text", "labels", "indices", "part", "other"]


@dataclass(frozen=True)
class SettingField:
    """A field of a class of settings, with its type.

    Attributes
    ----------
    name : str
    kind : str
        "flag", "int", "float", "choice", "text", "labels" (several texts), "indices" (several
        whole numbers from 0), "part" (settings of their own) or "other".
    is_optional : bool
        Whether it may be None.
    default : object
    about : Setting
    """

    name: str
    kind: Kind
    is_optional: bool
    default: Any
    about: Setting


@cache
def fields_of(kind: type) -> Mapping[str, SettingField]:
    """Return the fields of a class of settings that were made by `setting`, by name, in order."""
    hints = hints_of(kind)
    found = {}
    for each in fields(kind):
        about = each.metadata.get(KEY)
        if about is not None:
            hint, is_optional = _without_none(hints[each.name])
            found[each.name] = SettingField(
                each.name, _kind_of(hint, about), is_optional, each.default, about
            )
    return found


def clamped(settings: T) -> T:
    """Return settings whose values are within the ranges, or among the choices, of their fields."""
    changes: dict[str, Any] = {}
    kind: type = type(settings)
    for name, each in fields_of(kind).items():
        value = getattr(settings, name)
        if each.kind == "choice" and all(value != choice for _, choice in each.about.choices):
            changes[name] = each.default
        elif each.kind in ("int", "float") and value is not None:
            least, most = each.about.least, each.about.most
            within = value if least is None else max(value, type(value)(least))
            within = within if most is None else min(within, type(value)(most))
            if within != value:
                changes[name] = within
    return replace(cast(Any, settings), **changes) if changes else settings


@runtime_checkable
class MovesItself(Protocol):
    """A value that knows what is between it and another one of its kind."""

    def between(self, other: Any, share: float) -> Any:
        """Return what is there when a share of the way, 0 to 1, is gone."""


def interpolated(first: T, second: T, share: float) -> T:
    """Return what is between two settings of one class, or between two values.

    Parameters
    ----------
    first, second : Settings, dataclass, tuple of numbers, or number
        Fields that are numbers move along evenly, or by equal factors where their `setting` says
        so, whole ones in whole steps; so do dataclasses and tuples of them, and cameras the
        shorter way around. Whatever else there is becomes that of `second` where its `setting`
        says so; by default, in the middle.
    share : float
        0 is the first one, 1 the second.
    """
    return cast(T, _between(first, second, share, _PLAIN))


def interpolated_fields(first: T, second: T, share: float) -> T:
    """Return a dataclass whose fields are between those of two others of its class."""
    changes: dict[str, Any] = {}
    for each in fields(cast(Any, first)):
        about = each.metadata.get(KEY, _PLAIN)
        old, new = getattr(first, each.name), getattr(second, each.name)
        changes[each.name] = _between(old, new, share, about)
    return cast(T, replace(cast(Any, first), **changes))


def _between(first: Any, second: Any, share: float, about: Setting) -> Any:
    if share <= 0 or first == second:
        return first
    if share >= 1:
        return second
    if is_number(first) and is_number(second) and not about.choices:
        return _number_between(first, second, share, by_factors=about.is_logarithmic)
    if type(first) is type(second):
        if isinstance(first, MovesItself):
            return first.between(second, share)
        if is_dataclass(first):
            return interpolated_fields(first, second, share)
        if isinstance(first, tuple) and len(first) == len(second):
            pairs = zip(first, second, strict=True)
            return tuple(_between(old, new, share, about) for old, new in pairs)
    return first if share < about.switches_at else second


def _number_between(first: float, second: float, share: float, *, by_factors: bool) -> float:
    if by_factors and first > 0 and second > 0:
        value = first * float((second / first) ** share)
    else:
        value = first + (second - first) * share
    return round(value) if isinstance(first, int) and isinstance(second, int) else value


def is_number(value: object) -> bool:
    """Return whether a value is a number; True and False are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Settings:
    """Settings of one pane: a frozen dataclass made of `setting`s derives from this.

    What is overridden below says what becomes of the settings when something else is shown. The
    usual answer is that they stay.
    """

    name: ClassVar[str]
    """Under which a state and a session file keep them: the name of the pane."""

    @classmethod
    def classes_of_pane(cls) -> tuple[type[Settings], ...]:
        """Return the classes of all that can be set in the pane: this, and those of its parts."""
        return (cls,)

    @property
    def mentioned(self) -> tuple[str, ...]:
        """Labels of the set that these settings speak of."""
        return ()

    @property
    def prefix(self) -> int | None:
        """How many of the first dimensions the pane works with; None: it does not say."""
        return None

    def of_another_set(self, vector_set: VectorSet | None) -> Self:
        """Return what is set when another set is shown; None: nothing is open any more."""
        return self

    def suited_to(self, vector_set: VectorSet) -> Self:
        """Return these settings, with values that a set can have."""
        return clamped(self)

    def fits(self, vector_set: VectorSet) -> bool:
        """Return whether a set can have these settings, so that a session may restore them."""
        return self.suited_to(vector_set) == self

    def require(self, vector_set: VectorSet) -> None:
        """Raise a UserError where these settings name something that a set does not have."""
        for label in self.mentioned:
            try:
                vector_set.row(label)
            except KeyError as error:
                raise UserError(str(error.args[0])) from None

    def with_options(self, given: Mapping[str, Any]) -> Self:
        """Return these settings with what was given on the command line, by field."""
        changed: Self = replace(cast(Any, self), **given)
        return changed

    def between(self, other: Self, share: float) -> Self:
        """Return the settings on the way to others, when a share of it, 0 to 1, is gone."""
        return interpolated_fields(self, other, share)

    def in_numbers(self, vector_set: VectorSet) -> Self:
        """Return the same with the number that None stands for in a set, where it stands for one.

        So there is something between all of the dimensions and half of them.
        """
        return self

    def for_figure(self, vector_set: VectorSet) -> Self:
        """Return what a figure shows where nothing else is asked for."""
        return self

    @classmethod
    def for_figure_alone(cls) -> Self:
        """Return what a figure shows that is about no set, where nothing else is asked for."""
        return cls()

    @classmethod
    def read_version_1(cls, state: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the fields that a session of embedviz 0.1 has, as JSON.

        Parameters
        ----------
        state : mapping
            All that such a session says of its state.
        """
        return {}


@dataclass(frozen=True)
class NoSettings(Settings):
    """The settings of a pane in which nothing is set."""

    name: ClassVar[str] = ""


class SettingsByPane(Mapping[str, Settings]):
    """The settings of all panes, by name. Immutable, and equal to another one by content."""

    def __init__(self, settings: Mapping[str, Settings] | None = None) -> None:
        self._settings = dict(settings or {})

    def __getitem__(self, name: str) -> Settings:
        return self._settings[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._settings)

    def __len__(self) -> int:
        return len(self._settings)

    def __hash__(self) -> int:
        return hash(frozenset(self._settings.items()))

    def __repr__(self) -> str:
        return f"SettingsByPane({self._settings!r})"

    def of(self, kind: type[S]) -> S:
        """Return the settings of a class; the usual ones where nothing was set."""
        found = self._settings.get(kind.name)
        return found if isinstance(found, kind) else kind()

    @property
    def prefix(self) -> int | None:
        """How many of the first dimensions the panes work with; None: all of them."""
        return next((each.prefix for each in self._settings.values() if each.prefix), None)

    def with_settings(self, settings: Settings) -> SettingsByPane:
        """Return the same with other settings of one pane; usual ones take no place."""
        others = {name: each for name, each in self._settings.items() if name != settings.name}
        if settings != type(settings)():
            others[settings.name] = settings
        return SettingsByPane(others)

    def of_another_set(self, vector_set: VectorSet | None) -> SettingsByPane:
        """Return what is set in all panes when another set is shown."""
        state = SettingsByPane()
        for each in self._settings.values():
            state = state.with_settings(each.of_another_set(vector_set))
        return state


def _without_none(hint: Any) -> tuple[Any, bool]:
    """Return a type without None, and whether it was among its alternatives."""
    if origin_of(hint) not in (Union, UnionType):
        return hint, False
    others = tuple(each for each in arguments_of(hint) if each is not NoneType)
    return (others[0] if len(others) == 1 else hint), len(others) < len(arguments_of(hint))


def _kind_of(hint: Any, about: Setting) -> Kind:
    if about.choices:
        return "choice"
    if about.places:
        return "indices"
    if about.parts:
        return "part"
    if about.is_whole:
        return "int"
    simple: dict[Any, Kind] = {bool: "flag", int: "int", float: "float", str: "text"}
    if hint in simple:
        return simple[hint]
    return "labels" if hint == tuple[str, ...] else "other"
