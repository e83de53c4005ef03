"""Scenes of "Sharing": one picture of an animated step, and one of an animated training."""

from __future__ import annotations

from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QLabel

from app.assets import SAMPLES
from app.sharing import stepping, training
from app.window import Window
from docs.guide.scenes.shot import Shot
from engine.api import OpenGraph
from engine.files import read
from engine.trace.record import record

_HELD: list[QLabel] = []
"""Labels live until they are drawn."""


def _shown(image: QImage) -> QLabel:
    label = QLabel()
    label.setPixmap(QPixmap.fromImage(image))
    label.resize(image.size())
    _HELD.append(label)
    return label


def step(window: Window) -> Shot:
    """On the way back, where the chain rule is at work."""
    content = read(SAMPLES / "lessons" / "03_reverse_mode_by_hand.dgraph")
    prepared = OpenGraph(content, window.library).prepare()
    frames = stepping.frames(prepared, content, record(prepared), window.library, "dark", 40)
    return Shot("sharing-step", _shown(frames[-5].image))


def run(window: Window) -> Shot:
    """Early in the training of the line through Hubble's galaxies."""
    content = read(SAMPLES / "1_straight_line_hubble.dgraph")
    frames = training.frames(content, SAMPLES, window.library, "light", 300, 12)
    return Shot("sharing-training", _shown(frames[8].image))


SCENES = (step, run)
