"""Drawings of everyday things: reads icon packages, redraws them in made-up styles, renders them.

A *thing* is what several styles draw under one name ("dog-face"). `TRAINED` lists the styles the model learns from;
`HELD_OUT` is the test style, which no training script may load. Every restyled drawing is made from a trained style
alone: flat colours, a black outline around each shape, or lines only.
"""
import colorsys
import io
import json
import random
import re
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image

TRAINED = ("noto", "noto-v1", "twemoji", "fluent-emoji", "fluent-emoji-flat")
HELD_OUT = "openmoji"
SKIPPED = re.compile(r"skin-tone|-tone\d|-(light|medium-light|medium|medium-dark|dark|high-contrast|low)$"
                     r"|^(flag-|regional|[0-9]|empty)")
COLOUR = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")


class Style:
    """One icon package: the drawings of one hand, by name."""

    def __init__(self, packages: Path, name: str):
        folder = packages / f"iconify-json-{name}"
        data = json.loads((folder / "icons.json").read_text())
        self.name, self.icons = name, data["icons"]
        self.width, self.height = data.get("width", 16), data.get("height", 16)
        self.names = {n for n in self.icons if not SKIPPED.search(n)}
        codes = json.loads((folder / "chars.json").read_text())
        self.code_of = {n: code.replace("-fe0f", "") for code, n in codes.items()}

    def svg(self, name: str, restyle=None) -> str:
        icon = self.icons[name]
        w, h = icon.get("width", self.width), icon.get("height", self.height)
        body = restyle(icon["body"], max(w, h)) if restyle else icon["body"]
        left, top = icon.get("left", 0), icon.get("top", 0)
        pad = 0.03 * max(w, h) if restyle else 0
        box = f"{left - pad} {top - pad} {w + 2 * pad} {h + 2 * pad}"
        return (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
                f'viewBox="{box}" width="{w}" height="{h}">{body}</svg>')


def render(svg: str, size: int) -> Image.Image:
    """The drawing as RGBA, `size` pixels wide and high, whatever its aspect (centred)."""
    image = Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=size)))).convert("RGBA")
    if image.size != (size, size):
        image.thumbnail((size, size), Image.BICUBIC)
        square = Image.new("RGBA", (size, size))
        square.paste(image, ((size - image.width) // 2, (size - image.height) // 2))
        image = square
    return image


def render_wide(body: str, width: int, height: int) -> Image.Image:
    """A picture of 640 x 480 units as RGB, width x height pixels."""
    svg = (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
           f'viewBox="0 0 640 480" width="640" height="480">{body}</svg>')
    image = Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width)))).convert("RGB")
    return image if image.size == (width, height) else image.resize((width, height), Image.BICUBIC)


def things_of(styles: list[Style], at_least: int) -> list[str]:
    """Names that at least so many of the styles draw, sorted."""
    count: dict[str, int] = {}
    for style in styles:
        for name in style.names:
            count[name] = count.get(name, 0) + 1
    return sorted(name for name, n in count.items() if n >= at_least)


def load_words(packages: Path, styles: list[Style], things: list[str]) -> list[list[str]]:
    """Other words for each thing: its label and tags in the word list, found by code point, else by name."""
    entries = json.loads((packages / "emojibase-data/en/data.json").read_text())
    by_code = {e["hexcode"].lower().replace("-fe0f", ""): e for e in entries}
    plain = lambda s: re.sub(r"[^a-z0-9]+", "-", s.lower()).strip("-")
    by_label = {plain(e["label"]): e for e in entries}
    words = []
    for thing in things:
        codes = [s.code_of[thing] for s in styles if thing in s.code_of]
        entry = next((by_code[c] for c in codes if c in by_code), by_label.get(thing))
        label = [entry["label"].lower()] if entry else []
        words.append([w for w in label + (entry or {}).get("tags", []) if w != thing.replace("-", " ")])
    return words


# --- made-up styles -------------------------------------------------------------------------------------------------

def _rgb(text: str) -> tuple[float, float, float]:
    text = text if len(text) == 6 else "".join(c * 2 for c in text)
    return tuple(int(text[i:i + 2], 16) / 255 for i in (0, 2, 4))


def _hex(rgb) -> str:
    return "#" + "".join(f"{round(max(0.0, min(1.0, c)) * 255):02x}" for c in rgb)


def flatten(body: str) -> str:
    """Gradients become the mean of their stops; blur and shadow filters go."""
    for kind in ("linearGradient", "radialGradient"):
        for match in re.finditer(rf'<{kind}[^>]*\bid="([^"]+)"[^>]*>(.*?)</{kind}>', body, re.S):
            stops = [_rgb(c) for c in COLOUR.findall(match.group(2))]
            mean = _hex(np.mean(stops, axis=0)) if stops else "#888888"
            body = body.replace(f"url(#{match.group(1)})", mean)
    return re.sub(r'\sfilter="[^"]*"', "", body)


def snap_colours(body: str, rng: random.Random) -> str:
    """Few, clear colours: hue, saturation and lightness on a coarse grid whose origin is drawn once per drawing."""
    shift, steps = rng.uniform(-0.03, 0.03), rng.choice((8, 12, 16))

    def snap(match):
        h, l, s = colorsys.rgb_to_hls(*_rgb(match.group(1)))
        h = (round(h * steps) / steps + shift) % 1
        s = 0.0 if s < 0.15 else (0.6 if s < 0.5 else 0.85)
        l = min((0.12, 0.35, 0.55, 0.75, 0.97), key=lambda level: abs(level - l))
        return _hex(colorsys.hls_to_rgb(h, l, s))
    return COLOUR.sub(snap, body)


def inked(body: str, width: float) -> str:
    """A black line around every shape that has none of its own."""
    return f'<g stroke="#000" stroke-width="{width:.3f}" stroke-linejoin="round" stroke-linecap="round">{body}</g>'


def recoloured(body: str, rgb: tuple[float, float, float]) -> str:
    """Every shape that has a colour takes the given one, a little lighter or darker as it was; black, grey, white stay."""
    hue, light, strength = colorsys.rgb_to_hls(*rgb)

    def paint(match):
        h, l, s = colorsys.rgb_to_hls(*_rgb(match.group(1)))
        if s < 0.2 or l > 0.95 or l < 0.05:
            return match.group(0)
        return _hex(colorsys.hls_to_rgb(hue, max(0.1, min(0.92, light + (l - 0.55) * 0.5)), strength))
    return COLOUR.sub(paint, body)


def outlined(rng: random.Random):
    """Flat colours with a black line around every shape."""
    thickness, snapped = rng.uniform(0.012, 0.034), rng.random() < 0.7

    def restyle(body: str, size: float) -> str:
        body = flatten(body)
        return inked(snap_colours(body, rng) if snapped else body, thickness * size)
    return restyle


def lines_only(rng: random.Random):
    """Black lines on white; what was dark stays black."""
    thickness = rng.uniform(0.015, 0.035)

    def restyle(body: str, size: float) -> str:
        ink = lambda m: "#000000" if colorsys.rgb_to_hls(*_rgb(m.group(1)))[1] < 0.25 else "#ffffff"
        return inked(COLOUR.sub(ink, flatten(body)), thickness * size)
    return restyle
