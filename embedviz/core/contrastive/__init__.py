"""The contrastive objective, InfoNCE, and what tells how well it did.

Each row of one side is asked which row of the other side belongs to it; the rows that belong to
the others of the batch are the wrong answers. Pulling the right pair together and pushing the
wrong ones apart is what trains today's embeddings.
"""

from embedviz.core.contrastive.info_nce import InfoNCE, info_nce, nested_info_nce
from embedviz.core.contrastive.measures import alignment, uniformity, uniformity_optimum
from embedviz.core.contrastive.retrieval import partner_ranks, share_found

__all__ = [
    "InfoNCE",
    "alignment",
    "info_nce",
    "nested_info_nce",
    "partner_ranks",
    "share_found",
    "uniformity",
    "uniformity_optimum",
]
