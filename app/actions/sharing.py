"""The commands of the File menu that write what is shown elsewhere."""

from __future__ import annotations

from app.actions.command import Command, computes, has_nodes
from app.actions.lessons import has_lesson
from app.sharing import exporting

COMMANDS: tuple[Command, ...] = (
    Command(
        "export_step", "Export a step as GIF…", "File", lambda w: exporting.export(w, exporting.STEP), (), computes,
        help="Write the next optimizer step, forward and back, node by node, as an animated picture.",
        words="animation moving picture share trace slides",
    ),
    Command(
        "export_training", "Export a training as GIF…", "File", lambda w: exporting.export(w, exporting.TRAINING), (),
        computes, help="Write a training as an animated picture: the graph with its values, and the loss.",
        words="animation moving picture share run slides",
    ),
    Command(
        "export_handout", "Export a handout…", "File", lambda w: exporting.export(w, exporting.HANDOUT), (), has_nodes,
        help="Write graph, formulas, values, derivatives and a lesson's questions as a PDF to print.",
        words="pdf print paper worksheet share exercise",
    ),
    Command(
        "export_answers", "Export a handout with answers…", "File", lambda w: exporting.export(w, exporting.TEACHER),
        (), has_lesson, help="The handout of a lesson as a teacher has it, with answers and hints.",
        words="pdf print paper teacher solution",
    ),
)  # fmt: skip
