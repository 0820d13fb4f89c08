"""Sets whose vectors are made of texts."""
