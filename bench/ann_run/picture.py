"""A picture of recall against queries per second, one field per size: a line per peer, by how widely it searched, and fovea's own place."""
import math

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM, GAP = 860, 400, 70, 72, 20, 52, 26
COLOURS = {"fovea": "#c2571a", "hnswlib": "#1b6ca8", "usearch": "#3d8b40", "faiss-cpu, HNSW32": "#7d3c98"}
GOAL = 0.95


def points_of(facts):
    """(recall, queries/s) on one thread; the one of the tables in place of that from the way there."""
    asked = [(step["recall"], 1 / step["seconds"]) for step in facts.get("curve", []) if step["width"] != facts["width"]]
    return sorted([*asked, (facts["recall"], 1 / min(facts["seconds"]["1"]))])


def draw(result):
    sizes = sorted((int(size), facts["contenders"]) for size, facts in result["sizes"].items())
    every = [point for _, contenders in sizes for facts in contenders.values() for point in points_of(facts)]
    least = min(0.9, math.floor(10 * min(recall for recall, _ in every)) / 10)
    low, high = math.floor(math.log10(min(rate for _, rate in every))), math.ceil(math.log10(max(rate for _, rate in every)))
    field = (WIDTH - LEFT - RIGHT - GAP * (len(sizes) - 1)) / len(sizes)
    up = lambda rate: TOP + (HEIGHT - TOP - BOTTOM) * (high - math.log10(rate)) / (high - low)  # noqa: E731
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             f'<text x="{LEFT}" y="24" font-size="15">Queries/s on one thread against recall@10; up and to the right is better</text>']
    for power in range(low, high + 1):
        parts.append(f'<text x="{LEFT - 8}" y="{up(10 ** power) + 4:.1f}" text-anchor="end">{10 ** power:,}</text>')
    for number, (size, contenders) in enumerate(sizes):
        left = LEFT + number * (field + GAP)
        parts += field_parts(f"{size:,} vectors", contenders, left, field, lambda recall: left + field * (recall - least) / (1 - least), up, (least, low, high))
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">recall@10 of text-like queries; dashed: {GOAL}</text>')
    names = [name for name in COLOURS if any(name in contenders for _, contenders in sizes)]
    for number, name in enumerate(names):
        x = LEFT + 150 * number
        parts.append(f'<circle cx="{x + 5}" cy="40" r="5" fill="{COLOURS[name]}"/><text x="{x + 15}" y="44" fill="{COLOURS[name]}">{name}</text>')
    return "\n".join(parts + ["</svg>"]) + "\n"


def field_parts(title, contenders, left, field, across, up, limits):
    least, low, high = limits
    parts = [f'<text x="{left + field / 2:.1f}" y="{TOP - 8}" text-anchor="middle">{title}</text>']
    for power in range(low, high + 1):
        parts.append(f'<line x1="{left:.1f}" y1="{up(10 ** power):.1f}" x2="{left + field:.1f}" y2="{up(10 ** power):.1f}" stroke="#ddd"/>')
    for recall, anchor in ((least, "start"), ((least + 1) / 2, "middle"), (1, "end")):
        parts.append(f'<text x="{across(recall):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="{anchor}">{recall:.2f}</text>')
    parts.append(f'<line x1="{across(GOAL):.1f}" y1="{TOP}" x2="{across(GOAL):.1f}" y2="{HEIGHT - BOTTOM}" stroke="#999" stroke-dasharray="4 4"/>')
    for name, facts in contenders.items():
        points = [(across(recall), up(rate)) for recall, rate in points_of(facts)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS[name]}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{6 if name == "fovea" else 4}" fill="{COLOURS[name]}"/>' for x, y in points]
    return parts


def write(result, file):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(draw(result))
