"""Inputs: pictures out of PNG and JPEG files, and pictures changed a little at every step."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

import autograd.numpy as np
import numpy as onp
from numpy.typing import NDArray

from engine import limits, random_bits
from engine.errors import DataError, ShapeError
from engine.operator import Kind, Sample, operator
from engine.setting import Choice, File, Integer, Slider, Toggle
from engine.types import ArrayType, Type, shape_text
from nodes import shapes
from nodes.casts import Value, inexact
from nodes.table_cells import quoted

SUFFIXES: Final = (".png", ".jpg", ".jpeg")
FORMATS: Final = ("PNG", "JPEG")
MODES: Final = {"grey": "L", "colour": "RGB", "colour and alpha": "RGBA"}
DTYPES: Final = ("float64", "float32")


# ----- reading -----


@operator(
    "inputs.image",
    "Image",
    kind=Kind.SOURCE,
    synonyms=("picture", "photo", "png", "jpeg", "jpg", "pixels", "load", "read", "file", "bitmap", "sprite", "tiles"),
    sockets={"value": "(rows, columns) in grey, (rows, columns, 3) in colour; with tiles one more axis in front"},
)
def image(
    data: Any,
    *,
    file: Value = File("", suffixes=SUFFIXES, help="A PNG or JPEG file."),
    channels: Value = Choice(
        "grey",
        options=tuple(MODES),
        help="One brightness for each pixel, three colours, or these and how opaque it is.",
    ),
    tile: Value = Integer(
        0,
        low=0,
        high=10_000,
        unit="pixels",
        help="The side of the squares that the picture is cut into, row by row; 0: it stays whole.",
    ),
    dtype: Value = Choice("float64", options=DTYPES, help="How the numbers are stored."),
) -> Any:
    """The pixels of a picture, from 0 (black) to 1 (white).

    Where it is transparent, and its alpha is not asked for, it is seen on white. A JPEG is turned as its camera says.
    """
    path = data.path(file)
    try:
        pixels = read_pixels(data.read(file), str(channels))
        pixels = _tiles(pixels, int(tile)) if tile else pixels
    except DataError as error:
        sentence = f"{data.label} cannot use {quoted(path.name)}: {error.sentence}."
        raise DataError(sentence, node=data.node) from None
    return pixels.astype(str(dtype))


def read_pixels(content: bytes, channels: str) -> NDArray[Any]:
    """Return the pixels in the bytes of a PNG or JPEG file, from 0 to 1; raise DataError with the end of a sentence."""
    try:
        # Imported here: Pillow is needed by this operator alone, and the library has to open fast.
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError:
        raise DataError("pictures are read by Pillow, which is not installed: pip install pillow") from None
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            _require_small(opened.size)
            opened.load()
            upright = ImageOps.exif_transpose(opened)
            return _pixels(upright, channels)
    except UnidentifiedImageError:
        raise DataError("it is neither a PNG nor a JPEG picture, or a damaged one") from None
    except Image.DecompressionBombError:
        raise DataError(f"it has too many pixels: at most {limits.IMAGE_PIXELS:,} are read") from None
    except DataError:
        raise
    except MemoryError:
        raise DataError("it needs more memory than there is") from None
    except Exception as error:  # noqa: BLE001 - what a damaged picture makes of a decoder is the decoder's secret
        said = str(error).partition("\n")[0][:80]
        raise DataError(f"it is a damaged picture ({said or type(error).__name__})") from None


def _require_small(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > limits.IMAGE_PIXELS:
        raise DataError(
            f"it has {width:,} by {height:,} pixels, and at most {limits.IMAGE_PIXELS:,} are read: make it smaller"
        )


def _pixels(picture: Any, channels: str) -> NDArray[Any]:
    from PIL import Image

    if picture.mode.startswith("I"):  # 16 bits for each pixel, which Pillow would cut off at 8 on conversion
        grey = onp.asarray(picture, onp.float64) / 65535.0
        if channels == "grey":
            return grey
        whole = [onp.ones_like(grey)] * (channels == "colour and alpha")
        return onp.stack([grey, grey, grey, *whole], axis=-1)
    transparent = "A" in picture.getbands() or "transparency" in picture.info
    if transparent and channels != "colour and alpha":
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return onp.asarray(picture.convert(MODES[channels]), onp.float64) / 255.0


def _tiles(pixels: NDArray[Any], side: int) -> NDArray[Any]:
    rows, columns = pixels.shape[:2]
    if rows % side or columns % side:
        raise DataError(
            f"its {rows} rows and {columns} columns cannot be cut into squares of {side}: "
            "choose a side that divides both"
        )
    rest = pixels.shape[2:]
    cut = pixels.reshape(rows // side, side, columns // side, side, *rest)
    return onp.moveaxis(cut, 2, 1).reshape(-1, side, side, *rest)


# ----- augment -----


def _pictures(types: Sequence[Type], settings: shapes.Settings) -> tuple[Type, ...]:
    found = shapes.real(types[0], "x")
    if len(found.shape) not in (3, 4):
        raise ShapeError(
            f"x has shape {shape_text(found.shape)}: it takes pictures (count, rows, columns) or "
            "(count, rows, columns, channels)",
            socket="x",
        )
    return (ArrayType(found.shape, shapes.inexact([found.dtype], False)),)


PICTURES = onp.array([[[1.0, -2.0, 0.5], [0.25, 3.0, -1.5]], [[-0.75, 2.0, 1.25], [0.5, -1.0, 4.0]]])


@operator(
    "inputs.augment",
    "Augment images",
    kind=Kind.RANDOM,
    shape=_pictures,
    formula=r"y_{n,i,j} = x_{n,\,i+a_n,\,\pm j+b_n} + s\,\epsilon",
    partials={"x": r"1\ (\mathrm{where\ it\ came\ from}),\ 0\ (\mathrm{else})"},
    domain="x is real: pictures along axis 0",
    synonyms=("augmentation", "shift", "flip", "mirror", "noise", "jitter", "crop", "translate", "regularise"),
    samples=(
        Sample((PICTURES,), {"shift": 1, "flip": True}),
        Sample((-PICTURES,), {"shift": 1, "flip": True}),
        Sample((PICTURES[..., None] * onp.array([1.0, -0.5]),), {"shift": 0, "noise": 0.1}),
        Sample((PICTURES.astype("float32"),), {"shift": 2}),
    ),
    sockets={
        "x": "(count, rows, columns) or (count, rows, columns, channels)",
        "value": "x changed at random in training, each picture in its own way; x itself in evaluation",
    },
)
def augment(
    key: Value,
    x: Value,
    *,
    train: bool,
    shift: Value = Integer(1, low=0, high=1000, unit="pixels", help="How far at most, to any side; 0 comes in."),
    flip: Value = Toggle(False, help="Mirror every second picture, left to right."),
    noise: Value = Slider(0.0, low=0.0, high=1.0, help="The standard deviation of noise on every pixel."),
) -> Value:
    """Shifts, mirrors and blurs pictures with noise at random in training, anew at every step; not in evaluation."""
    x = inexact(x)
    if not train:
        return x
    dtype, shape = np.result_type(x).name, np.shape(x)
    count, rows, columns = shape[:3]
    planes = x[..., None] if len(shape) == 3 else x
    # The first numbers place the pictures, those after them are the noise: one stream, no number used twice.
    drawn = random_bits.uniform(key, (3, count))
    down, across = (np.floor(drawn[k] * (2 * shift + 1)) - shift for k in range(2))
    mirrored = np.where(drawn[2] < 0.5, 1.0, 0.0) if flip else onp.zeros(count)
    places = onp.arange(columns, dtype="float64")
    source = mirrored[:, None] * (columns - 1 - places) + (1 - mirrored[:, None]) * places + across[:, None]
    vertical = _moved(onp.arange(rows) + down[:, None], rows, dtype)
    horizontal = _moved(source, columns, dtype)
    moved = np.einsum("nik,nklc,njl->nijc", vertical, planes, horizontal)
    return _noisy(key, np.reshape(moved, shape), noise, dtype)


def _noisy(key: Value, x: Value, noise: Value, dtype: str) -> Value:
    shape = np.shape(x)
    count = int(onp.prod(shape))
    return x + noise * np.reshape(random_bits.normal(key, (3 * shape[0] + count,), dtype)[3 * shape[0] :], shape)


def _moved(source: Value, length: int, dtype: str) -> Value:
    """Return matrices that take each place from its source, 0 where that lies outside: (count, places, sources)."""
    here = np.equal(source[:, :, None], onp.arange(length, dtype="float64"))
    return np.where(here, onp.ones((), dtype), onp.zeros((), dtype))


OPERATORS = (image, augment)
