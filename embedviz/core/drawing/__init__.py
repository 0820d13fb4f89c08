"""Points, labels and densities drawn into images, and found again under the mouse."""
