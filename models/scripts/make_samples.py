"""Draws the sample pictures: a small photo library, the same on every run.

Usage: make_samples.py PACKAGES SAMPLES [STYLE]      STYLE: an icon set, "+outline" after it adds black lines
Writes SAMPLES/pictures/… and SAMPLES/labels.json (per picture: things, place, colour, count; questions with the things
that a right answer shows). The things are drawn in STYLE: by default the test style, which fovea-tiny has never seen.
"""
import json
import random
import shutil
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image

from albums import ALBUMS, CAMERAS, Album
from captions import COLOURS, several
from drawings import HELD_OUT, Style, inked, recoloured, render_wide
from everyday import EVERYDAY
from places import place_body
from sample_files import Shot, write_picture

SEED = 2016
LINE = 0.022  # thickness of outlines, as a share of the drawing's width
COLOURED = ("car", "bus", "bicycle", "balloon", "umbrella", "tulip", "rose", "backpack", "truck", "van", "scooter", "motor boat",
            "kite", "hat", "book", "gift", "chair", "apple", "bird", "butterfly", "fish", "train", "teapot", "tent")
TWENTY = ("a dog on the beach", "a red car", "a cat", "a pizza", "two elephants", "a sailboat at sunset", "a snowman", "a lion",
          "a blue bus", "a birthday cake", "a castle in the mountains", "a penguin", "a bicycle in the city", "a sunflower",
          "a dog and a cat", "a guitar", "an airplane in the sky", "a fox in the forest", "ice cream", "a yellow balloon")
TWENTY_TWO = (("dog", "cat"), ("car", "tree"), ("cow", "sheep"), ("pizza", "beer"), ("banana", "apple"))  # always among the pairs


FLYING, GROUNDED = ("air", "birds", "weather"), ("swan", "peacock", "snowman", "umbrella")


@dataclass
class Scene:
    words: list[str]
    place: str
    colour: str | None = None
    count: int = 1
    album: Album | None = None
    portrait: bool = False
    sizes: list[float] = field(default_factory=list)


def plan_scenes(rng: random.Random) -> list[Scene]:
    """Two scenes of each thing alone, pairs, coloured ones and small crowds."""
    places = {word: entry[2] for word, entry in EVERYDAY.items()}
    scenes = [Scene([w], rng.choice(places[w]), portrait=rng.random() < 0.08) for w in EVERYDAY for _ in range(2)]
    pairs = list(TWENTY_TWO)
    words = list(EVERYDAY)
    while len(pairs) < 150:
        first, second = rng.sample(words, 2)
        if set(places[first]) & set(places[second]) and (first, second) not in pairs and (second, first) not in pairs:
            pairs.append((first, second))
    for first, second in pairs:
        common = [p for p in places[first] if p in places[second]] or places[first]
        scenes.append(Scene([first, second], rng.choice(common)))
    for word in COLOURED:
        if word in EVERYDAY:
            for colour in rng.sample([c for c in COLOURS if c not in ("white", "black", "grey", "brown")], 2):
                scenes.append(Scene([word], rng.choice(places[word]), colour=colour))
    for word in ("red car", "blue bus", "yellow balloon"):
        colour, _, thing = word.partition(" ")
        scenes.append(Scene([thing], rng.choice(places[thing]), colour=colour))
    for word, place in (("dog", "beach"), ("sailboat", "sunset"), ("castle", "mountains"), ("bicycle", "city"), ("airplane", "sky"),
                        ("fox", "forest")):
        scenes.append(Scene([word], place))
    for word in ("elephant", "dog", "duck", "balloon", "apple", "sheep", "cow", "flamingo", "penguin", "fish", "tree", "boat", "sailboat",
                 "house", "cupcake", "butterfly", "rabbit", "banana", "car", "owl"):
        if word in EVERYDAY:
            scenes.append(Scene([word], rng.choice(places[word]), count=rng.choice((2, 2, 3))))
    return scenes


def draw(scene: Scene, style: Style, outline: bool, rng: random.Random) -> Image.Image:
    """The scene as RGB. A landscape picture is 640 x 480; everything stands inside the middle 480 x 480."""
    many = len(scene.words) * scene.count
    sizes = {1: (270, 400), 2: (205, 250), 3: (150, 172)}[min(many, 3)]
    margin = style.width * (4 / 72 if style.name == HELD_OUT else -0.02)  # the test style leaves an empty rim
    box = f"{margin:g} {margin:g} {style.width - 2 * margin:g} {style.height - 2 * margin:g}"
    body, shown = place_body(scene.place, rng), [w for w in scene.words for _ in range(scene.count)]
    for i, word in enumerate(shown):
        high = scene.place == "sky" or EVERYDAY[word][1] in FLYING and word not in GROUNDED
        size = rng.uniform(*sizes)
        slack = 480 / many - size
        x = 80 + 480 / many * (i + 0.5) - size / 2 + rng.uniform(-0.35, 0.35) * max(0, slack)
        y = (rng.uniform(40, 440 - size) if high else 445 - size - rng.uniform(0, 60 if many == 1 else 40))
        if not high and scene.place != "sea":
            body += f'<ellipse cx="{x + size / 2:.0f}" cy="{y + size * .93:.0f}" rx="{size * .36:.0f}" ry="{size * .05:.0f}" opacity=".22"/>'
        drawing = style.icons[EVERYDAY[word][0]]["body"]
        if outline:
            drawing = inked(drawing, LINE * style.width)
        if scene.colour:
            drawing = recoloured(drawing, COLOURS[scene.colour])
        flip = f'translate({2 * x + size:.1f} 0) scale(-1 1)' if rng.random() < 0.4 else ""
        body += (f'<g transform="{flip}"><svg x="{x:.1f}" y="{y:.1f}" width="{size:.1f}" height="{size:.1f}" '
                 f'viewBox="{box}">{drawing}</svg></g>')
    image = render_wide(body, 640, 480)
    if scene.portrait:  # the middle 360 x 480, as if the camera had been turned
        image = render_wide(body, 853, 640).crop((186, 0, 666, 640))
    return image


def article(word: str) -> str:
    return ("an " if word[0] in "aeio" else "a ") + word


def questions(scenes: list[Scene]) -> dict:
    """All things and all pairs that occur, asked plainly; and the twenty of the contact sheet."""
    rng = random.Random(SEED)
    pairs = sorted({tuple(s.words) for s in scenes if len(s.words) == 2})
    counted = sorted({(s.words[0], s.count) for s in scenes if s.count > 1})
    coloured = sorted({(s.colour, s.words[0]) for s in scenes if s.colour})
    return {"one": [{"text": f"a photo of {article(w)}", "things": [w]} for w in sorted(EVERYDAY)],
            "two": [{"text": f"{article(a)} and {article(b)}", "things": [a, b]} for a, b in pairs],
            "coloured": [{"text": article(f"{c} {w}"), "things": [w], "colour": c} for c, w in coloured],
            "counted": [{"text": several(w, n, rng), "things": [w], "count": n} for w, n in counted],
            "sheet": list(TWENTY)}


def place_in_albums(scenes: list[Scene], rng: random.Random) -> list[tuple[Album, list[Scene]]]:
    """Each scene goes to the emptiest album that has its place, or else to any."""
    filled: dict[str, list[Scene]] = {a.folder: [] for a in ALBUMS}
    rng.shuffle(scenes)
    for scene in scenes:
        fitting = [a for a in ALBUMS if scene.place in a.places.split()] or list(ALBUMS)
        album = min(fitting, key=lambda a: len(filled[a.folder]))
        filled[album.folder].append(scene)
    return [(a, filled[a.folder]) for a in ALBUMS]


def main(packages: Path, samples: Path, style_name: str = HELD_OUT) -> None:
    style_name, outline, _ = style_name.partition("+outline")
    rng, style = random.Random(SEED), Style(packages, style_name)
    scenes = plan_scenes(rng)
    shutil.rmtree(samples / "pictures", ignore_errors=True)
    labels, counter = {}, 1021
    for album, members in place_in_albums(scenes, rng):
        begin = datetime.fromisoformat(album.month + "-01") + timedelta(days=rng.randint(0, max(0, 30 - album.days)))
        year = begin.year
        cameras = [c for c in CAMERAS if c.years[0] <= year <= c.years[1]]
        taken = sorted(begin + timedelta(days=rng.randrange(album.days), seconds=rng.randrange(7 * 3600, 21 * 3600)) for _ in members)
        for scene, moment in zip(members, taken):
            counter += rng.randint(1, 4)
            camera = rng.choice(cameras)
            image = draw(scene, style, bool(outline), random.Random(f"sample {counter}"))
            path = write_picture(image, samples / "pictures", album, Shot(camera, moment, counter), rng)
            facts = {"things": scene.words, "place": scene.place}
            facts |= {"colour": scene.colour} if scene.colour else {}
            labels[path] = facts | ({"count": scene.count} if scene.count > 1 else {})
    document = {"pictures": dict(sorted(labels.items())), "questions": questions(scenes)}
    (samples / "labels.json").write_text(json.dumps(document, indent=1) + "\n")
    size = sum(f.stat().st_size for f in (samples / "pictures").rglob("*") if f.is_file())
    print(f"{len(labels)} pictures, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:4])
