"""Page of all scores of isotropy, before and after."""
