"""Labels and texts that `embedviz figure` is given, and what it says where a set has them not."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.settings import Settings, fields_of
from embedviz.core.vector_set import VectorSet

_LOOKED_AT = 10_000
_LONGEST = 40
"""Of labels in an example, in letters."""


def require_labels(
    settings: Settings, vector_set: VectorSet, arguments: Sequence[str], files: Sequence[str]
) -> None:
    """Refuse settings that name labels the set does not have, with a line that would work.

    Parameters
    ----------
    settings : Settings
    vector_set : VectorSet
    arguments : sequence of str
        Of the command: the kind of figure, and its options.
    files : sequence of str
        Which of them are files.

    Raises
    ------
    UserError
        Where a label is missing.
    """
    try:
        settings.require(vector_set)
    except UserError as error:
        kind: type = type(settings)
        asked = {
            f"--{each.name.replace('_', '-')}": len(each.default)
            for each in fields_of(kind).values()
            if each.kind == "labels" and each.default
        }
        if not asked:
            raise
        said = str(error)
        rest = list(_without(arguments, tuple(asked), files))
        if len(rest) == len(arguments):
            said += " No labels were given, so the usual ones are meant."
        raise UserError(f"{said} {_example(vector_set, rest, asked)}") from None


def require_query(vector_set: VectorSet, label: str) -> int:
    """Return the row of a label.

    Raises
    ------
    UserError
        Where there is none, with labels that there are.
    """
    try:
        return int(vector_set.row(label))
    except KeyError as error:
        said = str(error.args[0])
    if "Did you mean" in said:
        raise UserError(said)
    there = usable_labels(vector_set, 1)
    raise UserError(said + "".join(f" Try --query {shlex.quote(label)}." for label in there))


def _example(vector_set: VectorSet, rest: Sequence[str], asked: dict[str, int]) -> str:
    count = sum(asked.values())
    labels = usable_labels(vector_set, count)
    if len(labels) < count:
        return (
            f"{count} different labels are needed, of which this set has "
            f"{counted(len(labels), 'usable one')}."
        )
    line = ["embedviz", "figure", *rest]
    for option, n in asked.items():
        line += [option, *labels[:n]]
        labels = labels[n:]
    return f"Name {count} labels of the set, for example: {shlex.join(line)}"


def usable_labels(vector_set: VectorSet, count: int) -> list[str]:
    """Return different labels of a set that can be typed, the first ones if they are short."""
    found: dict[str, None] = {}
    for most in (_LONGEST, 10 * _LONGEST):
        for label in vector_set.labels[:_LOOKED_AT]:
            is_plain = label.strip() == label and label.isprintable() and label[:1] not in ("-", "")
            if is_plain and len(label) <= most:
                found.setdefault(label)
            if len(found) == count:
                return list(found)
    return list(found)


def _without(
    arguments: Sequence[str], options: tuple[str, ...], files: Sequence[str]
) -> Iterator[str]:
    """Yield arguments without some options and their values; files among these stay."""
    is_value = False
    for argument in arguments:
        name, equals, _ = argument.partition("=")
        if name in options:
            is_value = not equals
        elif argument.startswith("-") and len(argument) > 1:
            is_value = False
            yield argument
        elif not is_value or argument in files:
            yield argument


def describe_changes(wanted: Any, drawn: Any, dimensions: int = 0) -> list[str]:
    """Return in what settings differ: "12 neighbors instead of 15", a phrase each.

    Parameters
    ----------
    wanted, drawn : dataclasses
        Of one class, made of settings.
    dimensions : int
        Of the set: so many are all, for which settings have None.
    """
    said = []
    kind: type = type(wanted)
    known = fields_of(kind)
    for each in fields(wanted):
        old, new = getattr(wanted, each.name), getattr(drawn, each.name)
        is_all = new is None and old == dimensions
        if old == new or is_all or each.name not in known:
            continue
        if known[each.name].kind == "part" and type(old) is type(new):
            said += [f"{old.name}: {words}" for words in describe_changes(old, new)]
        else:
            name = known[each.name].about.label.lower()
            said.append(f"{name} {_number(new)} instead of {_number(old)}")
    return said


def _number(value: Any) -> str:
    return "all" if value is None else f"{value:g}" if isinstance(value, float) else f"{value}"


def state_with_texts(state: Any, encoders: Any, texts: Sequence[str]) -> Any:
    """Return a state in which the first text is the query, and all are marked on maps.

    Parameters
    ----------
    state : State
        With an active set.
    encoders : Encoders
    texts : sequence of str

    Raises
    ------
    UserError
        When it is not known what made the vectors, or the model knows nothing in any text.
    """
    from embedviz.app.texts.encoders import describe_left_out, require_known
    from embedviz.app.texts.pinned import with_texts
    from embedviz.commands.terminal import tell, terminal_report
    from embedviz.core.texts.encoder_of import encoder_of

    settings = encoder_of(state.active)
    if settings is None:
        raise UserError(
            f"{state.active.name or 'The set'} does not say which model made its vectors, so no "
            "text can be encoded in their space. Use --text with a set that was embedded here, "
            "such as by `embedviz embed`."
        )
    found = encoders.encode(settings, texts, terminal_report())
    require_known(found)
    if said := describe_left_out(len(texts), found):
        tell(said)
    known = [each for each in found if each.vector.any()]
    return with_texts(state, known if len(known) > 1 else ()).queried_with(known[0])
