"""Parquet, Arrow and HDF5, read in a child process with a memory limit.

These containers are parsed by large libraries in C and C++ that a damaged file can make crash, ask
for any amount of memory, or never come back. So the process with the window never opens one: it
asks `process` for a `Container`, and gets plain arrays and Arrow columns that were checked.

The readers are beside this file and not among the formats, as importing those compiles and loads
much that a child that must start quickly has no use for.
"""
