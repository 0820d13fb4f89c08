"""Opening files: the dialog that explains, its options, and the loader."""
