"""Sentences about drawings: what a person would type to find them."""
import random
import re

COLOURS = {"red": (0.86, 0.16, 0.14), "orange": (0.96, 0.52, 0.12), "yellow": (0.97, 0.83, 0.18),
           "green": (0.25, 0.66, 0.30), "blue": (0.16, 0.42, 0.86), "purple": (0.55, 0.27, 0.72),
           "pink": (0.96, 0.50, 0.70), "brown": (0.50, 0.32, 0.20), "black": (0.13, 0.13, 0.14),
           "white": (0.97, 0.97, 0.97), "grey": (0.55, 0.56, 0.58)}
PLACES = {"beach": ("on the beach", "at the beach", "by the sea"), "meadow": ("in a meadow", "on the grass", "in the park"),
          "city": ("in the city", "in town", "in a street"), "room": ("in a room", "indoors", "at home"),
          "night": ("at night", "in the dark", "under the stars"), "snow": ("in the snow", "in winter"),
          "desert": ("in the desert", "on sand"), "sea": ("on the water", "at sea"),
          "forest": ("in the forest", "in the woods"), "sky": ("in the sky", "in the air"),
          "mountains": ("in the mountains",), "sunset": ("at sunset", "in the evening")}
ONE = ("a photo of a {}", "a photo of a {}", "a photo of a {}", "{}", "{}", "a {}", "a picture of a {}",
       "a drawing of a {}", "the {}", "one {}", "this is a {}", "photo of {}", "an image of a {}", "a photo of the {}.")
TWO = ("{} and {}", "a {} and a {}", "a photo of a {} and a {}", "a {} with a {}", "a {} next to a {}", "{} with {}",
       "a {} beside a {}", "a picture of a {} and a {}")
NUMBERS = {2: ("two", "two", "a pair of"), 3: ("three", "three", "some")}
FREQUENT_WORDS = sorted({w for text in (*ONE, *TWO, *sum(NUMBERS.values(), ()), *sum(PLACES.values(), ()))
                         for w in text.replace("{}", " ").replace(".", " ").split()} | set(COLOURS) |
                        set("an is are his her big small large little old new green dog cat car tree house flower bird "
                            "boat bike ball man woman child people sun moon rain background on under over many".split()))


def plural(name: str) -> str:
    if name.endswith(("s", "x", "ch", "sh")):
        return name + "es"
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return name[:-1] + "ies"
    return name + "s"


def _grammar(text: str, rng: random.Random) -> str:
    """Half of the time "an owl" instead of "a owl"; people write both."""
    return re.sub(r"\ba (?=[aeio])", "an ", text) if rng.random() < 0.5 else text


def one(name: str, rng: random.Random, place: str | None = None) -> str:
    text = _grammar(rng.choice(ONE).format(name), rng)
    return f"{text.rstrip('.')} {rng.choice(PLACES[place])}" if place else text


def coloured(name: str, colour: str, rng: random.Random) -> str:
    return _grammar(rng.choice(ONE).format(f"{colour} {name}"), rng)


def two(first: str, second: str, rng: random.Random) -> str:
    pair = (first, second) if rng.random() < 0.5 else (second, first)
    return _grammar(rng.choice(TWO).format(*pair), rng)


def several(name: str, count: int, rng: random.Random) -> str:
    text = f"{rng.choice(NUMBERS[count])} {plural(name)}"
    return text if rng.random() < 0.5 else f"a photo of {text}"
