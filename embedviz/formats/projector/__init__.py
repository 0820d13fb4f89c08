"""The Embedding Projector's files."""
