"""The settings row of a projection, with an editor for each method."""
