#!/usr/bin/env python3
"""Draws the validation losses of runs over their steps, as an SVG.

    Benchmarks/curves.py PICTURE.svg TITLE NAME=RUN/metrics.jsonl …

Needs Python alone. Runs of one name up to its first blank have one color; the second and later ones are dashed.
"""

import json
import math
import sys
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 400, 60, 20, 40, 50
COLORS = ["#1f6f8b", "#c1440e", "#4c7a34", "#7a4c9e"]


def losses(path):
    rows = [json.loads(line) for line in open(path, encoding="utf-8")]
    return [(row["step"], row["eval_loss"]) for row in rows if "eval_loss" in row]


def ticks(low, high, count):
    """Round numbers between low and high, about `count` of them."""
    rough = (high - low) / count
    unit = 10 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    first = math.ceil(low / step)
    return [step * n for n in range(first, math.floor(high / step) + 1)]


def main():
    if len(sys.argv) < 4 or not all("=" in word for word in sys.argv[3:]):
        sys.exit(__doc__)
    picture, title = sys.argv[1:3]
    curves = [(name, losses(path)) for name, path in (word.split("=", 1) for word in sys.argv[3:])]
    empty = [name for name, points in curves if not points]
    if empty:
        sys.exit(f"no validation losses in the metrics of {', '.join(empty)}")
    steps = [step for _, points in curves for step, _ in points]
    values = [loss for _, points in curves for _, loss in points]
    low, high = min(values) - 0.05, max(values) + 0.05

    def x(step):
        return LEFT + (WIDTH - LEFT - RIGHT) * step / max(steps)

    def y(loss):
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - loss) / (high - low)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="24" font-size="15">{escape(title)}</text>',
    ]
    for loss in ticks(low, high, 6):
        lines.append(f'<path d="M{LEFT} {y(loss):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y(loss) + 4:.1f}" text-anchor="end">{loss:g}</text>')
    for step in ticks(0, max(steps), 6):
        lines.append(f'<text x="{x(step):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{step:,.0f}</text>')
    lines.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 10}" text-anchor="end">steps</text>')
    kinds = list(dict.fromkeys(name.split(" ")[0] for name, _ in curves))
    for index, (name, points) in enumerate(curves):
        kind = name.split(" ")[0]
        dash = ' stroke-dasharray="6 4"' if kind in {other.split(" ")[0] for other, _ in curves[:index]} else ""
        stroke = f'stroke="{COLORS[kinds.index(kind) % len(COLORS)]}" stroke-width="2" fill="none"{dash}'
        path = "L".join(f"{x(step):.1f} {y(loss):.1f}" for step, loss in points)
        lines.append(f'<path d="M{path}" {stroke}/>')
        height = TOP + 12 + 20 * index
        lines.append(f'<path d="M{WIDTH - 240} {height}h30" {stroke}/>')
        lines.append(f'<text x="{WIDTH - 200}" y="{height + 4}">{escape(name)}</text>')
    open(picture, "w", encoding="utf-8").write("\n".join(lines + ["</svg>"]) + "\n")


if __name__ == "__main__":
    main()
