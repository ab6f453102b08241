"""Training pictures, a batch at a time: drawings set on backgrounds, with the sentence that says what is there.

`Composer.batch(progress)` starts with one plain drawing per picture and moves to scenes: several things, colours, places.
Everything is done on whole batches of tensors; a batch of 256 takes a few hundredths of a second.
"""
import json
import math
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import captions
from model import MEAN, STD

SIDE = 64
SIDED = re.compile(r"left|right|arrow|clock|clockwise|button|input|symbol|mark|letter|latin|oclock|thirty|twelve")
VARIANT_SHARE = {"plain": 0.42, "outlined": 0.23, "outlined2": 0.23, "lines": 0.12}


@dataclass
class Slot:
    """One drawing in one picture; place and size in units where the picture spans -1..1."""
    picture: int
    drawing: int
    x: float
    y: float
    size: float
    colour: str | None = None
    flip: bool = False


@dataclass
class Plan:
    """What a batch shows: per picture a caption and the things; all slots in the order in which they are pasted."""
    captions: list[str] = field(default_factory=list)
    things: list[list[int]] = field(default_factory=list)
    backgrounds: list[int] = field(default_factory=list)
    layers: list[list[Slot]] = field(default_factory=lambda: [[], [], []])


class Composer:
    def __init__(self, bank: Path, seed: int):
        facts = json.loads((bank / "drawings.json").read_text())
        self.pixels = torch.from_numpy(np.load(bank / "drawings.npy"))
        self.names = [t.replace("-", " ") for t in facts["things"]]
        self.words = facts["words"]
        self.sided = [bool(SIDED.search(n)) for n in self.names]
        self.of_thing = [{v: [] for v in facts["variants"]} for _ in self.names]
        for i, (thing, variant) in enumerate(zip(facts["thing"], facts["variant"])):
            self.of_thing[thing][facts["variants"][variant]].append(i)
        self.rng = random.Random(seed)
        torch.manual_seed(seed)
        self.places, self.place_names = self._load_places(bank)

    @staticmethod
    def _load_places(bank: Path):
        if not (bank / "places.npy").exists():
            return None, []
        return torch.from_numpy(np.load(bank / "places.npy")), json.loads((bank / "places.json").read_text())

    def _drawing(self, thing: int) -> int:
        kinds = [k for k in VARIANT_SHARE if self.of_thing[thing][k]]
        kind = self.rng.choices(kinds, [VARIANT_SHARE[k] for k in kinds])[0]
        return self.rng.choice(self.of_thing[thing][kind])

    def _name(self, thing: int) -> str:
        words = self.words[thing]
        return self.rng.choice(words) if words and self.rng.random() < 0.12 else self.names[thing]

    def _slot(self, picture, thing, low, high, x=None, y=None, colour=None) -> Slot:
        size = self.rng.uniform(low, high)
        room = max(0.0, 1 - size)
        x = self.rng.uniform(-room, room) if x is None else x
        y = self.rng.uniform(-room, room) if y is None else y
        flip = not self.sided[thing] and self.rng.random() < 0.4
        return Slot(picture, self._drawing(thing), x, y, size, colour, flip)

    def plan(self, count: int, progress: float) -> Plan:
        """Which things each picture shows and what its caption says; scenes become frequent as progress goes 0 -> 1."""
        plan, rng = Plan(), self.rng
        scene = 0.0 if progress < 0.12 else min(1.0, (progress - 0.12) / 0.35)
        for i, thing in enumerate(rng.sample(range(len(self.names)), count)):
            name, kind = self._name(thing), rng.random()
            place = rng.randrange(len(self.place_names)) if self.place_names and rng.random() < 0.45 * scene else -1
            said = self.place_names[place] if place >= 0 and rng.random() < 0.3 else None
            things, slots = [thing], []
            if kind < 0.22 * scene:
                other = rng.randrange(len(self.names))
                things, side = [thing, other], rng.choice((-1, 1))
                if rng.random() < 0.75:
                    spots = [(side * rng.uniform(0.35, 0.55), None), (-side * rng.uniform(0.35, 0.55), None)]
                else:
                    spots = [(None, side * 0.45), (None, -side * 0.45)]
                slots = [self._slot(i, t, 0.36, 0.6, x, y) for t, (x, y) in zip(things, spots)]
                text = captions.two(name, self._name(other), rng)
            elif kind < 0.27 * scene:
                number = rng.choice((2, 2, 3))
                xs = [(k + 0.5) * 2 / number - 1 for k in range(number)]
                slots = [self._slot(i, thing, 0.3, 0.95 / number + 0.1, x) for x in xs]
                for slot in slots[1:]:
                    slot.drawing = slots[0].drawing
                text = captions.several(name, number, rng)
            elif kind < 0.36 * scene:
                colour = rng.choice(list(captions.COLOURS))
                slots = [self._slot(i, thing, 0.45, 1.05, colour=colour)]
                text = captions.coloured(name, colour, rng)
            elif place >= 0 or kind < 0.5 * scene:
                slots, text = [self._slot(i, thing, 0.38, 0.8)], captions.one(name, rng, said)
            else:
                slots, text = [self._slot(i, thing, 0.6, 1.08)], captions.one(name, rng)
            for layer, slot in zip(plan.layers, slots):
                layer.append(slot)
            plan.captions.append(text)
            plan.things.append(things)
            plan.backgrounds.append(place)
        return plan

    def batch(self, count: int, progress: float):
        """-> normalised pictures [B, 3, 64, 64], captions, the things of each picture."""
        plan = self.plan(count, progress)
        picture = _plain_backgrounds(count)
        placed = [i for i, place in enumerate(plan.backgrounds) if place >= 0]
        if placed:
            picture[placed] = _crops(self.places[[plan.backgrounds[i] for i in placed]])
        for layer in plan.layers:
            if layer:
                where = torch.tensor([s.picture for s in layer])
                picture[where] = _paste(picture[where], self._draw(layer))
        picture = _light(picture)
        mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (MEAN, STD))
        return ((picture - mean) / std).contiguous(memory_format=torch.channels_last), plan.captions, plan.things

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
        angle, stretch = random.gauss(0, 0.13), math.exp(random.gauss(0, 0.08))
        ca, sa, flip = math.cos(angle) / s.size, math.sin(angle) / s.size, -1 if s.flip else 1
        rows.append([[ca * flip * stretch, sa * flip * stretch, -(ca * s.x + sa * s.y) * flip * stretch],
                     [-sa, ca, sa * s.x - ca * s.y]])
    return torch.tensor(rows)


def _some(count: int, share: float) -> torch.Tensor:
    return (torch.rand(count, 1, 1, 1) < share).float()


def _restyle(layer: torch.Tensor) -> torch.Tensor:
    """Random outlines, edges, flat tones and hues on premultiplied drawings."""
    n, alpha, colour = len(layer), layer[:, 3:], layer[:, :3]
    some = torch.randperm(n)[:max(1, n // 4)]
    grey = colour[some].mean(1, keepdim=True)
    edge = (F.max_pool2d(grey, 3, 1, 1) + F.max_pool2d(-grey, 3, 1, 1)).clamp(0, 1)
    colour[some] *= 1 - (edge * 3).clamp(0, 1) * alpha[some]
    tones = _some(n, 0.12)
    colour = colour * (1 - tones) + torch.round(colour * 4) / 4 * tones
    angle = torch.randn(n) * 0.25 * (torch.rand(n) < 0.5) + (torch.rand(n) < 0.12) * torch.rand(n) * 6.283
    colour = torch.einsum("nij,njhw->nihw", _hue_rotation(angle), colour).clamp(0, 1)
    colour = torch.minimum(colour, alpha)
    ring = (F.max_pool2d(alpha, 3, 1, 1) - alpha).clamp(0, 1) * _some(n, 0.25)
    return torch.cat([colour, (alpha + ring).clamp(0, 1)], 1)


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
    """White, one light colour, or a ramp, sometimes with blotches."""
    first, second = torch.rand(n, 3, 1, 1), torch.rand(n, 3, 1, 1)
    ramp = torch.linspace(0, 1, SIDE).view(1, 1, SIDE, 1)
    ramp = torch.where(torch.rand(n, 1, 1, 1) < 0.6, ramp, ramp.transpose(2, 3))
    step = torch.where(torch.rand(n, 1, 1, 1) < 0.4, (ramp > torch.rand(n, 1, 1, 1) * 0.6 + 0.2).float(), ramp)
    ground = first * step + second * (1 - step)
    blotches = F.interpolate(torch.rand(n, 3, 6, 6), size=(SIDE, SIDE), mode="bilinear")
    share = torch.rand(n, 1, 1, 1) * 0.6 * _some(n, 0.3)
    ground = ground * (1 - share) + blotches * share
    kind = torch.rand(n, 1, 1, 1)
    return torch.where(kind < 0.42, torch.ones(1), torch.where(kind < 0.62, first * 0.4 + 0.6, ground))


def _crops(places: torch.Tensor) -> torch.Tensor:
    """A random 64-pixel window of each place picture, mirrored half of the time."""
    left = random.randint(0, places.shape[3] - SIDE)
    top = random.randint(0, places.shape[2] - SIDE)
    window = places[:, :, top:top + SIDE, left:left + SIDE].float() / 255
    return window.flip(3) if random.random() < 0.5 else window


def _paste(picture: torch.Tensor, layer: torch.Tensor) -> torch.Tensor:
    return picture * (1 - layer[:, 3:]) + layer[:, :3]


def _light(picture: torch.Tensor) -> torch.Tensor:
    """Brightness, contrast, grey: what differs between scans and screens."""
    n = len(picture)
    picture = picture * torch.empty(n, 1, 1, 1).uniform_(0.75, 1.2) + torch.empty(n, 3, 1, 1).uniform_(-0.07, 0.07)
    grey = picture.mean(1, keepdim=True)
    return torch.lerp(picture, grey.expand_as(picture), _some(n, 0.07)).clamp(0, 1)
