"""Texts on a figure: `embedviz figure map --text "a storm at sea"`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from embedviz.core.errors import UserError


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
