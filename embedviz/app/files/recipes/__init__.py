"""Recipes: what a picture shows, as text that goes with it and from which it is shown again.

`writing.recipe_of` writes one, `restoring.state_of_recipe` makes the state again; `carriers` puts
one into the metadata of a file and finds it there. To let somebody look for what is missing in
between, use `reading.read_recipe` and `plan_of_recipe`, then `restoring.restored_recipe`.
"""
