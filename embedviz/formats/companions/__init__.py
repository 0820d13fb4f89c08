"""Labels, metadata and coordinates from a second file."""
