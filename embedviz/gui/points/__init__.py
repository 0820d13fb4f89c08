"""The one picture of points: 2-D and 3-D, on screen and in files."""
