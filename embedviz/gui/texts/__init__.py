"""Texts in the window: a column to embed, consent before anything is sent, the encoder of a set."""
