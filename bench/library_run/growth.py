"""A picture of how figures grow with the number of photos: both axes logarithmic, one line per figure."""
import math

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 760, 430, 70, 46, 250, 50
LINES = [
    ("start from the snapshot, s", "#1b6ca8", lambda f: f["start_snapshot"]["whole_ms"] / 1000),
    ("start from the store, s", "#5aa9d6", lambda f: f["start_store"]["whole_ms"] / 1000),
    ("fovea serve to first answer, s", "#123c5a", lambda f: f["daemon"]["snapshot"]),
    ("rename of the folder of all, s", "#c2571a", lambda f: f["destroy"]["destroy"]["rename"]["seconds"]),
    ("removal of the root, s", "#8a3b12", lambda f: f["destroy"]["destroy"]["remove"]["seconds"]),
    ("disk, GB", "#3d8b40", lambda f: f["disk"] / 1e9),
    ("resident, GB", "#7d3c98", lambda f: f["start_snapshot"]["resident_mb"] / 1000),
    ("point read, ms", "#777777", lambda f: f["store"]["reads"]["photo_us"]["p50"] / 1000),
]


def draw(results):
    sizes = sorted(results)
    values = [max(say(results[size]), 1e-4) for _, _, say in LINES for size in sizes]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    left, right = math.log10(sizes[0]), math.log10(sizes[-1])
    across = lambda size: LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(size) - left) / max(right - left, 1e-9)  # noqa: E731
    up = lambda value: TOP + (HEIGHT - TOP - BOTTOM) * (high - math.log10(max(value, 1e-4))) / (high - low)  # noqa: E731
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>', f'<text x="{LEFT}" y="24" font-size="15">fovea: what grows with the library</text>']
    for power in range(low, high + 1):
        y = up(10.0 ** power)
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0 ** power:g}</text>')
    for size in sizes:
        parts.append(f'<text x="{across(size):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{size:,}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">photos</text>')
    ends = sorted(((up(say(results[sizes[-1]])), name, colour, say) for name, colour, say in LINES), key=lambda end: end[0])
    label = 0.0
    for end, name, colour, say in ends:
        points = " ".join(f"{across(size):.1f},{up(say(results[size])):.1f}" for size in sizes)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        label = max(end, label + 15)
        parts.append(f'<text x="{WIDTH - RIGHT + 10}" y="{label + 4:.1f}" fill="{colour}">{name}: {say(results[sizes[-1]]):.3g}</text>')
    return "\n".join(parts + ["</svg>"]) + "\n"


def write(results, file):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(draw(results))
