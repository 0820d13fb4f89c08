"""All steps that make a set from another one, by the names under which sessions keep them."""

from embedviz.core.coordinate_files import AddedCoordinates
from embedviz.core.formats.exporting import ChosenRows
from embedviz.core.provenance import Step
from embedviz.core.recipes import RECIPES

STEPS: dict[str, type[Step]] = {
    **RECIPES,
    "rows": ChosenRows,
    "coordinates": AddedCoordinates,
}
