"""The eight stops of the tour, as values. What each sentence says is measured by a test.

To add one, add a value. It names a pane, a bundled set, what is set in the panes, and the control
that there is to try.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from embedviz.core.errors import UserError


@dataclass(frozen=True)
class TourStop:
    """One stop of the tour.

    Attributes
    ----------
    name : str
        What `embedviz figure --tour` calls it.
    title : str
    sentence : str
        What there is to see. It holds in the data.
    trial : str
        One thing to try.
    control : str
        Object name of the control that it is tried with.
    pane : str
    sample : str
        The bundled set.
    query : str
        Label that is chosen; nothing: the usual one.
    settings : mapping of str to mapping
        What is set, by the names of panes and of their settings; all else is as usual.
    """

    name: str
    title: str
    sentence: str
    trial: str
    control: str
    pane: str
    sample: str
    query: str = ""
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


TOUR: tuple[TourStop, ...] = (
    TourStop(
        "neighbors",
        "Neighbors carry meaning",
        "Among the ten words nearest to “guitar” are guitarist, musician, instrument and piano: "
        "words that mean something alike have vectors that point alike.",
        "Search for a word of your own, and read its neighbors on the right.",
        "library.search",
        "map",
        "words",
        "guitar",
    ),
    TourStop(
        "directions",
        "Directions carry meaning",
        "King − man + woman: of the 9,997 other words, queen is the nearest. The step from man to "
        "woman leads from king close to queen.",
        "Type paris - france + germany: the answer is berlin.",
        "analogies.line",
        "analogies",
        "words",
        "king",
        {"analogies": {"positive": ("king", "woman"), "negative": ("man",)}},
    ),
    TourStop(
        "breaks",
        "Where it breaks",
        "Let the question's own words be answers, and the nearest to king − man + woman is king "
        "itself: the rule that leaves them out does part of the work.",
        "Leave the inputs out again, and queen is back.",
        "analogies.inputs",
        "analogies",
        "words",
        "king",
        {
            "analogies": {
                "positive": ("king", "woman"),
                "negative": ("man",),
                "exclude_inputs": False,
            }
        },
    ),
    TourStop(
        "cone",
        "The cone",
        "All words lie in a narrow cone: two of them, taken at random, have a cosine of 0.69 on "
        "average. A high cosine alone says little.",
        "Drag the dial to the right, and watch the cone open.",
        "anisotropy.dial",
        "anisotropy",
        "words",
        settings={"anisotropy": {"centering": 0.0, "strength": 0.0}},
    ),
    TourStop(
        "whitening",
        "Whitening",
        "Whitened, with its 32 strongest directions kept, the cone is gone (mean cosine 0.61 → "
        "0.00), and cosines agree better with people (Spearman 0.435 → 0.514).",
        "Keep more or fewer directions.",
        "anisotropy.components",
        "anisotropy",
        "sentences",
        settings={"anisotropy": {"strength": 1.0, "components": 32, "page": "judged"}},
    ),
    TourStop(
        "hurts",
        "When whitening hurts",
        "The last layer of that model has hardly a cone (mean cosine 0.07). Fully whitened, noise "
        "counts as much as meaning: agreement falls from 0.479 to 0.342.",
        "Turn the dial back, and watch the agreement rise.",
        "anisotropy.dial",
        "anisotropy",
        "sentences-final",
        settings={"anisotropy": {"strength": 1.0, "page": "judged"}},
    ),
    TourStop(
        "matryoshka",
        "Matryoshka",
        "A model trained for short prefixes keeps, on average, 6 of 10 neighbors with the first 64 "
        "of its 256 dimensions; the words of stop 1 keep 3 with 64 of 384.",
        "Shorten the prefix, and see which neighbors are lost.",
        "matryoshka.dimensions",
        "matryoshka",
        "words-wordllama",
        "guitar",
        {"matryoshka": {"dimensions": 64}, "matryoshka.curves": {"measure": "overlap10"}},
    ),
    TourStop(
        "contrastive",
        "The contrastive sphere",
        "Two views of a sentence pull, all others push: after 300 steps partners lie together, and "
        "the sentences fill the sphere (uniformity −2.08 of at best −2.09).",
        "Choose “No negatives” and press Reset: without a push, nearly all go to one point.",
        "contrastive.presets",
        "contrastive",
        "sentences",
        settings={"contrastive": {"steps": 300}},
    ),
)
"""In their order."""


def stop_called(name: str) -> TourStop:
    """Return a stop by its name.

    Raises
    ------
    UserError
        When there is none.
    """
    found = next((each for each in TOUR if each.name == name), None)
    if found is None:
        names = ", ".join(each.name for each in TOUR)
        raise UserError(f"The tour has no stop {name!r}; there are: {names}.")
    return found
