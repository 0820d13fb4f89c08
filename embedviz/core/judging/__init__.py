"""Judgment of vectors by what somebody knows of the rows: scored pairs, partners, categories.

`judges` chooses who is asked and says what counts as right, `halves` keeps a part of them back,
`comparison` says whether a change of the vectors made a difference.
"""
