"""Training of word vectors from texts, in a process of its own, watched while it goes on."""
