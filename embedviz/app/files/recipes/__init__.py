"""Recipes: what a picture shows, as text that goes with it and from which it is shown again.

`recipe_of` writes one, `state_of_recipe` makes the state again; `carriers` puts one into the
metadata of a file and finds it there. To let somebody look for what is missing in between, use
`read_recipe`, `plan_of_recipe` and `restored_recipe`.
"""

from embedviz.app.files.recipes.reading import (
    PictureRecipe,
    RecipePlan,
    plan_of_recipe,
    read_recipe,
    restored_recipe,
    state_of_recipe,
)
from embedviz.app.files.recipes.writing import recipe_of

__all__ = [
    "PictureRecipe",
    "RecipePlan",
    "plan_of_recipe",
    "read_recipe",
    "recipe_of",
    "restored_recipe",
    "state_of_recipe",
]
