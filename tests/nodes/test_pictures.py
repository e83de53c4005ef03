"""Pictures: what is read out of PNG and JPEG files, what is refused in a sentence, and random changes of pictures."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from engine import limits
from engine.data import Data
from engine.errors import DataError
from engine.random_bits import key
from nodes.library import LIBRARY
from tests.png import png

Image = pytest.importorskip("PIL.Image")
READ = LIBRARY["inputs.image"]
augment = LIBRARY["inputs.augment"].function
COLOURS = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[10, 20, 30], [0, 0, 0], [255, 255, 255]]], np.uint8)
LUMA = COLOURS @ np.array([299, 587, 114]) / 1000


def stored(picture, kind="PNG", **how):
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def read(folder: Path, content: bytes, name="picture.png", **settings):
    (folder / name).write_bytes(content)
    data = Data(folder).of("image_1", '"photo" (image_1)', None)
    settings = {each: spec.default for each, spec in READ.settings.items()} | {"file": name} | settings
    return READ.function(data, **settings)


def test_colours_and_brightness_are_fractions(tmp_path):
    rows = b"".join(b"\x00" + row.tobytes() for row in COLOURS)
    content = png(3, 2, 8, 2, rows)
    found = read(tmp_path, content, channels="colour")
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, COLOURS / 255, rtol=1e-15)
    np.testing.assert_allclose(read(tmp_path, content), LUMA / 255, atol=0.51 / 255)
    assert read(tmp_path, content, dtype="float32").dtype == np.float32
    alpha = read(tmp_path, content, channels="colour and alpha")
    assert alpha.shape == (2, 3, 4)
    assert (alpha[..., 3] == 1).all()


def test_sixteen_bits_keep_their_depth(tmp_path):
    numbers = np.array([[0, 1, 257], [40_000, 65_534, 65_535]], ">u2")
    content = png(3, 2, 16, 0, b"".join(b"\x00" + row.tobytes() for row in numbers))
    np.testing.assert_allclose(read(tmp_path, content), numbers / 65535, rtol=1e-15)
    assert read(tmp_path, content, channels="colour").shape == (2, 3, 3)


def test_bits_palettes_and_transparency(tmp_path):
    bits = png(4, 1, 1, 0, b"\x00\xa0")
    np.testing.assert_array_equal(read(tmp_path, bits), [[1, 0, 1, 0]])
    palette = Image.fromarray(COLOURS).quantize(8)
    np.testing.assert_allclose(read(tmp_path, stored(palette), channels="colour"), COLOURS / 255, atol=1e-15)
    half = np.zeros((1, 3, 4), np.uint8)
    half[0, :, 3] = [0, 128, 255]
    seen = read(tmp_path, stored(Image.fromarray(half)))
    np.testing.assert_allclose(seen, [[1.0, 127 / 255, 0.0]], atol=1.01 / 255)
    np.testing.assert_allclose(read(tmp_path, stored(Image.fromarray(half)), channels="colour and alpha"), half / 255)


def test_a_jpeg_is_read_and_turned_as_its_camera_says(tmp_path):
    wide = np.zeros((20, 40, 3), np.uint8)
    wide[:, :20] = 255
    turned = Image.Exif()
    turned[0x0112] = 6  # its top is at the right
    found = read(tmp_path, stored(Image.fromarray(wide), "JPEG", exif=turned, quality=95), "photo.jpg")
    assert found.shape == (40, 20)
    assert found[:18].mean() > 0.95
    assert found[-18:].mean() < 0.05
    inks = Image.fromarray(wide).convert("CMYK")
    assert read(tmp_path, stored(inks, "JPEG"), "print.jpg", channels="colour").shape == (20, 40, 3)


def test_what_a_file_is_says_its_content_not_its_name(tmp_path):
    content = stored(Image.fromarray(COLOURS))
    np.testing.assert_array_equal(read(tmp_path, content, "odd.jpg"), read(tmp_path, content))


def test_a_sheet_is_cut_into_tiles(tmp_path):
    sheet = np.arange(24, dtype=np.uint8).reshape(4, 6)
    found = read(tmp_path, stored(Image.fromarray(sheet)), tile=2)
    assert found.shape == (6, 2, 2)
    np.testing.assert_allclose(found[1] * 255, sheet[:2, 2:4])
    np.testing.assert_allclose(found[3] * 255, sheet[2:, :2])
    with pytest.raises(DataError, match="4 rows and 6 columns cannot be cut into squares of 4"):
        read(tmp_path, stored(Image.fromarray(sheet)), tile=4)


WHOLE = stored(Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)))
BOMB = png(60_000, 60_000, 8, 0, b"\x00")
LARGE = png(9_000, 9_000, 8, 0, b"\x00")
BAD = {
    "a text": (b"width,height\n1,2\n", "neither a PNG nor a JPEG"),
    "nothing": (b"", "neither a PNG nor a JPEG"),
    "another format": (stored(Image.fromarray(COLOURS), "GIF"), "neither a PNG nor a JPEG"),
    "half of it": (WHOLE[: len(WHOLE) // 2], "damaged picture"),
    "only its head": (WHOLE[:20], "neither a PNG nor a JPEG|damaged"),
    "a bomb": (BOMB, f"at most {limits.IMAGE_PIXELS:,} are read"),
    "too many pixels": (LARGE, "9,000 by 9,000 pixels"),
    "noise": (WHOLE[:40] + bytes(range(256)) * 8, "damaged"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_picture_is_refused_in_one_sentence(tmp_path, what):
    content, words = BAD[what]
    with pytest.raises(DataError, match=words) as caught:
        read(tmp_path, content)
    assert caught.value.sentence.startswith('"photo" (image_1) cannot use “picture.png”: ')
    assert "\n" not in caught.value.sentence
    assert caught.value.node == "image_1"


def test_every_cut_and_every_flipped_byte_is_a_picture_or_a_sentence(tmp_path):
    small = stored(Image.fromarray(COLOURS))
    random = np.random.default_rng(1)
    for k in range(len(small)):
        flipped = bytearray(small)
        flipped[k] ^= int(random.integers(1, 256))
        for content in (small[:k], bytes(flipped)):
            try:
                found = read(tmp_path, content)
            except DataError:
                continue
            assert np.isfinite(found).all()


# Augment --------------------------------------------------------------------------------------------------------------

PICTURES = np.random.default_rng(0).normal(size=(400, 6, 5))


def moves(picture, shift):
    """Every way in which a picture may come out, by its shift and mirroring."""
    rows, columns = picture.shape
    padded = np.zeros((rows + 2 * shift, columns + 2 * shift))
    for mirrored in (False, True):
        padded[shift : shift + rows, shift : shift + columns] = picture
        for down in range(-shift, shift + 1):
            for across in range(-shift, shift + 1):
                window = padded[shift + down : shift + down + rows, shift + across : shift + across + columns]
                yield (down, across, mirrored), window[:, ::-1] if mirrored else window


def test_pictures_are_shifted_and_mirrored_each_in_its_own_way():
    changed = augment(key(0, "augment", 3), PICTURES, train=True, shift=2, flip=True, noise=0.0)
    found = []
    for before, after in zip(PICTURES, changed, strict=True):
        ways = [way for way, made in moves(before, 2) if np.array_equal(made, after)]
        assert ways, "no shift or mirroring leads there"
        found.append(ways[0])
    counts = {way: found.count(way) for way in set(found)}
    assert len(counts) == 50
    assert sum(mirrored for _, _, mirrored in found) == pytest.approx(200, abs=45)
    other = augment(key(0, "augment", 4), PICTURES, train=True, shift=2, flip=True, noise=0.0)
    assert not np.array_equal(changed, other)


def test_noise_has_its_deviation_and_is_not_made_of_the_numbers_that_shift():
    noise = augment(key(0, "augment", 0), np.zeros((2000, 4, 4)), train=True, shift=1, flip=False, noise=0.5)
    assert noise.std() == pytest.approx(0.5, rel=0.02)
    assert abs(np.corrcoef(noise[:, 0, 0], noise[:, 3, 3])[0, 1]) < 0.1


def test_in_evaluation_pictures_stay_as_they_are():
    for pictures in (PICTURES, np.stack([PICTURES, -PICTURES], axis=-1)):
        kept = augment(key(0, "augment", 0), pictures, train=False, shift=3, flip=True, noise=1.0)
        np.testing.assert_array_equal(kept, pictures)
