"""Page of the benchmark: a file of questions, asked and counted."""
