"""Charts: a widget that draws itself, axes and keys of a plot, numbers as they are read."""
