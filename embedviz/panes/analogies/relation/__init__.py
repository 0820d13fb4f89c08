"""Page of relations: many pairs, and how alike their offsets are."""
