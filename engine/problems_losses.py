"""What is wrong with a loss for the method that is to make it small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.operator import Kind
from engine.optimizers import METHODS
from engine.order import ancestors

if TYPE_CHECKING:
    from engine.problems import Facts, Problem


def changing_losses(facts: Facts) -> Iterator[Problem]:
    """Yield the optimizers whose method searches along a line, comparing losses, where those are of one function no
    longer at the next look.

    Batches in the order of the table may be the same at every step; a run finds that out.
    """
    for optimizer in facts.optimizers:
        loss = facts.loss(optimizer)
        settings = facts.operators[optimizer].values(facts.graph.nodes[optimizer])
        method = METHODS.get(str(settings.get("method")))
        if loss is None or method is None or method.search is None:
            continue
        before = ancestors(facts.graph, [loss.node])
        changing = next((node for node in facts.nodes if node in before and _changes(facts, node)), None)
        if changing is not None:
            sentence = (
                f": {method.title} compares losses along a line, but {facts.quoted(changing)} makes it another loss at "
                "every step: take it out, or choose another method."
            )
            yield facts.problem("changing-loss", sentence, optimizer)


def _changes(facts: Facts, node: str) -> bool:
    declared = facts.operators[node]
    settings = declared.values(facts.graph.nodes[node])
    return declared.kind is Kind.RANDOM or (declared.kind is Kind.BATCH and settings.get("order") == "shuffled")
