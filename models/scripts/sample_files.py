"""Writes one sample picture as a camera or phone would have: file name, format, EXIF date, camera, lens, position."""
import random
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from albums import Album, Camera

FORMATS = {".jpg": 0.84, ".png": 0.03, ".webp": 0.06, ".avif": 0.03, ".gif": 0.02, ".tif": 0.02}
EXIF_IFD, GPS_IFD = 0x8769, 0x8825


@dataclass(frozen=True)
class Shot:
    camera: Camera
    taken: datetime
    counter: int


def _degrees(value: float):
    whole = abs(value)
    minutes = (whole - int(whole)) * 60
    seconds = (minutes - int(minutes)) * 60
    return (IFDRational(int(whole)), IFDRational(int(minutes)), IFDRational(int(seconds * 100), 100))


def _exif(shot: Shot, album: Album, orientation: int, rng: random.Random) -> Image.Exif:
    exif, camera = Image.Exif(), shot.camera
    stamp = shot.taken.strftime("%Y:%m:%d %H:%M:%S")
    exif[0x010F], exif[0x0110], exif[0x0112], exif[0x0132] = camera.make, camera.model, orientation, stamp
    details = {0x9003: stamp, 0x9004: stamp, 0x9010: album.offset, 0x9011: album.offset,
               0x829A: IFDRational(1, rng.choice((60, 125, 250, 500, 1000))), 0x829D: IFDRational(rng.choice((18, 28, 40, 56, 80)), 10),
               0x8827: rng.choice((100, 200, 400, 800)), 0x920A: IFDRational(rng.choice((18, 26, 35, 50, 85)))}
    if camera.lens:
        details[0xA434] = camera.lens
    exif.get_ifd(EXIF_IFD).update(details)
    if album.position and (camera.gps or rng.random() < 0.1):
        latitude, longitude = (v + rng.uniform(-0.03, 0.03) for v in album.position)
        exif.get_ifd(GPS_IFD).update({0: b"\x02\x03\x00\x00", 1: "N" if latitude >= 0 else "S", 2: _degrees(latitude),
                                      3: "E" if longitude >= 0 else "W", 4: _degrees(longitude)})
    return exif


def write_picture(image: Image.Image, root: Path, album: Album, shot: Shot, rng: random.Random) -> str:
    """Writes the file and returns its path below `root`."""
    suffix = rng.choices(list(FORMATS), list(FORMATS.values()))[0]
    name = shot.camera.name.format(n=shot.counter % (1000 if "{n:03}" in shot.camera.name else 100_000),
                                   d=shot.taken.strftime("%Y%m%d"), t=shot.taken.strftime("%H%M%S"))
    file = root / album.folder / (name + suffix)
    file.parent.mkdir(parents=True, exist_ok=True)
    orientation = 1
    if suffix == ".jpg" and image.height > image.width:  # stored lying down, as cameras do; viewers turn it back
        image, orientation = image.transpose(Image.Transpose.ROTATE_90), 6
    exif = _exif(shot, album, orientation, rng)
    if suffix == ".jpg":
        image.save(file, quality=78, optimize=True, exif=exif)
    elif suffix == ".png":
        image.quantize(64, dither=Image.Dither.NONE).convert("RGB").save(file, optimize=True, exif=exif)
    elif suffix == ".webp":
        image.save(file, quality=78, method=6, exif=exif)
    elif suffix == ".avif":
        image.save(file, quality=60, exif=exif)
    elif suffix == ".gif":
        image.resize((image.width // 2, image.height // 2), Image.BICUBIC).quantize(64, dither=Image.Dither.NONE).save(file)
    else:
        image.resize((image.width // 2, image.height // 2), Image.BICUBIC).save(file, compression="tiff_lzw", exif=exif)
    return str(file.relative_to(root))
