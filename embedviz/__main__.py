"""The command line: the first word is a command; without one, the window is opened."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from embedviz.commands import COMMANDS
from embedviz.commands.terminal import tell_error, tell_stopped
from embedviz.commands.window import show_sets, show_window
from embedviz.core.errors import UserError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code, 2 where the user can put something right."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given and given[0] in COMMANDS:
            done = COMMANDS[given[0]](given[1:])
            return done if isinstance(done, int) else show_sets(done)
        return show_window(given)
    except UserError as error:
        tell_error(error)
        return 2
    except KeyboardInterrupt:
        return tell_stopped()


if __name__ == "__main__":
    sys.exit(main())
