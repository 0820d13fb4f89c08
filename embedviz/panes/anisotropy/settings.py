"""Settings of the Anisotropy pane: the whitening dial, and where the spheres are seen from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from embedviz.core.drawing.camera import Camera
from embedviz.core.settings import Settings, clamped, setting
from embedviz.core.vector_set import VectorSet


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

    def of_another_set(self, vector_set: VectorSet | None) -> Self:
        """Return the usual dial, seen from the same place while anything is open."""
        return type(self)(camera=None if vector_set is None else self.camera)

    def suited_to(self, vector_set: VectorSet) -> Self:
        """Return a dial that this set has; None stands for all of its directions."""
        dial = clamped(self)
        if dial.camera is not None and not dial.camera.sees_something:
            dial = replace(dial, camera=None)
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
