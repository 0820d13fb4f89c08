"""The legend of a picture of points: layout, drawing, interaction, placement."""
