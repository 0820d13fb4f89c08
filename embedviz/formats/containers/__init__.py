"""HDF5, Parquet and Arrow, parsed in a child process with a memory limit."""
