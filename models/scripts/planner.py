"""Decides what each training picture shows and what its sentence says; `scenes.py` then draws it.

Early on every picture shows one thing; scenes with two things, several of a kind, colours and places become frequent later.
A scene often brings a *sibling* that differs in one respect (only one of the two things, another colour, one instead of
three), so that the batch itself teaches to read the whole sentence.
"""
import random
import re
from dataclasses import dataclass, field

import captions
from everyday import WORD_OF

SIDED = re.compile(r"left|right|arrow|clock|clockwise|button|input|symbol|mark|letter|latin|oclock|thirty|twelve|keycap")
VARIANT_SHARE = {"plain": 0.3, "outlined": 0.3, "outlined2": 0.3, "lines": 0.1}
EVERYDAY_WEIGHT = 5.0  # how much more often an everyday thing is shown than another
COLOURS = list(captions.COLOURS)


@dataclass
class Slot:
    """One drawing in one picture; place and size in units where the picture spans -1..1."""
    drawing: int
    x: float
    y: float
    size: float
    colour: str | None = None
    flip: bool = False


@dataclass
class Picture:
    slots: list[Slot]
    caption: str
    things: list[int]
    meaning: tuple  # pictures and captions of equal meaning belong together
    place: int = -1  # index of a place picture, or a plain ground


@dataclass
class Catalogue:
    """The drawings by thing and variant, and the words of each thing."""
    names: list[str]
    words: list[list[str]]
    everyday: list[str | None]
    of_thing: list[dict[str, list[int]]]
    place_names: list[str] = field(default_factory=list)

    @staticmethod
    def read(facts: dict, place_names: list[str]) -> "Catalogue":
        of_thing = [{v: [] for v in facts["variants"]} for _ in facts["things"]]
        for i, (thing, variant) in enumerate(zip(facts["thing"], facts["variant"])):
            of_thing[thing][facts["variants"][variant]].append(i)
        return Catalogue([t.replace("-", " ") for t in facts["things"]], facts["words"],
                         [WORD_OF.get(t) for t in facts["things"]], of_thing, place_names)


class Planner:
    def __init__(self, catalogue: Catalogue, rng: random.Random):
        self.all, self.rng = catalogue, rng
        self.common = [i for i, word in enumerate(catalogue.everyday) if word]
        self.sided = [bool(SIDED.search(n)) for n in catalogue.names]

    def plan(self, count: int, progress: float) -> list[Picture]:
        scenes = 0.0 if progress < 0.1 else min(1.0, (progress - 0.1) / 0.2)
        pictures: list[Picture] = []
        for thing in self._choose(count):
            kind = self.rng.random()
            if kind < 0.17 * scenes:
                pictures += self._pair(thing, scenes)
            elif kind < 0.2 * scenes:
                pictures += self._crowd(thing, scenes)
            elif kind < 0.25 * scenes:
                pictures += self._coloured(thing, scenes)
            else:
                pictures.append(self._alone(thing, scenes))
        return pictures[:count]

    def _pair(self, thing: int, scenes: float) -> list[Picture]:
        rng, other = self.rng, self._other()
        pictures = [self._two(thing, other, scenes)]
        if rng.random() < 0.6:
            pictures.append(self._alone(rng.choice((thing, other)), scenes))
        if rng.random() < 0.3:
            pictures.append(self._two(rng.choice((thing, other)), self._other(), scenes))
        return pictures

    def _two(self, first: int, second: int, scenes: float) -> Picture:
        rng, side = self.rng, self.rng.choice((-1, 1))
        if rng.random() < 0.8:
            spots = [(side * rng.uniform(0.38, 0.55), None), (-side * rng.uniform(0.38, 0.55), None)]
        else:
            spots = [(None, side * 0.45), (None, -side * 0.45)]
        slots = [self._slot(t, 0.38, 0.58, x, y) for t, (x, y) in zip((first, second), spots)]
        text = captions.two(self._name(first), self._name(second), rng)
        return Picture(slots, text, [first, second], ("two", *sorted((first, second))), self._place(scenes))

    def _crowd(self, thing: int, scenes: float) -> list[Picture]:
        number = self.rng.choice((2, 2, 3))
        xs = [(k + 0.5) * 2 / number - 1 for k in range(number)]
        slots = [self._slot(thing, 0.3, 0.95 / number + 0.08, x) for x in xs]
        for slot in slots[1:]:
            slot.drawing = slots[0].drawing
        text = captions.several(self._name(thing), number, self.rng)
        crowd = Picture(slots, text, [thing], ("several", thing, number), self._place(scenes))
        return [crowd, self._alone(thing, scenes)] if self.rng.random() < 0.5 else [crowd]

    def _coloured(self, thing: int, scenes: float) -> list[Picture]:
        name, pictures = self._name(thing), []
        for colour in self.rng.sample(COLOURS, self.rng.choice((1, 2))):
            text = captions.coloured(name, colour, self.rng)
            slot = self._slot(thing, 0.45, 1.0, colour=colour)
            pictures.append(Picture([slot], text, [thing], ("coloured", thing, colour), self._place(scenes)))
        return pictures

    def _alone(self, thing: int, scenes: float) -> Picture:
        place = self._place(scenes)
        said = self.all.place_names[place] if place >= 0 and self.rng.random() < 0.3 else None
        small = place >= 0 or self.rng.random() < 0.25 * scenes
        slot = self._slot(thing, 0.4, 0.85) if small else self._slot(thing, 0.6, 1.08)
        text = captions.one(self._name(thing), self.rng, said)
        return Picture([slot], text, [thing], ("one", thing), place)

    def _place(self, scenes: float) -> int:
        chosen = self.all.place_names and self.rng.random() < 0.55 * scenes
        return self.rng.randrange(len(self.all.place_names)) if chosen else -1

    def _choose(self, count: int) -> list[int]:
        """Different things; the everyday ones come up more often than the others."""
        weight = [EVERYDAY_WEIGHT if word else 1.0 for word in self.all.everyday]
        key = [self.rng.random() ** (1 / w) for w in weight]
        return sorted(range(len(key)), key=key.__getitem__, reverse=True)[:count]

    def _other(self) -> int:
        return self.rng.choice(self.common) if self.rng.random() < 0.65 else self.rng.randrange(len(self.all.names))

    def _name(self, thing: int) -> str:
        everyday, words, chance = self.all.everyday[thing], self.all.words[thing], self.rng.random()
        if everyday and chance < 0.4:
            return everyday
        return self.rng.choice(words) if words and chance > 0.88 else self.all.names[thing]

    def _slot(self, thing: int, low: float, high: float, x=None, y=None, colour=None) -> Slot:
        kinds = {k: drawings for k, drawings in self.all.of_thing[thing].items() if drawings}
        kind = self.rng.choices(list(kinds), [VARIANT_SHARE[k] for k in kinds])[0]
        size = self.rng.uniform(low, high)
        room = max(0.0, 1 - size)
        x = self.rng.uniform(-room, room) if x is None else x
        y = self.rng.uniform(-room, room) if y is None else y
        flip = not self.sided[thing] and self.rng.random() < 0.4
        return Slot(self.rng.choice(kinds[kind]), x, y, size, colour, flip)
