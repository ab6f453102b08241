"""Measures an exported model: recall on the style it never saw, and questions to the sample pictures.

Usage: evaluate.py MODEL [--packages PACKAGES] [--samples SAMPLES]
--packages: things that the test style and at least two trained styles draw, one picture each on white, question
"a photo of a NAME" with the test style's own name. --samples: the questions in SAMPLES/labels.json.
"""
import argparse
import json
from pathlib import Path

from PIL import Image, ImageOps

from drawings import HELD_OUT, TRAINED, Style, render, things_of
from encoder import Encoder


def recall(encoder: Encoder, packages: Path) -> dict:
    """Recall@1, 5, 10 among as many pictures as things."""
    test = Style(packages, HELD_OUT)
    styles = [Style(packages, name) for name in TRAINED]
    things = [t for t in things_of([*styles, test], at_least=3) if t in test.names]
    pictures = []
    for thing in things:
        drawing = render(test.svg(thing), 256)
        picture = Image.new("RGB", drawing.size, "white")
        picture.paste(drawing, (0, 0), drawing)
        pictures.append(picture)
    texts = encoder.texts(["a photo of a " + t.replace("-", " ") for t in things])
    scores = texts @ encoder.images(pictures).T
    rank = (scores > scores.diag()[:, None]).sum(1)
    return {"things": len(things), **{f"recall@{k}": (rank < k).float().mean().item() for k in (1, 5, 10)}}


def answers(encoder: Encoder, samples: Path) -> dict:
    """Shares of questions: the first answer shows the one thing; the first five show both (in one picture, or together)."""
    labels = json.loads((samples / "labels.json").read_text())
    paths = sorted(labels["pictures"])
    shown = [set(labels["pictures"][p]["things"]) for p in paths]
    pictures = encoder.images([ImageOps.exif_transpose(Image.open(samples / "pictures" / p)) for p in paths])

    def share(questions: list[dict], first: int, right) -> float:
        best = (encoder.texts([q["text"] for q in questions]) @ pictures.T).topk(first).indices.tolist()
        return sum(right(set(q["things"]), [shown[i] for i in row]) for q, row in zip(questions, best)) / len(questions)

    in_one = lambda things, rows: any(things <= row for row in rows)
    one, two = labels["questions"]["one"], labels["questions"]["two"]
    return {"pictures": len(paths), "one-thing questions": len(one), "right first answer": share(one, 1, in_one),
            "two-thing questions": len(two), "one of the first five shows both": share(two, 5, in_one),
            "the first five together show both": share(two, 5, lambda things, rows: things <= set().union(*rows))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--packages", type=Path)
    parser.add_argument("--samples", type=Path)
    args = parser.parse_args()
    encoder = Encoder(args.model)
    results = {}
    if args.packages:
        results |= recall(encoder, args.packages)
    if args.samples:
        results |= answers(encoder, args.samples)
    for name, value in results.items():
        print(f"{name:36} {value if isinstance(value, int) else format(value, '.3f')}")


if __name__ == "__main__":
    main()
