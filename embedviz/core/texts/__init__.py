"""Texts that vectors were made from, and what made them."""
