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
from everyday import WORD_OF
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
        self.everyday = [WORD_OF.get(t) for t in facts["things"]]
        self.common = [i for i, word in enumerate(self.everyday) if word]
        self.sided = [bool(SIDED.search(n)) for n in self.names]
        self.of_thing = [{v: [] for v in facts["variants"]} for _ in self.names]
        for i, (thing, variant) in enumerate(zip(facts["thing"], facts["variant"])):
            self.of_thing[thing][facts["variants"][variant]].append(i)
        self.rng = random.Random(seed)
        torch.manual_seed(seed)
        self.grounds = _plain_backgrounds(4096)
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
        words, chance = self.words[thing], self.rng.random()
        if self.everyday[thing] and chance < 0.4:
            return self.everyday[thing]
        return self.rng.choice(words) if words and chance > 0.88 else self.names[thing]

    def _choose(self, count: int) -> list[int]:
        """Different things; the everyday ones come up twice as often as the others."""
        weight = [2.0 if word else 1.0 for word in self.everyday]
        key = [self.rng.random() ** (1 / w) for w in weight]
        return sorted(range(len(key)), key=key.__getitem__, reverse=True)[:count]

    def _other(self) -> int:
        return self.rng.choice(self.common) if self.rng.random() < 0.5 else self.rng.randrange(len(self.names))

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
        for i, thing in enumerate(self._choose(count)):
            name, kind = self._name(thing), rng.random()
            place = rng.randrange(len(self.place_names)) if self.place_names and rng.random() < 0.45 * scene else -1
            said = self.place_names[place] if place >= 0 and rng.random() < 0.3 else None
            things, slots = [thing], []
            if kind < 0.22 * scene:
                other = self._other()
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
        picture = self.grounds[torch.randint(len(self.grounds), (count,))].float() / 255
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
