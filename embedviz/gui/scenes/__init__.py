"""Scenes in the window: the strip with their pictures, and what is done with them."""
