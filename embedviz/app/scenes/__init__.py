"""Scenes of a talk: what is shown, named, in an order, with a speaker's note each."""
