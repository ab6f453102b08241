"""The bytes a model is given, beside PIL and torchvision: every way of storing colours, 250 random sizes, both profiles.

The pictures are drawn here and written by PIL, so that nothing but the two programs' reading and resizing is compared.
"""
import io
import os
import pathlib
import subprocess

import conftest  # declares what torchvision looks up while it is imported
import numpy as np
import pytest
from open_clip.transform import image_transform
from PIL import Image
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

SIDE = 64
RANDOM_SIZES = 250
# Upwards, downwards, one axis kept, thin, and tall enough that PIL runs the vertical pass first.
SIZES = ((97, 61), (61, 97), (20, 13), (70, 64), (64, 71), (64, 64), (1, 1), (1, 90), (90, 1), (3, 500), (500, 3), (65, 200), (130, 391), (391, 130))


@pytest.fixture(scope="session")
def fovea_inputs():
    """fovea_inputs(mode, profile, side, paths), modes as print_inputs takes them: an array of side x side x 3 per picture, or the reason why there is none."""
    binary = os.environ.get("FOVEA_BINARY")
    if not binary:
        pytest.skip("FOVEA_BINARY is not set")
    program = pathlib.Path(binary).parent / "tests" / "print_inputs"

    def run(mode, profile, side, paths):
        lines = "".join(f"{mode} {profile} {side} {path}\n" for path in paths)
        done = subprocess.run([program], input=lines.encode(), capture_output=True, timeout=300, check=True)
        answer, found = io.BytesIO(done.stdout), []
        for _ in paths:
            line = answer.readline().decode().strip()
            if line.startswith("ok "):
                found.append(np.frombuffer(answer.read(int(line[3:])), np.uint8).reshape(side, side, 3))
            else:
                found.append(line)
        return found
    return run


def openai_input(image: Image.Image, side=SIDE) -> np.ndarray:
    """What open_clip's evaluation transform (the original's) has before it makes a tensor."""
    steps = image_transform(side, is_train=False).transforms
    for step in steps[:3]:  # resize, crop, convert
        image = step(image)
    assert image.mode == "RGB"
    return np.asarray(image)


def hf_input(image: Image.Image, side=SIDE) -> np.ndarray:
    """transformers' processor after the plain conversion to RGB that it had when the models were published: since version 5 it puts
    transparent pictures on white instead."""
    image = Image.fromarray(np.asarray(image.convert("RGB")))  # which forgets which colour was transparent
    processor = CLIPImageProcessorPil(size={"shortest_edge": side}, crop_size={"height": side, "width": side}, do_rescale=False, do_normalize=False)
    return np.asarray(processor(image, return_tensors="np")["pixel_values"][0]).transpose(1, 2, 0).astype(np.uint8)


def check_all(fovea_inputs, paths) -> None:
    for profile, reference in (("openai", openai_input), ("hf", hf_input)):
        wrong = []
        for path, found in zip(paths, fovea_inputs("parity", profile, SIDE, paths)):
            with Image.open(path) as image:
                wanted = reference(image)
            if isinstance(found, str):
                wrong.append(f"{path.name}: {found}")
            elif not np.array_equal(found, wanted):
                off = np.abs(found.astype(int) - wanted)
                wrong.append(f"{path.name}: {np.count_nonzero(off)} samples differ, by {off.max()} at most")
        assert not wrong, f"profile {profile}: {len(wrong)} of {len(paths)}:\n" + "\n".join(wrong[:20])


def draw(width, height, channels=3, seed=0) -> np.ndarray:
    """Shapes with hard and soft edges under noise, 0..255."""
    random = np.random.default_rng(seed * 1_000_003 + width * 1009 + height)
    y, x = np.mgrid[0:height, 0:width]
    planes = []
    for _ in range(channels):
        fx, fy, phase = random.uniform(-0.3, 0.3, 2).tolist() + [random.uniform(0, 6)]
        soft = 127 + 110 * np.sin(fx * x + fy * y + phase)
        planes.append(np.where((x * 7 // width + y * 5 // height) % 3 == 0, 255 - soft, soft))
    return np.clip(np.stack(planes, axis=-1) + random.normal(0, 25, (height, width, channels)), 0, 255).astype(np.uint8)


def rgb(w, h):
    return Image.fromarray(draw(w, h))


def grey(w, h):
    return Image.fromarray(draw(w, h, 1)[..., 0])


def rgba(w, h):
    return Image.fromarray(draw(w, h, 4))


def grey_alpha(w, h):
    return Image.merge("LA", [Image.fromarray(plane) for plane in draw(w, h, 2).transpose(2, 0, 1).copy()])


def cmyk(w, h):
    return Image.merge("CMYK", [Image.fromarray(plane) for plane in draw(w, h, 4).transpose(2, 0, 1).copy()])


def palette(w, h):
    return rgb(w, h).quantize(40)


def bits(w, h):
    return grey(w, h).convert("1")


def deep_grey(w, h, top=65536):
    return Image.fromarray((draw(w, h, 1)[..., 0].astype(np.uint32) * top // 256).astype(np.uint16))


# name, what makes the picture, ending, options of PIL's writer
KINDS = [
    ("rgb", rgb, "png", {}), ("grey", grey, "png", {}), ("rgba", rgba, "png", {}), ("grey-alpha", grey_alpha, "png", {}),
    ("palette", palette, "png", {}), ("palette-4", lambda w, h: rgb(w, h).quantize(9), "png", {"bits": 4}),
    ("palette-clear", palette, "png", {"transparency": 3}), ("1-bit", bits, "png", {}), ("deep-grey", deep_grey, "png", {}),
    ("dark-deep-grey", lambda w, h: deep_grey(w, h, 400), "png", {}),
    ("colour-key", rgb, "png", {"transparency": (1, 2, 3)}),
    ("rgb", rgb, "tif", {}), ("lzw", rgb, "tif", {"compression": "tiff_lzw"}), ("grey", grey, "tif", {}), ("rgba", rgba, "tif", {}),
    ("grey-alpha", grey_alpha, "tif", {}), ("palette", palette, "tif", {}), ("1-bit", bits, "tif", {}), ("cmyk", cmyk, "tif", {}), ("deep-grey", deep_grey, "tif", {}),
    ("444", rgb, "jpg", {"quality": 90, "subsampling": 0}), ("422", rgb, "jpg", {"quality": 85, "subsampling": 1}),
    ("420", rgb, "jpg", {"quality": 75, "subsampling": 2}), ("progressive", rgb, "jpg", {"quality": 80, "progressive": True}),
    ("keep-rgb", rgb, "jpg", {"quality": 90, "keep_rgb": True}), ("grey", grey, "jpg", {}), ("cmyk", cmyk, "jpg", {"quality": 90}),
    ("colour", palette, "gif", {}), ("grey", grey, "gif", {}), ("clear", palette, "gif", {"transparency": 5}),
    ("lossless", rgb, "webp", {"lossless": True}), ("lossy", rgb, "webp", {"quality": 80}), ("alpha", rgba, "webp", {"lossless": True}),
]


@pytest.mark.parametrize("kind", KINDS, ids=[f"{name}.{ending}" for name, _, ending, _ in KINDS])
def test_kinds(kind, fovea_inputs, tmp_path):
    name, make, ending, options = kind
    paths = []
    for width, height in SIZES:
        paths.append(tmp_path / f"{name}-{width}x{height}.{ending}")
        make(width, height).save(paths[-1], **options)
    check_all(fovea_inputs, paths)


def test_deep_colour(fovea_inputs, tmp_path):
    """16 bits per channel, which PIL reads but does not write: PNG and TIFF of RGB, RGBA, and PNG of grey and alpha."""
    paths = []
    for width, height in SIZES:
        for channels, colour_type in ((3, 2), (4, 6), (2, 4)):
            samples = draw(width, height, channels, seed=channels).astype(np.uint16) * 257 + np.arange(channels, dtype=np.uint16)
            paths.append(tmp_path / f"deep-{channels}-{width}x{height}.png")
            paths[-1].write_bytes(png(samples, colour_type))
    check_all(fovea_inputs, paths)


def png(samples: np.ndarray, colour_type: int) -> bytes:
    """A 16-bit PNG file."""
    import struct
    import zlib
    height, width = samples.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_first_frames(fovea_inputs, tmp_path):
    paths = []
    for width, height in SIZES:
        for ending, make, options in (("gif", palette, {}), ("webp", rgb, {"lossless": True}), ("png", rgb, {}), ("tif", rgb, {})):
            paths.append(tmp_path / f"frames-{width}x{height}.{ending}")
            frames = [make(width, height), make(width, height).transpose(Image.Transpose.FLIP_TOP_BOTTOM)]
            frames[0].save(paths[-1], save_all=True, append_images=frames[1:], **options)
    check_all(fovea_inputs, paths)


def test_random_sizes(fovea_inputs, tmp_path):
    random = np.random.default_rng(250)
    paths = []
    for i in range(RANDOM_SIZES):
        width, height = (int(side) for side in np.exp(random.uniform(0, np.log(900), 2)))
        _, make, ending, options = KINDS[int(random.integers(len(KINDS)))]
        paths.append(tmp_path / f"{i}-{width}x{height}.{ending}")
        make(width, height).save(paths[-1], **options)
    check_all(fovea_inputs, paths)


def test_orientation(fovea_inputs, tmp_path):
    """Parity mode ignores EXIF, as the original does; the default mode turns the picture as PIL's exif_transpose would."""
    from PIL import ImageOps
    paths = []
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[274] = orientation
        for ending, options in (("jpg", {"quality": 95, "subsampling": 0}), ("png", {})):
            paths.append(tmp_path / f"{orientation}.{ending}")
            rgb(120, 90).save(paths[-1], exif=exif, **options)
    check_all(fovea_inputs, paths)
    for path, found in zip(paths, fovea_inputs(str(SIDE), "openai", SIDE, paths)):
        with Image.open(path) as image:
            assert np.array_equal(found, openai_input(ImageOps.exif_transpose(image))), path.name
