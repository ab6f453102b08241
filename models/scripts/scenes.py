"""Training pictures, a batch at a time: drawings set on backgrounds, as `planner.py` says.

Everything is done on whole batches of tensors; a batch of 256 takes about a tenth of a second.
"""
import json
import math
import random
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import captions
from model import MEAN, STD
from planner import Catalogue, Picture, Planner, Slot

SIDE = 64
LAYERS = 3  # at most so many drawings in one picture


class Composer:
    def __init__(self, bank: Path, seed: int):
        facts = json.loads((bank / "drawings.json").read_text())
        place_names = json.loads((bank / "places.json").read_text())
        self.pixels = torch.from_numpy(np.load(bank / "drawings.npy", mmap_mode="r"))  # shared by all workers
        self.places = torch.from_numpy(np.load(bank / "places.npy"))
        self.catalogue = Catalogue.read(facts, place_names)
        self.planner = Planner(self.catalogue, random.Random(seed))
        torch.manual_seed(seed)
        self.grounds = _plain_backgrounds(4096)

    def batch(self, count: int, progress: float) -> tuple[torch.Tensor, list[Picture]]:
        """Normalised pictures [B, 3, 64, 64] and what they show; progress runs from 0 to 1 over the training."""
        plan = self.planner.plan(count, progress)
        pixels = self.grounds[torch.randint(len(self.grounds), (count,))].float() / 255
        placed = [i for i, p in enumerate(plan) if p.place >= 0]
        if placed:
            pixels[placed] = _crops(self.places[[plan[i].place for i in placed]])
        for layer in range(LAYERS):
            slots = [p.slots[layer] for p in plan if len(p.slots) > layer]
            where = [i for i, p in enumerate(plan) if len(p.slots) > layer]
            if slots:
                pixels[where] = _paste(pixels[where], self._draw(slots))
        mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (MEAN, STD))
        return ((_light(pixels) - mean) / std).contiguous(memory_format=torch.channels_last), plan

    def _draw(self, slots: list[Slot]) -> torch.Tensor:
        """[M, 4, 64, 64], colours premultiplied by alpha, each drawing turned, scaled and moved to its place."""
        pixels = self.pixels[[s.drawing for s in slots]].float() / 255
        pixels[:, :3] *= pixels[:, 3:]
        small = torch.tensor([s.size < 0.5 for s in slots])
        out = torch.empty(len(slots), 4, SIDE, SIDE)
        matrix = _matrices(slots)
        for mask, source in ((small, lambda p: F.avg_pool2d(p, 2)), (~small, lambda p: p)):
            if mask.any():
                grid = F.affine_grid(matrix[mask], (int(mask.sum()), 4, SIDE, SIDE), align_corners=False)
                out[mask] = F.grid_sample(source(pixels[mask]), grid, align_corners=False)
        return _tint(_restyle(out), [s.colour for s in slots])


def _matrices(slots: list[Slot]) -> torch.Tensor:
    rows = []
    for s in slots:
        angle, lean = random.gauss(0, 0.13), random.gauss(0, 0.08)
        across = math.exp(random.gauss(0, 0.1)) * (-1 if s.flip else 1) / s.size
        ca, sa = math.cos(angle), math.sin(angle)
        a, b, c, d = ca * across, (sa + lean) * across, -sa / s.size, ca / s.size
        rows.append([[a, b, -a * s.x - b * s.y], [c, d, -c * s.x - d * s.y]])
    return torch.tensor(rows)


def _few(count: int, share: float) -> torch.Tensor:
    """Indexes of about that share of them."""
    return (torch.rand(count) < share).nonzero()[:, 0]


def _restyle(layer: torch.Tensor) -> torch.Tensor:
    """Random outlines, edges, flat tones and hues on premultiplied drawings; each on a share of them, in place."""
    n, colour, alpha = len(layer), layer[:, :3], layer[:, 3:]
    some = _few(n, 0.2)
    grey = colour[some].mean(1, keepdim=True)
    edge = (F.max_pool2d(grey, 3, 1, 1) + F.max_pool2d(-grey, 3, 1, 1)).clamp(0, 1)
    colour[some] *= 1 - (edge * 3).clamp(0, 1) * alpha[some]
    some = _few(n, 0.12)
    colour[some] = torch.round(colour[some] * 4) / 4
    some = _few(n, 0.5)
    wild = torch.rand(len(some)) < 0.2
    angle = torch.where(wild, torch.rand(len(some)) * 2 * math.pi, torch.randn(len(some)) * 0.25)
    colour[some] = (_hue_rotation(angle) @ colour[some].flatten(2)).unflatten(2, (SIDE, SIDE)).clamp_(min=0)
    layer[:, :3] = torch.minimum(colour, alpha)
    some = _few(n, 0.25)
    alpha[some] = F.max_pool2d(alpha[some], 3, 1, 1)
    return layer


def _hue_rotation(angle: torch.Tensor) -> torch.Tensor:
    """Rotation of RGB space about the grey axis, [n, 3, 3]."""
    c, s = torch.cos(angle), torch.sin(angle) / math.sqrt(3)
    third = (1 - c) / 3
    rows = [third + c, third - s, third + s, third + s, third + c, third - s, third - s, third + s, third + c]
    return torch.stack(rows, 1).view(-1, 3, 3)


def _tint(layer: torch.Tensor, colours: list[str | None]) -> torch.Tensor:
    """The coloured ones keep their light and dark but take the named hue."""
    which = [i for i, c in enumerate(colours) if c]
    if which:
        rgb = torch.tensor([captions.COLOURS[colours[i]] for i in which]).view(-1, 3, 1, 1)
        alpha, grey = layer[which, 3:], layer[which, :3].mean(1, keepdim=True)
        tone = (grey * 1.2 + 0.25 * alpha).clamp(0, 1)
        tinted = torch.where(grey < 0.12 * alpha, layer[which, :3], rgb * tone)
        layer[which, :3] = torch.minimum(tinted, alpha)
    return layer


def _plain_backgrounds(n: int) -> torch.Tensor:
    """White, one light colour, or a ramp or two halves, sometimes with blotches; [n, 3, 64, 64] in bytes."""
    first, second = torch.rand(n, 3, 1, 1), torch.rand(n, 3, 1, 1)
    ramp = torch.linspace(0, 1, SIDE).view(1, 1, SIDE, 1)
    ramp = torch.where(torch.rand(n, 1, 1, 1) < 0.6, ramp, ramp.transpose(2, 3))
    step = torch.where(torch.rand(n, 1, 1, 1) < 0.4, (ramp > torch.rand(n, 1, 1, 1) * 0.6 + 0.2).float(), ramp)
    ground = first * step + second * (1 - step)
    blotches = F.interpolate(torch.rand(n, 3, 6, 6), size=(SIDE, SIDE), mode="bilinear")
    ground = torch.lerp(ground, blotches, torch.rand(n, 1, 1, 1) * 0.6 * (torch.rand(n, 1, 1, 1) < 0.3))
    kind = torch.rand(n, 1, 1, 1)
    ground = torch.where(kind < 0.42, torch.ones(1), torch.where(kind < 0.62, first * 0.4 + 0.6, ground))
    return (ground * 255).byte()


def _crops(places: torch.Tensor) -> torch.Tensor:
    """A random 64-pixel window of each place picture, mirrored half of the time."""
    left = random.randint(0, places.shape[3] - SIDE)
    top = random.randint(0, places.shape[2] - SIDE)
    window = places[:, :, top:top + SIDE, left:left + SIDE].float() / 255
    return window.flip(3) if random.random() < 0.5 else window


def _paste(picture: torch.Tensor, layer: torch.Tensor) -> torch.Tensor:
    return picture * (1 - layer[:, 3:]) + layer[:, :3]


def _light(picture: torch.Tensor) -> torch.Tensor:
    """Brightness, colour cast, grey: what differs between scans and screens."""
    n, some = len(picture), _few(len(picture), 0.07)
    picture[some] = picture[some].mean(1, keepdim=True).expand(-1, 3, -1, -1)
    gain, cast = torch.empty(n, 1, 1, 1).uniform_(0.75, 1.2), torch.empty(n, 3, 1, 1).uniform_(-0.07, 0.07)
    return torch.addcmul(cast, picture, gain).clamp_(0, 1)
