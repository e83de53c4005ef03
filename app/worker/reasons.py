"""What the window tells of reasons: why a node's derivatives are as they are, and what goes wrong in training."""

from __future__ import annotations

from app.worker import messages as m
from app.worker.graphs import at_moment, states_of
from app.worker.readings import Blame, Warned
from engine.graph import Socket
from engine.operator import Kind
from engine.order import ancestors, descendants
from engine.prepare import Plan, Prepared, nodes_of_kind
from engine.reasons.badges import badges
from engine.reasons.scene import Scene
from engine.reasons.why import why
from engine.sockets import output_names
from engine.trace.record import at_kept

STRUCTURAL = ("disconnected", "integer")
"""Causes that are no news but of a parameter: what measures a model, or counts, is made so."""


def reasons(prepared: Prepared, node: str, moment: m.Moment | None) -> dict[str, tuple[Blame, ...]]:
    """Return, by output, why the derivative of the shown optimizer's loss by it is zero, tiny, huge or not finite.

    Nothing is said of what depends on no parameter (data), nor of what another optimizer moves. Raise GradwireError
    where there is no loss, or it cannot be run.
    """
    graph = prepared.graph
    parameters = nodes_of_kind(graph, prepared.library, Kind.PARAMETER)
    if node not in graph.nodes or not prepared.plans or node not in descendants(graph, parameters):
        return {}
    given = at_moment(moment)
    plan = prepared.plan(given.pop("optimizer", None))
    own = node in parameters
    if not _leads(prepared, node, plan) and not (own and not any(_leads(prepared, node, p) for p in prepared.plans)):
        return {}
    scene = Scene.of(prepared, optimizer=plan.id, **given)
    found = {}
    for name in output_names(graph, prepared.operator(node), node):
        said = [each for each in why(scene, Socket(node, name)) if own or each.cause not in STRUCTURAL]
        if said:
            found[name] = tuple(Blame(each.what, each.cause, each.node, each.sentence) for each in said)
    return found


def _leads(prepared: Prepared, node: str, plan: Plan) -> bool:
    return node == plan.loss.node or node in ancestors(prepared.graph, (plan.loss.node,))


def warned(prepared: Prepared, moment: m.Moment | None, kept: m.PackedKept | None) -> tuple[Warned, ...]:
    """Return the badges of the shown optimizer where its run stands (`kept`, with the states of `moment`), or at the
    start of a run. Raise GradwireError where there is no loss, or it cannot be run."""
    if not prepared.plans:
        return ()
    stood = prepared if kept is None else at_kept(prepared, m.unpack_kept(kept))
    optimizer = moment.optimizer if moment is not None else None
    found = badges(stood, optimizer=optimizer, states=states_of(moment))
    return tuple(Warned(each.kind, each.node, each.sentence, each.rule) for each in found)
