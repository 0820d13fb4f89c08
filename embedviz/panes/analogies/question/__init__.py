"""Page of one analogy: a − b + c = ?, any number of terms, ranked and drawn."""
