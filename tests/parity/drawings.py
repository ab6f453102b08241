"""Pictures of simple scenes, no two alike: a sky, a ground, some shapes and a grain, drawn from a seed."""
import pathlib

import numpy as np
from PIL import Image, ImageDraw


def scene(seed: int, side: int = 112) -> Image.Image:
    random = np.random.default_rng(seed)
    colour = lambda: tuple(int(c) for c in random.integers(0, 256, 3))
    top, bottom = np.array(colour()), np.array(colour())
    ramp = np.linspace(0, 1, side)[:, None, None] ** random.uniform(0.4, 2.5)
    image = Image.fromarray(np.broadcast_to(top + (bottom - top) * ramp, (side, side, 3)).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, side * random.uniform(0.5, 0.9), side, side), fill=colour())
    for _ in range(random.integers(1, 9)):
        x, y = random.uniform(-10, side, 2)
        w, h = random.uniform(6, side * 0.7, 2)
        shape = (draw.ellipse, draw.rectangle, draw.rounded_rectangle)[random.integers(3)]
        shape((x, y, x + w, y + h), fill=colour(), outline=colour(), width=int(random.integers(1, 5)))
    for _ in range(random.integers(0, 12)):
        draw.line([tuple(p) for p in random.uniform(0, side, (2, 2))], fill=colour(), width=int(random.integers(1, 6)))
    grain = random.normal(0, random.uniform(0, 25), (side, side, 3))
    return Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))


def write_scenes(folder: pathlib.Path, count: int) -> list[pathlib.Path]:
    paths = [folder / f"scene-{i}.png" for i in range(count)]
    for i, path in enumerate(paths):
        scene(i).save(path)
    return paths


def write_extremes(folder: pathlib.Path, side: int = 256) -> list[pathlib.Path]:
    """All black, all white, and a checkerboard of single pixels."""
    board = np.indices((side, side)).sum(axis=0) % 2 * 255
    pictures = {"black": np.zeros((side, side)), "white": np.full((side, side), 255), "checkerboard": board}
    for name, grey in pictures.items():
        Image.fromarray(grey.astype(np.uint8)).convert("RGB").save(folder / f"{name}.png")
    return [folder / f"{name}.png" for name in pictures]
