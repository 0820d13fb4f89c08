"""Arrays and models in binary files: NumPy's, safetensors, word2vec, fastText."""
