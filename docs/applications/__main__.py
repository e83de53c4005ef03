"""Write the pages of the applications: python -m docs.applications [sample ...] [--pictures]

A page is made of its sample: the words are those of the note on its canvas, so they are written once. What others
published stands here, with how many steps the picture is taken after.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app.gallery import FIELDS
from engine.files import read

HERE: Final = Path(__file__).parent
SAMPLES: Final = HERE.parents[1] / "sample_graphs"


class Application(NamedTuple):
    """A sample with what is published of it, and the steps after which it is pictured."""

    published: str
    steps: int


APPLICATIONS: Final = {
    "cubic_by_network": Application("100 epochs of Adam on 23 tanh units (Flux's example)", 100),
    "sine_by_polynomial": Application("a mean squared relative error of 2.96e-11, from 1.32e-9", 400),
    "gaussian_process": Application("autograd's example, no figure", 60),
    "xor_quick_start": Application("94 % or better (Flux's quick start)", 300),
    "taylor_sine": Application("a derivative of 0.540302303791887 at 1", 20),
    "cube_by_recursion": Application("3x², and no second derivative", 20),
    "loops_of_theano": Application("the cases of Theano's documentation, no figure", 20),
    "checkpoints_and_stability": Application("4 times less memory; log(1 + exp(800)) finite", 20),
    "charged_particle": Application("w* = 0.2071918746486116", 60),
    "saddle_by_nested_descent": Application("8.246324826140356e-06 in all four components", 1),
    "character_rnn": Application("a smoothed loss of about 14 to 15 after 5,000 iterations", 200),
    "sentiment_trees": Application("a loss per tree that falls (TreeLSTM, 100 trees, 6 epochs)", 20),
    "funnel_variational": Application("autograd's example, no figure", 200),
    "gaussian_mixture": Application("gradients equal to hand-written ones to 1e-8 (ADBench)", 60),
    "generative_adversarial_ring": Application("autograd's example, no figure", 200),
    "deconvolution": Application("deconvolution in gradient Halide; at least 3 dB were set as the aim", 60),
    "bilateral_grid": Application("a bilateral grid in gradient Halide; derivatives right to 1e-6 were the aim", 60),
    "ball_throw": Application("88 steps of gradient descent, 2,422 throws of CMA-ES", 60),
    "neural_ode": Application("the set-up of autograd's ode_net; a mean error below 0.05 was set as the aim", 300),
    "hunters_and_prey": Application("the approach of universal differential equations, no figure", 100),
    "quantum_eigensolver": Application("E₀ = −2 on the ring, −1.6160254 on the open chain", 200),
    "lstm_diagonal": Application("gradients equal to hand-written ones to 1e-8 (ADBench)", 60),
    "bundle_adjustment": Application("gradients equal to hand-written ones to 1e-8 (ADBench)", 30),
}


def words(stem: str) -> list[str]:
    """Return the paragraphs of the sample's longest note."""
    notes = read(SAMPLES / f"{stem}.dgraph").layout.notes.values()
    return max((note.text for note in notes), key=len).split("\n\n")


def page(stem: str) -> str:
    """Return an application's page as Markdown."""
    first, *rest = words(stem)
    title, _, method = first.removeprefix("**").partition("**")
    told = {key: next((each for each in rest if each.startswith(f"{key}:")), "") for key in ("Reached", "Source")}
    more = [each for each in rest if each not in told.values()]
    reached = told["Reached"].removeprefix("Reached:").strip().replace("\n", " ")
    lines = [
        f"# {title.rstrip('.')}",
        "",
        f"![The graph and its plots after a run](images/{stem}.png)",
        "",
        *(part for each in (method.strip(" .,:"), *more) if each for part in (_sentence(each), "")),
        "| published | reached |",
        "|---|---|",
        f"| {APPLICATIONS[stem].published} | {reached or 'see the note on the canvas'} |",
        "",
        *((told["Source"], "") if told["Source"] else ()),
        f"Open it: `gradwire sample_graphs/{stem}.dgraph`",
        "",
    ]
    return "\n".join(lines)


def _sentence(text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text[-1:] in ".!?:" else f"{text}."


def index() -> str:
    """Return the list of all pages, by field, in the order of the gallery."""
    lines = [
        "# Applications",
        "",
        "What the graphs that come with Gradwire do, by field. Each opens from the start page.",
        "",
    ]
    for field, stems in FIELDS:
        found = [stem for stem in stems if stem in APPLICATIONS]
        if found:
            titles = (f"- [{page(stem).splitlines()[0][2:]}]({stem}.md)" for stem in found)
            lines += [f"## {field}", "", *titles, ""]
    return "\n".join(lines)


def picture(stem: str) -> None:
    """Take the picture of an application after its steps."""
    from PySide6.QtGui import QImage

    from app.cli import main
    from docs.pictures import save_small

    target = HERE / "images" / f"{stem}.png"
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.png"
        main(["shot", str(SAMPLES / f"{stem}.dgraph"), str(raw), "--run", str(APPLICATIONS[stem].steps)])
        save_small(QImage(str(raw)), target)


def pages() -> Iterator[tuple[Path, str]]:
    """Yield every file that is written, with its text."""
    yield HERE / "README.md", index()
    for stem in APPLICATIONS:
        yield HERE / f"{stem}.md", page(stem)


def main() -> None:
    """Write the pages; with --pictures also take the pictures, of those samples or of all."""
    asked = [each for each in sys.argv[1:] if not each.startswith("-")]
    for path, text in pages():
        path.write_text(text, encoding="utf-8")
    if "--pictures" in sys.argv:
        for stem in asked or APPLICATIONS:
            picture(stem)


if __name__ == "__main__":
    main()
