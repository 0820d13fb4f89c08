"""Mutated small files of every format, each of which must end in a vector set or a `UserError`.

`corpus` and the modules of files write valid ones, `mutations` damages them, `judging` opens them
in every way there is, in worker processes that `runner` starts and watches. A case is determined by
one integer, its seed. The command is `python -m tests.fuzz`; files that once failed are kept by
their seeds in `seeds/kept.txt` and always run.
"""

from . import archive_files, array_files, container_files, program_files, text_files

__all__ = ["archive_files", "array_files", "container_files", "program_files", "text_files"]
