"""Options that say which map is fitted: how far centered and whitened, and what is kept."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from embedviz.commands.reading_options import from_one, from_zero
from embedviz.commands.setting_options import number_type
from embedviz.core.errors import UserError

if TYPE_CHECKING:
    from embedviz.core.anisotropy.transform import TransformSettings

MAP_OPTIONS = (
    "centering", "strength", "components", "variance_share", "remove_top", "method",
)  # fmt: skip


def add_map_options(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Let a command take which map is fitted; return the group of these options."""
    how = parser.add_argument_group("which map")
    how.add_argument(
        "--centering",
        type=number_type(0, 1),
        default=1.0,
        metavar="N",
        help="0 leaves the mean in, 1 takes it away (the default)",
    )
    how.add_argument(
        "--strength",
        type=number_type(0, 1),
        metavar="N",
        help="0 leaves the spread as it is, 1 makes it even; default: 1, of centered rows",
    )
    how.add_argument(
        "--components", type=from_one, metavar="N", help="keep so many directions of most variance"
    )
    how.add_argument(
        "--variance-share",
        type=number_type(1e-9, 1),
        metavar="N",
        help="instead: keep the fewest directions that hold this share of the variance",
    )
    how.add_argument(
        "--remove-top",
        type=from_zero,
        default=0,
        metavar="N",
        help="take away so many directions of most variance (all-but-the-top)",
    )
    how.add_argument(
        "--method",
        choices=("pca", "zca"),
        default="pca",
        help="zca rotates back, so that all dimensions stay; the same cosines",
    )
    return how


def require_one_map(options: argparse.Namespace) -> None:
    """Refuse options that say two things of the map.

    Raises
    ------
    UserError
    """
    if options.components is not None and options.variance_share is not None:
        raise UserError(
            "--components and --variance-share both say how many directions are kept. Give one."
        )
    if options.centering < 1 and options.strength:
        raise UserError(
            "--strength is for centered rows, so it needs a --centering of 1. Leave out one."
        )


def map_settings(options: argparse.Namespace, shrinkage: bool = False) -> TransformSettings:
    """Return the settings of the map."""
    from embedviz.core.anisotropy.transform import TransformSettings

    strength = options.strength
    if strength is None:
        strength = 1.0 if options.centering == 1 else 0.0
    return TransformSettings(
        options.centering,
        strength,
        options.components,
        options.variance_share,
        options.remove_top,
        options.method,
        shrinkage,
    )
