"""Metric by which rows are near: its names, for modules that rank nothing themselves."""

from typing import Literal, get_args

Metric = Literal["cosine", "dot", "euclidean"]
METRICS: tuple[Metric, ...] = get_args(Metric)
