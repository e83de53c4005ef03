"""The process that answers questions: one thread, one question at a time. It imports no Qt."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from app.units import bytes_text
from app.worker import messages as m
from app.worker import questions as q
from app.worker.answers import Answerer, Answers
from app.worker.guards import cap_memory, end_with_parent
from app.worker.mark import Mark
from engine.errors import GradwireError


def serve(connection: Connection, mark: str, answers: Answers, memory: int) -> None:
    """Answer questions until the connection closes."""
    end_with_parent()
    marked = Mark(mark)
    try:
        answers.warm()
        cap_memory(memory)
        connection.send_bytes(m.encode(m.Hello()))
        _answer_all(connection, marked, answers, memory)
    except (EOFError, OSError, KeyboardInterrupt):
        return
    finally:
        marked.close()


def _answer_all(connection: Connection, mark: Mark, answers: Answers, memory: int) -> None:
    decoder = msgspec.msgpack.Decoder(q.AskRequest)
    answerer: Answerer | None = None
    while True:
        message = decoder.decode(connection.recv_bytes())
        if isinstance(message, q.About):
            answerer = answers.about(message.job, mark.set)
        elif isinstance(message, q.Adjusted):
            if answerer is not None:
                answerer.adjust({node: m.tuples(settings) for node, settings in message.settings.items()})
        elif answerer is not None:
            reply = _answered(lambda said=message, by=answerer: _ANSWERS[type(said)](by, said), message, mark, memory)
            mark.set("")
            connection.send_bytes(m.encode(reply))


def _step(moment: m.Moment | None) -> int:
    return 0 if moment is None else moment.at


_ANSWERS: dict[type, Callable[[Answerer, Any], m.Message]] = {
    q.AskTypes: lambda by, said: q.TypesAre(said.question, by.types()),
    q.AskLooks: lambda by, said: q.LooksAre(said.question, by.looks(said.moment)),
    q.AskViews: lambda by, said: q.ViewsAre(said.question, by.views(said.nodes, said.moment), _step(said.moment)),
    q.AskPlane: lambda by, said: q.PlaneIs(said.question, by.plane(said.wish, said.moment)),
    q.AskContour: lambda by, said: q.ContourIs(said.question, by.contour(said)),
    q.AskPartials: lambda by, said: q.PartialsAre(said.question, said.node, by.partials(said.node, said.moment)),
    q.AskArtefacts: lambda by, said: q.ArtefactsAre(said.question, by.artefacts(said.moment)),
    q.AskReading: lambda by, said: q.ReadingIs(said.question, by.reading(said.approach, said.moment)),
    q.AskProfile: lambda by, said: q.ProfileIs(said.question, *by.profile(said.moment)),
    q.AskComparison: lambda by, said: q.ComparisonIs(said.question, by.comparison(said.moment)),
    q.AskScript: lambda by, said: q.ScriptIs(
        said.question, said.dialect, by.script(said.dialect, said.title, said.moment)
    ),
    q.AskTrace: lambda by, said: q.TraceIs(said.question, by.trace(said)),
    q.AskStep: lambda by, said: q.StepIs(said.question, by.step(said)),
    q.AskSlopes: lambda by, said: q.SlopesAre(said.question, by.slopes(said.moment)),
    q.AskExplanation: lambda by, said: q.ExplanationIs(said.question, said.node, said.output, by.explanation(said)),
    q.AskTensor: lambda by, said: q.TensorIs(said.question, said.node, said.output, said.cotangent, *by.tensor(said)),
    q.AskWhy: lambda by, said: q.WhyIs(said.question, said.node, by.why(said.node, said.moment)),
    q.AskBadges: lambda by, said: q.BadgesAre(said.question, by.badges(said.moment, said.kept)),
    q.AskNumbers: lambda by, said: q.NumbersAre(said.question, *by.numbers(said)),
    q.AskCheck: lambda by, said: q.CheckIs(said.question, by.check(said.node, said.moment)),
}


def _answered(answer: Callable[[], m.Message], message: Any, mark: Mark, memory: int) -> m.Message:
    """Return the answer; whatever goes wrong becomes one sentence."""
    try:
        return answer()
    except GradwireError as error:
        return q.CannotSay(message.question, error.sentence, error.node or mark.text or None)
    except MemoryError:
        said = f"The answer needs more than the {bytes_text(memory)} of memory the engine process may take."
    except Exception as error:  # noqa: BLE001 - an operator may raise anything; the process lives
        said = f"The engine stopped with {type(error).__name__}: {error}"
    return q.CannotSay(message.question, said, mark.text or None)
