"""Page that tells where analogies break, with the numbers of the set."""
