"""Animations as lists of states: a state is a value, so there are others between two of them."""
