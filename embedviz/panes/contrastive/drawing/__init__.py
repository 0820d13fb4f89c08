"""What the drawings beside the sphere are made of: type, numbers, curves, places."""
