"""Random events from the command line, with what they kept in memory."""

import argparse
import os
import sys
import tempfile
import time


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.events", description=__doc__)
    parser.add_argument("events", nargs="?", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--warm", type=int, default=2000, help="events before memory is compared")
    parser.add_argument("--most", type=float, default=100, help="MB that may be kept after them")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EMBEDVIZ_DATA_DIR"] = os.environ["EMBEDVIZ_CACHE_DIR"] = folder
        return run(options)


def run(options):
    from embedviz.commands.application import make_application
    from embedviz.commands.window import make_window, quiet_qt, set_up_interpreter
    from embedviz.core.compiled import warm_up
    from embedviz.panes import all_kernels

    from .driver import RandomUser, memory_used

    quiet_qt()
    # Else the first tasks wait for minutes where all kernels have yet to be compiled.
    warm_up.prepare(lambda: None, all_kernels)
    # As the program does: garbage is collected in the UI thread alone.
    set_up_interpreter(make_application())
    window = make_window()
    window.resize(1280, 800)
    window.show()
    user = RandomUser(window, options.seed)
    used, begun = {}, time.monotonic()

    def note(number):
        if number % 500 == 0 or number == options.events:
            user.settle()
            used[number] = memory_used()
            seconds = time.monotonic() - begun
            print(f"{number:6} events, {seconds:5.0f} s, {used[number]:6.0f} MB", flush=True)

    user.do(options.events, note)
    window.close()
    for error in user.errors:
        print(error, "after", *user.lately, sep="\n  ")
    warm = [mb for number, mb in used.items() if number >= min(options.warm, options.events)]
    stall = user.stall
    print(
        f"{len(user.errors)} errors, {'a task is' if user.is_busy else 'no task'} left; longest "
        f"stall {stall.seconds:.2f} s ({stall.computed:.2f} s of a processor), at {stall.step}"
    )
    growth = warm[-1] - warm[0] if warm else 0.0
    print(f"{growth:+.0f} MB since {options.warm} events; {options.most:.0f} are allowed")
    return int(bool(user.errors) or growth > options.most)


if __name__ == "__main__":
    sys.exit(main())
