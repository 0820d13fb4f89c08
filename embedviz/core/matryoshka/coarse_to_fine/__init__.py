"""Coarse-to-fine search: a shortlist by a short and rounded prefix, ranked by all dimensions.

What it finds, in which precision of the first stage; how much of the exact answer that is, over
lengths and shortlists; and what it costs.
"""
