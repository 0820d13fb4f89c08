"""The command `python -m tests.benchmarks.both_maps OUT.png`: two maps of the same coordinates."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from .map_picture import data, draw_ours, draw_theirs


def main() -> None:
    """Write both pictures beside each other, each as wide as the other."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.both_maps")
    parser.add_argument("out", type=Path, help="a PNG or a JPEG")
    parser.add_argument("--dark", action="store_true", help="on a dark ground")
    parser.add_argument("--points", type=int, default=10_000, help="10,000 are the bundled words")
    parser.add_argument("--width", type=int, default=1400, help="in pixels")
    options = parser.parse_args()
    from PIL import Image

    positions, groups = data(options.points)
    pictures = []
    with tempfile.TemporaryDirectory() as folder:
        for draw in (draw_ours, draw_theirs):
            path = Path(folder, "map.png")
            draw(positions, groups, path, dark=options.dark)
            picture = Image.open(path).convert("RGB")
            width = options.width // 2
            high = round(picture.height * width / picture.width)
            pictures.append(picture.resize((width, high), Image.Resampling.LANCZOS))
    both = Image.new("RGB", (options.width, max(each.height for each in pictures)), "white")
    for place, picture in enumerate(pictures):
        both.paste(picture, (place * (options.width // 2), 0))
    both.save(options.out, quality=85, subsampling=0)  # Of a JPEG.


if __name__ == "__main__":
    main()
