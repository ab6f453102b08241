"""Renders every drawing of the trained styles, plain and restyled, into one bank of small pictures.

Usage: prepare.py PACKAGES BANK       (PACKAGES: the unpacked npm packages; BANK: a folder to write)
Writes BANK/drawings.npy (uint8, drawings x 4 x 72 x 72, RGBA) and BANK/drawings.json (things, words, and for each
drawing its thing, style and variant).
"""
import json
import multiprocessing
import random
import sys
import zlib
from pathlib import Path

import numpy as np

from drawings import TRAINED, Style, lines_only, load_words, outlined, render, things_of

SIZE = 72
VARIANTS = {"plain": None, "outlined": outlined, "outlined2": outlined, "lines": lines_only}
_styles: list[Style] = []


def _draw(job: tuple[int, str, str]) -> np.ndarray | None:
    style_index, name, variant = job
    rng = random.Random(zlib.crc32(repr(job).encode()))
    make = VARIANTS[variant]
    try:
        image = render(_styles[style_index].svg(name, make(rng) if make else None), SIZE)
    except ValueError as error:  # a drawing the renderer cannot read is left out, and said so
        print(f"skip {job}: {error}", file=sys.stderr)
        return None
    return np.asarray(image).transpose(2, 0, 1)


def main(packages: Path, bank: Path) -> None:
    _styles.extend(Style(packages, name) for name in TRAINED)
    things = things_of(_styles, at_least=2)
    jobs = [(s, name, variant) for variant in VARIANTS for s, style in enumerate(_styles)
            for name in things if name in style.names]
    with multiprocessing.Pool(2) as pool:
        pictures = pool.map(_draw, jobs, chunksize=50)
    kept = [i for i, picture in enumerate(pictures) if picture is not None and picture[3].max() > 0]
    bank.mkdir(parents=True, exist_ok=True)
    np.save(bank / "drawings.npy", np.stack([pictures[i] for i in kept]))
    index = {name: i for i, name in enumerate(things)}
    facts = {"things": things, "words": load_words(packages, _styles, things), "styles": TRAINED,
             "variants": list(VARIANTS), "thing": [index[jobs[i][1]] for i in kept],
             "style": [jobs[i][0] for i in kept], "variant": [list(VARIANTS).index(jobs[i][2]) for i in kept]}
    (bank / "drawings.json").write_text(json.dumps(facts))
    print(f"{len(kept)} drawings of {len(things)} things")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
