"""Collections of databases that open sets are samples of, as the window asks them."""
