"""The commands of the Run menu."""

from __future__ import annotations

from app.actions.command import Command, begun, editing, running

COMMANDS: tuple[Command, ...] = (
    Command(
        "run", "Run or pause", "Run", lambda w: w.session.toggle_run(), ("F5", "Ctrl+Return"), editing,
        words="train start go play",
    ),
    Command(
        "step", "One step", "Run", lambda w: w.session.step(), ("F6",), lambda w: w.editing and not running(w),
        words="single",
    ),
    Command(
        "compile_runs", "Compile long runs (XLA)", "Run", lambda w: w.toggle_compile_runs(), (),
        checked=lambda w: w.settings.compile_runs, words="jax fast speed backend compiler numpy",
    ),
    Command(
        "watch_training", "Watch training", "Run", lambda w: w.toggle_watching(), (),
        checked=lambda w: w.settings.watch_training, help="Mark nodes where training goes wrong, with the rule.",
        words="diagnosis badges vanishing exploding dead units learning rate warnings",
    ),
    Command("stop", "Stop", "Run", lambda w: w.session.stop(), ("Shift+F5",), begun),
    Command(
        "reset", "Reset", "Run", lambda w: w.session.reset(), ("Ctrl+Shift+R",), begun, words="start values forget",
    ),
    Command(
        "check_gradient", "Check gradient of node", "Run", lambda w: w.check_gradient(), ("F7",),
        lambda w: w.editing and w.session.current is not None, separator=True,
    ),
    Command(
        "next_problem", "Next problem", "Run", lambda w: w.next_problem(), ("F8",),
        lambda w: bool(w.session.problems), words="error jump",
    ),
)  # fmt: skip
