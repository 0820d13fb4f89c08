"""All steps that make a set from another one, by the names under which sessions keep them."""

from embedviz.core.derivation.chosen_rows import ChosenRows
from embedviz.core.derivation.group_column import GroupColumn
from embedviz.core.derivation.named_encoder import NamedEncoder
from embedviz.core.derivation.provenance import Step
from embedviz.core.derivation.recipes import RECIPES
from embedviz.formats.companions.coordinate_files import AddedCoordinates
from embedviz.sources.texts.dropout_views import DropoutViews
from embedviz.sources.texts.set_columns import EmbeddedColumn

STEPS: dict[str, type[Step]] = {
    **RECIPES,
    "rows": ChosenRows,
    "coordinates": AddedCoordinates,
    "groups": GroupColumn,
    "encoder": NamedEncoder,
    "embedded": EmbeddedColumn,
    "dropout views": DropoutViews,
}
