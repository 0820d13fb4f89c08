"""The page of angles: how rows lie to each other, before and after."""
