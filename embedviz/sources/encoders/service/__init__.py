"""Embeddings from a service that speaks as OpenAI's does, on another machine or on this one."""
