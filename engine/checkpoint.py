"""Checkpoints: every so many steps a run is written beside its graph, so that a killed one goes on, bit by bit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import FileError, GradwireError
from engine.files.read import read
from engine.files.save import save
from engine.graph import Content
from engine.training import Trainer


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a run is written, and how often. The file is a graph with kept values, which opens like any other."""

    path: Path
    every: int
    resume: bool = False
    """Whether to go on from the file, where it is there."""
    writes: bool = True
    """Whether this process writes it: of several that train together only the first does."""

    @classmethod
    def beside(cls, file: str | Path, every: int, resume: bool = False) -> Checkpoint:
        """Return the checkpoint of a graph's file: "name.checkpoint.dgraph" in the same folder."""
        return cls(Path(file).with_suffix(".checkpoint.dgraph"), every, resume)

    def taken_up(self, content: Content) -> Content:
        """Return the content with what was written kept in it; itself where there is nothing to go on from.

        Raise FileError where the file is of another graph, or damaged.
        """
        if not self.resume or not self.path.exists():
            return content
        written = read(self.path)
        if (written.graph.nodes, written.graph.wires) != (content.graph.nodes, content.graph.wires):
            sentence = (
                f"{self.path.name} was written by a run of another graph, or with other settings: "
                "remove it, or run without --resume."
            )
            raise FileError(sentence, place=str(self.path))
        return replace(content, kept=written.kept)

    def until(self, step: int) -> int:
        """Return how many steps are left to the next one that is written."""
        return self.every - step % self.every

    def write(self, trainer: Trainer) -> None:
        """Write where the only lane of a run stands; raise FileError where that cannot be."""
        if self.writes:
            save(self.path, replace(trainer.prepared.content, kept=trainer.kept()))


def require_one_lane(trainer: Trainer) -> None:
    """Raise GradwireError where several optimizers run side by side: a file keeps the values of one."""
    if len(trainer.lanes) > 1:
        names = ", ".join(f"“{lane.name}”" for lane in trainer.lanes)
        raise GradwireError(
            f"A checkpoint keeps one run, but {names} run side by side: leave one of them in the graph."
        )
