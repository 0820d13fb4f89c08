"""Settings of the Anisotropy pane: the whitening dial, and where the spheres are seen from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self

from embedviz.core.anisotropy.fit_source import ALL_ROWS, FitSource
from embedviz.core.anisotropy.transform import TransformSettings
from embedviz.core.drawing.camera import Camera
from embedviz.core.settings import Settings, clamped, setting
from embedviz.core.vector_set import VectorSet
from embedviz.panes.anisotropy.pages import PAGES


@dataclass(frozen=True)
class AnisotropySettings(Settings):
    """Settings of the pane: how far the cone is opened, and the view of both spheres.

    Attributes
    ----------
    strength : float
        0 only centers, 1 whitens fully.
    components : int or None
        How many directions are kept, those of most variance first; None: all.
    camera : Camera or None
        Where both spheres are seen from; None: the usual place.
    centering : float
        0 leaves the mean in, 1 takes it away. Only at 1 does `strength` count.
    method : {"zca", "pca"}
        Whether mapped rows are rotated back; their cosines are the same.
    variance_share : float or None
        Keep the fewest directions that hold this share of the variance, instead of `components`.
    remove_top : int
        Take away so many of the directions with the most variance first.
    shrinkage : bool
        Whether variances are moved toward their mean first, as Ledoit and Wolf do.
    leave_out : bool
        Whether rogue dimensions count as zero.
    fit_on : FitSource
        The rows that the map is fitted on.
    view : {"angles", "linear"}
        What the two views show.
    page : str
        What is below the views: a key of `PAGES`.
    """

    name: ClassVar[str] = "anisotropy"

    strength: float = setting(
        1.0,
        "Strength",
        "0 only centers the set, 1 whitens it fully",
        least=0.0,
        most=1.0,
        step=0.05,
    )
    components: int | None = setting(
        None, "Components", "how many directions are kept, those of most variance first", least=1
    )
    camera: Camera | None = None
    centering: float = setting(
        1.0,
        "Centering",
        "0 leaves the mean in, 1 takes it away; below 1 the spread stays as it is",
        least=0.0,
        most=1.0,
        step=0.05,
    )
    method: Literal["pca", "zca"] = setting(
        "pca",
        "Method",
        "whether mapped rows stay in the principal axes or are rotated back; the same cosines",
        choices=(("PCA: in the principal axes", "pca"), ("ZCA: rotated back", "zca")),
    )
    variance_share: float | None = setting(
        None,
        "Share of variance",
        "keep the fewest directions that hold it, instead of a number of components",
        least=0.01,
        most=1.0,
        step=0.01,
    )
    remove_top: int = setting(
        0,
        "Remove top",
        "take away so many of the directions with the most variance (All-but-the-top)",
        least=0,
    )
    shrinkage: bool = setting(
        False, "Shrinkage", "move variances toward their mean first, as Ledoit and Wolf do"
    )
    leave_out: bool = setting(
        False,
        "Leave out rogue dimensions",
        "count the few dimensions that make most of a cosine as zero",
    )
    fit_on: FitSource = setting(
        ALL_ROWS,
        "Fitted on",
        "fit the map only on the rows with this value in a column of the metadata",
        option="fit-group",
        texts=("COLUMN", "VALUE"),
        of_texts=FitSource.of_group,
        in_form=False,
    )
    view: Literal["angles", "linear"] = setting(
        "angles",
        "View",
        "rows at their true angles to the mean direction, or projected on three axes",
        choices=(("True angles", "angles"), ("Linear PCA", "linear")),
        in_form=False,
    )
    page: str = setting(
        PAGES.first,
        "Page",
        "what is below the two views",
        choices=PAGES.choices,
        in_form=False,
    )

    @classmethod
    def classes_of_pane(cls) -> tuple[type[Settings], ...]:
        """Return this class, and those of the pages that have settings of their own."""
        return cls, *PAGES.settings_classes

    @property
    def transform(self) -> TransformSettings:
        """The settings of the map."""
        return TransformSettings(
            self.centering,
            self.strength if self.centering == 1 else 0.0,
            self.components if self.variance_share is None else None,
            self.variance_share,
            self.remove_top,
            self.method,
            self.shrinkage,
        )

    @property
    def position(self) -> float:
        """Where the dial stands, from 0, raw, over 1, centered, to 2, white."""
        return self.transform.position

    def at(self, position: float) -> Self:
        """Return the same with the dial elsewhere."""
        return replace(
            self,
            centering=round(min(position, 1.0), 6),
            strength=round(max(position - 1.0, 0.0), 6),
        )

    def between(self, other: Self, share: float) -> Self:
        """Return settings on the way to others: the dial turns as a hand would turn it."""
        start, end = self.position, other.position
        return super().between(other, share).at(start + (end - start) * share)

    def in_numbers(self, vector_set: VectorSet) -> Self:
        """Return the same with the number of all directions where None stands for them."""
        return replace(self, components=self.components or vector_set.dimensions)

    def of_another_set(self, vector_set: VectorSet | None) -> Self:
        """Return the usual dial and the same page, seen as before while anything is open."""
        camera = None if vector_set is None else self.camera
        return type(self)(camera=camera, view=self.view, page=self.page)

    def suited_to(self, vector_set: VectorSet) -> Self:
        """Return a dial that this set has; None stands for all of its directions."""
        dial = clamped(self)
        if dial.camera is not None and not dial.camera.sees_something:
            dial = replace(dial, camera=None)
        if dial.remove_top >= vector_set.dimensions:
            dial = replace(dial, remove_top=max(vector_set.dimensions - 1, 0))
        if dial.components is not None and dial.components >= vector_set.dimensions:
            return replace(dial, components=None)
        return dial

    @classmethod
    def read_version_1(cls, state: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return dial and camera of a session of embedviz 0.1."""
        dial = state.get("dial")
        camera = state.get("cone_camera")
        found = dict(dial) if isinstance(dial, Mapping) else {}
        return found if camera is None else {**found, "camera": camera}
