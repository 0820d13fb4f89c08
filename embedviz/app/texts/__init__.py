"""Texts that are typed: the encoders that make vectors of them, and those that stay on maps."""
