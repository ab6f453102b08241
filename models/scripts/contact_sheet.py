"""The first nine answers of a model to the twenty questions of the sample pictures, as one picture to look at.

Usage: contact_sheet.py MODEL SAMPLES OUT.jpg
"""
import json
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from encoder import Encoder

CELL_W, CELL_H, TEXT_W, ANSWERS = 104, 78, 176, 9


def main(model: Path, samples: Path, out: Path) -> None:
    labels = json.loads((samples / "labels.json").read_text())
    paths, questions = sorted(labels["pictures"]), labels["questions"]["sheet"]
    encoder = Encoder(model)
    images = [ImageOps.exif_transpose(Image.open(samples / "pictures" / p)).convert("RGB") for p in paths]
    best = (encoder.texts(questions) @ encoder.images(images).T).topk(ANSWERS).indices.tolist()
    sheet = Image.new("RGB", (TEXT_W + ANSWERS * (CELL_W + 4) + 4, len(questions) * (CELL_H + 4) + 4), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for row, (question, answers) in enumerate(zip(questions, best)):
        top = 4 + row * (CELL_H + 4)
        pen.multiline_text((8, top + CELL_H // 2), question.replace(" in ", "\nin ").replace(" at ", "\nat ").replace(" on ", "\non "),
                           fill="black", font=font, anchor="lm")
        for column, answer in enumerate(answers):
            small = ImageOps.pad(images[answer], (CELL_W, CELL_H), color="#202020")
            sheet.paste(small, (TEXT_W + column * (CELL_W + 4), top))
    sheet.save(out, quality=82, optimize=True)
    print(f"{out}: {sheet.size}, {out.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
