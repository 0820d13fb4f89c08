"""Page of word similarity: pairs that people judged, against their cosines."""
