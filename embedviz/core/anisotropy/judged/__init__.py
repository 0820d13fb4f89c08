"""Whether opening the cone helped, as judged by pairs or by a category.

`axis_rows` puts the rows that a judge needs into the principal axes, once; `answers` has what a
judge is answered at any position of the dial, on any number of components; `settings_grid` looks
for the best setting, chosen on one half of what is judged and measured on the other.
"""

from embedviz.core.anisotropy.judged import answers
from embedviz.core.judging import comparison


def compile_all() -> None:
    """Run the kernels once."""
    answers.compile_all()
    comparison.compile_all()
