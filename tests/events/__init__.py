"""A user who does anything at all: seeded random events over the whole window.

`python -m tests.events 10000 --seed 1` says how much memory was kept, and ends with 1 where
anything was raised or left running.
"""
