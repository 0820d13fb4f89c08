"""Settings of one map."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from embedviz.app.first_color import first_color
from embedviz.core.drawing.camera import Camera
from embedviz.core.projections import PROJECTIONS, Projection
from embedviz.core.selection import Selection
from embedviz.core.settings import Settings, clamped, setting
from embedviz.core.vector_set import VectorSet

Before = tuple[Projection | None, str | None]

PALETTES = (("as different as can be", "distinct"), ("hue by place", "place"))
"""Colors of groups, as they are called on screen and in files."""

COLUMNS = ("size_by", "name_size_by", "cluster_texts")
"""Settings that name a metadata column, beside the one that colors the points."""


@dataclass(frozen=True)
class MapSettings(Settings):
    """Settings of one map.

    Attributes
    ----------
    key : int
        Tells the maps of a window apart; 0 is the one that is always there.
    vector_set : VectorSet or None
        What a map shows that is not in use; the one in use shows the active set.
    projection : Projection or None
        The method that lays the points out; None: the best picture there is without waiting.
    is_3d : bool
    color_by, size_by : str or None
        A metadata column.
    as_categories : bool or None
        Whether whole numbers are groups; None: if there are few of them.
    ramp : str
        Name of the colors of numbers.
    color_range : (float, float) or None
        Numbers outside get the color of the nearer end; None: all numbers.
    inverted : bool
        Whether the colors of numbers go the other way.
    hidden : frozenset of str
        Categories whose rows are not drawn.
    isolated : Selection or None
        The only rows that are drawn; None: all.
    density : bool or None
        Whether the crowd is drawn instead of its points; None: where these have no room.
    trust : bool
        Whether points are colored by how many of their neighbors are near them on the map.
    images : bool
        Whether pictures are drawn at the points, where the set has pictures.
    labels : bool
        Whether labels are drawn beside points that are not chosen.
    label_scale : float
        Size of labels, 1 being the usual one.
    names_around : bool
        Whether the names of groups are around the points, joined to them by lines, and not over
        them.
    name_size_by : str or None
        A metadata column of numbers whose sum over a group says how important its name is; None:
        the number of its rows.
    palette : "distinct" or "place"
        Whether the colors of groups are as different as can be, or follow where these are.
    clusters : bool
        Whether points are colored by clusters that are found on the map, and not by a column.
    min_cluster_size : int or None
        Fewest points that are a cluster; None: by the number of rows.
    cluster_texts : str or None
        The metadata column whose words name the clusters; None: the labels.
    cluster_names : tuple of (str, str)
        Names that somebody has given to clusters, each after the one that was found.
    glow : bool
        Whether there is a soft light behind the points of groups.
    heading, subtitle : str
        Over the picture, at the upper left.
    legend : bool
        Whether the legend of the colors is shown.
    legend_place : (float, float) or None
        Where the legend is, in parts of the picture; None: in the margin.
    through : bool
        Whether a box or a lasso in 3-D also takes the points that are hidden behind others.
    camera : Camera or None
        None fits all points.
    """

    name: ClassVar[str] = "map"

    key: int = 0
    vector_set: VectorSet | None = None
    projection: Projection | None = setting(
        None, "Projection", "how the points are laid out", parts=PROJECTIONS, in_form=False
    )
    is_3d: bool = setting(False, "3-D", "three axes instead of two", option="3d", in_form=False)
    color_by: str | None = setting(
        None, "Color", "a metadata column that colors the points", metavar="COLUMN", in_form=False
    )
    size_by: str | None = setting(
        None, "Size", "a metadata column that sizes the points", metavar="COLUMN", in_form=False
    )
    as_categories: bool | None = None
    ramp: str = "viridis"
    color_range: tuple[float, float] | None = None
    inverted: bool = setting(
        False, "Inverted", "the colors of numbers the other way round", in_form=False
    )
    hidden: frozenset[str] = frozenset()
    isolated: Selection | None = None
    density: bool | None = setting(None, "Density", "how crowded each place is", in_form=False)
    trust: bool = setting(False, "Trust", "how many true neighbors are near", in_form=False)
    images: bool = setting(True, "Pictures", "pictures of the rows at the points", in_form=False)
    labels: bool = setting(True, "Labels", "labels beside the points", in_form=False)
    label_scale: float = setting(
        1.0, "Label size", "size of labels, 1 is the usual one", least=0.1, most=10.0, in_form=False
    )
    names_around: bool = setting(
        False, "Names around", "names of groups around the points, with lines", in_form=False
    )
    name_size_by: str | None = setting(
        None,
        "Size of names",
        "a metadata column whose sum says how important the name of a group is",
        metavar="COLUMN",
        in_form=False,
    )
    palette: str = setting(
        "distinct",
        "Palette",
        "colors of groups: as different as can be, or related where groups are near each other",
        choices=PALETTES,
        in_form=False,
    )
    clusters: bool = setting(
        False,
        "Clusters",
        "colors by clusters found on the map, named by their words",
        in_form=False,
    )
    min_cluster_size: int | None = setting(
        None,
        "Smallest cluster",
        "fewest points that are a cluster; by itself half the root of the number of rows",
        least=2,
        most=1_000_000,
        in_form=False,
    )
    cluster_texts: str | None = setting(
        None,
        "Names from",
        "a metadata column of texts whose words name the clusters; else the labels do",
        metavar="COLUMN",
        in_form=False,
    )
    cluster_names: tuple[tuple[str, str], ...] = ()
    glow: bool = setting(False, "Glow", "a soft light behind the points of groups", in_form=False)
    heading: str = setting("", "Title", "over the picture", option="title", in_form=False)
    subtitle: str = setting("", "Subtitle", "in a line below the title", in_form=False)
    legend: bool = setting(True, "Legend", "the legend of the colors", in_form=False)
    legend_place: tuple[float, float] | None = None
    through: bool = True
    camera: Camera | None = None

    def colored_by(self, column: str | None) -> MapSettings:
        """Color by another column, all of it shown."""
        if column == self.color_by:
            return self
        return replace(
            self, color_by=column, as_categories=None, color_range=None, hidden=frozenset()
        )

    def projected_by(self, projection: Projection | None) -> MapSettings:
        """Lay the points out in another way, all of them in view."""
        return replace(self, projection=projection, camera=None)

    def toggled(self, category: str) -> MapSettings:
        """Hide the rows of a category, or show them again."""
        return replace(self, hidden=self.hidden ^ {category})

    def renamed(self, found: str, name: str) -> MapSettings:
        """Call a cluster otherwise; by a name that is empty, as it was found."""
        kept = tuple(pair for pair in self.cluster_names if pair[0] != found)
        given = name.strip()
        own = ((found, given),) if given not in ("", found) else ()
        return replace(self, cluster_names=(*kept, *own))

    def for_set(
        self, vector_set: VectorSet, before: Before | None, *, same_rows: bool
    ) -> MapSettings:
        """Show another set: what was set for rows and columns stays where it has a meaning.

        Parameters
        ----------
        vector_set : VectorSet
        before : (Projection or None, str or None), or None
            The method and the column by which the set was shown last; None where it is new.
        same_rows : bool
            Whether the rows are those of the set that was shown until now.
        """
        columns = vector_set.metadata.column_names
        color_by = self.color_by
        if before is not None and not same_rows:
            color_by = before[1]  # Also where it was none.
        elif color_by is None and not same_rows:
            color_by = first_color(vector_set)
        if color_by is not None and color_by not in columns:
            color_by = first_color(vector_set)
        projection = None if before is None else before[0]
        settings = self.colored_by(color_by).projected_by(projection)
        if not same_rows:
            settings = replace(
                settings, isolated=None, hidden=frozenset(), color_range=None, cluster_names=()
            )
        kept: dict[str, Any] = {
            name: column if (column := getattr(self, name)) in columns else None for name in COLUMNS
        }
        return replace(settings, **kept)

    def between(self, other: Self, share: float) -> Self:
        """Return the map on the way to another one.

        A layout, and whether it is in 3-D, is changed at the very start: its points need the time
        to walk. The camera goes with them, as it does wherever one of both shows all points.
        """
        if share <= 0 or share >= 1:
            return self if share <= 0 else other
        on_the_way = super().between(other, share)
        walks = (self.projection, self.is_3d) != (other.projection, other.is_3d)
        if walks or self.camera is None or other.camera is None:
            on_the_way = replace(on_the_way, camera=other.camera)
        return replace(on_the_way, projection=other.projection, is_3d=other.is_3d)

    def suited_to(self, vector_set: VectorSet) -> MapSettings:
        """Return these settings, laid out by a method that so few rows can have."""
        fitting = clamped(self)
        if fitting.projection is None:
            return fitting
        return replace(fitting, projection=fitting.projection.suited_to(len(vector_set)))

    @property
    def appearance(self) -> tuple[Hashable, ...]:
        """Everything that colors, sizes and hides points."""
        return (
            (self.color_by, self.as_categories, self.ramp, self.color_range, self.inverted),
            (self.hidden, self.isolated, self.size_by, self.name_size_by, self.palette),
            (self.clusters, self.cluster_names),
        )

    @property
    def nbytes(self) -> int:
        """Memory that these settings alone may hold, in bytes."""
        return 0 if self.isolated is None else self.isolated.nbytes
