"""The page "Did it help?": what pairs with scores, partners or a category say of the map."""
