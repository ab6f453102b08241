"""Pictures that a decoder takes for photographs and a model in the box knows: the sample scenes under the falling spectrum of nature, hard edges,
edges out of focus, grain, sharpening.

PhotoLike().write(folder, number) draws one of 8 to 24 megapixels, the same for the same number; every tenth is a TIFF, the others are JPEGs. `photos` (a folder)
mixes real photographs in.
"""
import pathlib

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

SCENES = pathlib.Path(__file__).parents[2] / "samples" / "pictures"
BASE_SIDE = 2048
SIZES = ((3456, 2304), (3648, 2736), (4001, 3003), (4032, 3024), (4608, 3456), (4928, 3264), (5184, 3456), (5472, 3648), (6000, 4000))


def landscape(random, slope) -> Image.Image:
    """Three correlated channels whose amplitude falls with frequency to the power of `slope`."""
    frequency = np.hypot(np.fft.fftfreq(BASE_SIDE)[:, None], np.fft.rfftfreq(BASE_SIDE)[None, :])
    frequency[0, 0] = 1
    planes = []
    for _ in range(3):
        phases = random.normal(size=frequency.shape) + 1j * random.normal(size=frequency.shape)
        plane = np.fft.irfft2(phases / frequency ** slope)
        planes.append((plane - plane.mean()) / plane.std())
    shared = planes[0]
    channels = [random.uniform(90, 150) + random.uniform(25, 60) * (0.8 * shared + 0.4 * plane) for plane in planes]
    return Image.fromarray(np.clip(np.stack(channels, axis=-1), 0, 255).astype(np.uint8))


def part(random, base, least, size) -> Image.Image:
    """A random part of the picture, of at least so much of its sides, brought to `size`."""
    share = random.uniform(least, 1)
    width, height = int(base.width * share), int(base.height * share)
    left, top = random.integers(base.width - width + 1), random.integers(base.height - height + 1)
    return base.resize(size, Image.Resampling.BILINEAR, (left, top, left + width, top + height))


def shapes(random, size) -> Image.Image:
    """A mask of overlapping shapes and thin lines."""
    mask = Image.new("L", size, 0)
    pen = ImageDraw.Draw(mask)
    for _ in range(random.integers(2, 20)):
        x, y = random.uniform(0, size[0]), random.uniform(0, size[1])
        reach = size[1] * random.uniform(0.01, 0.25)
        corners = [(x + random.uniform(-reach, reach), y + random.uniform(-reach, reach)) for _ in range(random.integers(2, 7))]
        shade = int(random.integers(0, 256))
        if len(corners) == 2:
            pen.line(corners, fill=shade, width=int(random.integers(1, 12)))
        else:
            pen.polygon(corners, fill=shade)
    if random.random() < 0.4:  # out of focus
        mask = mask.reduce(4).filter(ImageFilter.GaussianBlur(random.uniform(1, 12))).resize(size, Image.Resampling.BILINEAR)
    return mask


class PhotoLike:
    def __init__(self, photos: pathlib.Path | None = None):
        random = np.random.default_rng(300)
        self.scenes = sorted(SCENES.rglob("*.jpg")) + (sorted(photos.rglob("*.jpg")) if photos else []) * 10
        self.textures = [landscape(random, slope) for slope in (0.9, 1.1, 1.3, 1.6)]
        grain = random.normal(0, 1, (1024, 1024, 3))
        self.grains = [Image.fromarray(np.clip(128 + grain * sigma, 0, 255).astype(np.uint8)) for sigma in (2, 5, 10)]

    def texture(self, random) -> Image.Image:
        return self.textures[random.integers(len(self.textures))]

    def scene(self, random) -> Image.Image:
        """A scene under a texture, no larger than the texture."""
        with Image.open(self.scenes[random.integers(len(self.scenes))]) as image:
            texture = self.texture(random)
            scene = image.convert("RGB").resize(texture.size, Image.Resampling.BICUBIC)
        return Image.blend(scene, texture, random.uniform(0.1, 0.4))

    def write(self, folder: pathlib.Path, number: int) -> pathlib.Path:
        random = np.random.default_rng((300, number))
        size = SIZES[random.integers(len(SIZES))]
        size = size[::-1] if random.random() < 0.3 else size
        image = Image.composite(part(random, self.texture(random), 0.3, size), part(random, self.scene(random), 0.7, size), shapes(random, size))
        grain = self.grains[random.integers(len(self.grains))]
        for x in range(0, size[0], grain.width):
            for y in range(0, size[1], grain.height):
                tile = image.crop((x, y, min(x + grain.width, size[0]), min(y + grain.height, size[1])))
                image.paste(ImageChops.add(tile, grain, 1, -128), (x, y))
        if random.random() < 0.3:
            image = image.filter(ImageFilter.SHARPEN)
        if number % 10 == 9:
            path, options = folder / f"{number}.tif", {}
        else:
            path, options = folder / f"{number}.jpg", {"quality": int(random.integers(75, 96)), "subsampling": int(random.choice([0, 2, 2]))}
        image.save(path, **options)
        return path
