"""Backgrounds drawn by rule: a beach, a meadow, a street, a room, a night. SVG text, the same for the same random source.

Used twice: small, as grounds of the training scenes (`places.py BANK` writes 1,440 of them), and large, behind the sample
pictures (other seeds, so no sample stands on a ground that was trained on).
"""
import json
import random
import sys
from pathlib import Path

import numpy as np

from captions import PLACES
from drawings import render_wide

W, H = 640, 480


def _pick(rng, *colours: str) -> str:
    """One of the colours, a little lighter or darker."""
    value = rng.choice(colours)
    shade = rng.randint(-14, 14)
    return "#" + "".join(f"{max(0, min(255, int(value[i:i + 2], 16) + shade)):02x}" for i in (1, 3, 5))


def _ramp(top: str, bottom: str, name: str = "sky") -> str:
    return (f'<defs><linearGradient id="{name}" x2="0" y2="1"><stop stop-color="{top}"/>'
            f'<stop offset="1" stop-color="{bottom}"/></linearGradient></defs><rect width="{W}" height="{H}" fill="url(#{name})"/>')


def _rect(x, y, w, h, fill, extra="") -> str:
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{w:.0f}" height="{h:.0f}" fill="{fill}" {extra}/>'


def _wave(rng, y, fill, height=18) -> str:
    """Everything below a gently curved line."""
    a, b, c = (y + rng.uniform(-height, height) for _ in range(3))
    return f'<path d="M0 {a:.0f} C{W * .3:.0f} {b:.0f} {W * .6:.0f} {c:.0f} {W} {y:.0f} V{H} H0Z" fill="{fill}"/>'


def _clouds(rng, most=3) -> str:
    out = ""
    for _ in range(rng.randint(0, most)):
        x, y, s = rng.uniform(0, W), rng.uniform(20, 130), rng.uniform(18, 40)
        for dx, r in ((-1.2, .7), (0, 1), (1.2, .75)):
            out += f'<ellipse cx="{x + dx * s:.0f}" cy="{y:.0f}" rx="{s * r * 1.2:.0f}" ry="{s * r * .6:.0f}" fill="#fff" opacity=".75"/>'
    return out


def _dots(rng, count, top, bottom, radius, colours, opacity=1.0) -> str:
    return "".join(f'<circle cx="{rng.uniform(0, W):.0f}" cy="{rng.uniform(top, bottom):.0f}" r="{rng.uniform(.5, 1) * radius:.1f}" '
                   f'fill="{rng.choice(colours)}" opacity="{opacity}"/>' for _ in range(count))


def _day(rng) -> str:
    return _ramp(_pick(rng, "#6fb4e8", "#8cc8f0", "#5aa0dc", "#b4d4ec"), _pick(rng, "#d4ecf8", "#eaf4fa", "#c4e2f4")) + _clouds(rng)


def beach(rng):
    sea, sand = rng.uniform(.35, .5) * H, rng.uniform(.58, .72) * H
    return (_day(rng) + _rect(0, sea, W, H, _pick(rng, "#2f8fc0", "#3aa6b8", "#4a9cd0"))
            + _wave(rng, sand, "#ffffff") + _wave(rng, sand + 8, _pick(rng, "#ecd9a0", "#e6cc94", "#f0dcb4"))
            + _dots(rng, 40, sand + 20, H, 3, ["#c8ac78", "#f8ecc8"], .6))


def meadow(rng):
    line = rng.uniform(.45, .65) * H
    blades = "".join(f'<path d="M{x:.0f} {y:.0f} l4 -14 l4 14Z" fill="#3f8a3a" opacity=".6"/>'
                     for x, y in ((rng.uniform(0, W), rng.uniform(line + 20, H)) for _ in range(40)))
    return (_day(rng) + _wave(rng, line - 40, _pick(rng, "#8fc06a", "#7ab070"), 30)
            + _wave(rng, line, _pick(rng, "#6fb04a", "#5ca048", "#86bc52"))
            + blades + _dots(rng, rng.choice((0, 25)), line + 20, H, 5, ["#fff", "#f4d84c", "#e88aa8"]))


def _houses(rng, base, walls, lights) -> str:
    out, x = "", -10.0
    while x < W:
        w, h, wall = rng.uniform(60, 120), rng.uniform(90, 260), rng.choice(walls)
        out += _rect(x, base - h, w, h, wall)
        for row in range(int(h // 40)):
            for col in range(int(w // 28)):
                out += _rect(x + 10 + col * 27, base - h + 12 + row * 38, 13, 20, rng.choice(lights))
        x += w + rng.choice((0, 0, 8))
    return out


def city(rng):
    base = rng.uniform(.62, .74) * H
    walls = [_pick(rng, "#a8a090", "#b88c74", "#9098a4", "#c4b49c", "#8a8480") for _ in range(4)]
    stripes = "".join(_rect(x, (base + H) / 2 + 20, 44, 6, "#e8e4d8") for x in range(0, W, 96))
    return (_day(rng) + _houses(rng, base, walls, ["#dce8f0", "#6c7884", "#50606c"])
            + _rect(0, base, W, 26, _pick(rng, "#b8b4ac")) + _rect(0, base + 26, W, H, _pick(rng, "#60646a", "#55585c")) + stripes)


def room(rng):
    floor, wall = rng.uniform(.66, .78) * H, _pick(rng, "#e8dcc8", "#cfdccf", "#d8cfe0", "#e8c8b8", "#c8d8e4", "#f0e8d0")
    out = _rect(0, 0, W, H, wall)
    if rng.random() < .4:
        out += "".join(_rect(x, 0, 14, floor, "#ffffff", 'opacity=".22"') for x in range(0, W, 44))
    if rng.random() < .6:
        x, y = rng.uniform(20, 420), rng.uniform(20, 60)
        out += _rect(x, y, 170, 150, "#fdfdfa") + _rect(x + 10, y + 10, 70, 130, "#a8d4f0") + _rect(x + 90, y + 10, 70, 130, "#a8d4f0")
    boards = "".join(_rect(x, floor, 3, H, "#000000", 'opacity=".12"') for x in range(rng.randint(0, 60), W, 76))
    return out + _rect(0, floor, W, H, _pick(rng, "#a87848", "#8c6440", "#c09464", "#7c8088")) + boards + _rect(0, floor - 10, W, 10, "#f6f2ea")


def night(rng):
    out = _ramp(_pick(rng, "#0c1230", "#141a3c", "#101428"), _pick(rng, "#2c3468", "#303058", "#243050"))
    out += _dots(rng, 60, 0, .6 * H, 2.4, ["#fff", "#fff4c8"], .9)
    if rng.random() < .4:
        return out + _houses(rng, .74 * H, ["#1c2038", "#262a44", "#20243c"], ["#f4d46c", "#2c3048", "#2c3048"]) + _rect(0, .74 * H, W, H, "#181b2c")
    return out + _wave(rng, rng.uniform(.65, .8) * H, _pick(rng, "#182820", "#1c2434"))


def snow(rng):
    line = rng.uniform(.5, .65) * H
    pines = "".join(f'<path d="M{x:.0f} {line - h:.0f} l{h * .3:.0f} {h + 20:.0f} h{-h * .6:.0f}Z" fill="#5c8478" opacity=".8"/>'
                    for x, h in ((rng.uniform(0, W), rng.uniform(50, 120)) for _ in range(rng.randint(0, 7))))
    return (_ramp(_pick(rng, "#b8ccdc", "#c4d8e8", "#a8bccc"), _pick(rng, "#e4ecf2")) + pines
            + _wave(rng, line, _pick(rng, "#f2f6fa", "#e6eef6")) + _dots(rng, rng.choice((0, 60)), 0, H, 5, ["#fff"], .9))


def desert(rng):
    line = rng.uniform(.45, .6) * H
    return (_ramp(_pick(rng, "#84c0e4", "#f0c488"), _pick(rng, "#f8ecd0")) + _wave(rng, line, _pick(rng, "#dca860", "#d89c58"), 50)
            + _wave(rng, line + 80, _pick(rng, "#e8bc74", "#e4b068"), 40))


def sea(rng):
    line = rng.uniform(.4, .6) * H
    out = _day(rng) + _rect(0, line, W, H, _pick(rng, "#2c7cb4", "#2890a8", "#1f6c9c"))
    return out + "".join(f'<path d="M{x:.0f} {y:.0f} q14 -9 28 0 q14 9 28 0" stroke="#fff" stroke-width="3" fill="none" opacity=".45"/>'
                         for x, y in ((rng.uniform(0, W), rng.uniform(line + 15, H)) for _ in range(22)))


def forest(rng):
    line = rng.uniform(.6, .72) * H
    out = _ramp(_pick(rng, "#9cc4a0", "#b4d4b0"), _pick(rng, "#6c9c6c", "#84ac78"))
    for _ in range(9):
        x, w = rng.uniform(0, W), rng.uniform(14, 34)
        out += _rect(x, 0, w, line + 15, _pick(rng, "#6c5440", "#5c4838", "#7c6450"), 'opacity=".85"')
    out += "".join(f'<ellipse cx="{rng.uniform(0, W):.0f}" cy="{rng.uniform(-10, 60):.0f}" rx="90" ry="55" fill="{_pick(rng, "#3c7444", "#4c8848")}"/>' for _ in range(9))
    return out + _wave(rng, line, _pick(rng, "#5c7c3c", "#6c7044", "#547840"))


def sky(rng):
    return _ramp(_pick(rng, "#3c8cd8", "#5ca8ec", "#78b8e8"), _pick(rng, "#b4dcf8", "#d8ecf8")) + _clouds(rng, 5)


def mountains(rng):
    out, line = _day(rng), rng.uniform(.62, .75) * H
    for _ in range(rng.randint(3, 5)):
        x, h, w = rng.uniform(0, W), rng.uniform(150, 280), rng.uniform(130, 220)
        top = line + 30 - h
        out += f'<path d="M{x:.0f} {top:.0f} l{w:.0f} {h:.0f} h{-2 * w:.0f}Z" fill="{_pick(rng, "#7c8898", "#6c7888", "#8c94a4")}"/>'
        out += f'<path d="M{x:.0f} {top:.0f} l{w * .25:.0f} {h * .25:.0f} l{-w * .2:.0f} -10 l{-w * .3:.0f} 10Z" fill="#f8fafc"/>'
    return out + _wave(rng, line, _pick(rng, "#6c9c58", "#7cac60"))


def sunset(rng):
    out = _ramp(_pick(rng, "#5c4888", "#e0705c", "#c8506c"), _pick(rng, "#f8b458", "#fcd080"))
    line = rng.uniform(.6, .75) * H
    out += f'<circle cx="{rng.uniform(80, W - 80):.0f}" cy="{line:.0f}" r="{rng.uniform(30, 55):.0f}" fill="#ffe8a8"/>'
    return out + _wave(rng, line, _pick(rng, "#4c3844", "#3c4458", "#58482c"))


DRAWN = {"beach": beach, "meadow": meadow, "city": city, "room": room, "night": night, "snow": snow, "desert": desert,
         "sea": sea, "forest": forest, "sky": sky, "mountains": mountains, "sunset": sunset}
assert DRAWN.keys() == PLACES.keys()


def place_body(name: str, rng: random.Random) -> str:
    """What stands inside an <svg viewBox="0 0 640 480">."""
    return DRAWN[name](rng)


def main(bank: Path) -> None:
    names = [name for name in DRAWN for _ in range(120)]
    pictures = [np.asarray(render_wide(place_body(name, random.Random(f"train {i}")), 96, 72)) for i, name in enumerate(names)]
    np.save(bank / "places.npy", np.stack(pictures).transpose(0, 3, 1, 2))
    (bank / "places.json").write_text(json.dumps(names))
    print(f"{len(names)} places")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
