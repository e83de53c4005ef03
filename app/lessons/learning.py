"""How far a learner is in a lesson: the step, what was answered and what came of it. It draws nothing.

Wrong answers are counted and bring the hint; checks hold as soon as they were seen to hold; with `anyway` one may go on
without. What is answered goes to `answered`, so that it is kept at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import msgspec
from PySide6.QtCore import QObject, Signal

from app.lessons.measuring import Measuring
from engine.lessons.answers import Answer
from engine.lessons.facts import wanted
from engine.lessons.judge import Verdict, judge, unmet
from engine.lessons.lesson import Cotangents, Lesson, Prediction, Step

if TYPE_CHECKING:
    from app.session import Session

STOOD: Final = ("paused", "finished")
"""States of a run in which it can be looked at."""


class Learning(QObject):
    """A learner's way through a lesson."""

    step_changed = Signal()
    """Another step is shown; the number of steps: the end."""
    judged = Signal()
    """The verdict on the step's question, or its hint, is another."""
    assessed = Signal()
    """What is missing of the step's checks, or whether it is done, may be another."""
    answered = Signal()
    """Something was answered: it is to be kept."""

    def __init__(
        self, session: Session, lesson: Lesson, answers: Iterable[Answer] = (), parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self.lesson = lesson
        self.answers: dict[int, Answer] = {each.step: each for each in answers if each.step < len(lesson.steps)}
        self._met: set[int] = {k for k, each in self.answers.items() if each.right or each.anyway}
        self._anyway: set[int] = {k for k, each in self.answers.items() if each.anyway}
        self._pending: Any = None
        """What was answered and waits for the numbers that it is judged by."""
        self._runs_to: int | None = None
        """The step of the run that a prediction waits for."""
        self.verdict: Verdict | None = None
        self.hint_shown = False
        self.missing: tuple[str, ...] = ()
        self.index = next((k for k in range(len(lesson.steps)) if not self.passed(k)), 0)
        if self.index and not self.answers:
            self.index = 0  # steps that only tell are read in their order
        self.measuring = Measuring(session, self)
        self.measuring.came.connect(self._came)
        session.run_state_changed.connect(self._run_changed)

    # Where it is --------------------------------------------------------------------------------------------------

    @property
    def step(self) -> Step | None:
        """The step that is shown; None at the end."""
        return self.lesson.steps[self.index] if self.index < len(self.lesson.steps) else None

    @property
    def waiting(self) -> bool:
        """Whether an answer waits to be judged."""
        return self._pending is not None

    def asks(self, k: int) -> bool:
        """Return whether there is something to do at a step, other than to read."""
        return self.lesson.steps[k].question is not None or bool(self.lesson.steps[k].checks)

    def solved(self, k: int) -> bool:
        """Return whether a step's question is answered right (or, where none is right, at all) and its checks held."""
        step, answer = self.lesson.steps[k], self.answers.get(k)
        if step.checks and k not in self._met:
            return False
        if step.question is None:
            return True
        if isinstance(step.question, Prediction):
            return answer is not None and answer.given is not None
        return answer is not None and answer.right is True

    def passed(self, k: int) -> bool:
        """Return whether one may go on from a step."""
        return self.solved(k) or k in self._anyway

    def to_be_found(self) -> tuple[str, ...]:
        """Return the outputs whose derivatives the learner is to find: at this step, or for the first time later."""
        later, known = dict[str, None](), set[str]()
        for k, step in enumerate(self.lesson.steps):
            asked = step.question.sockets if isinstance(step.question, Cotangents) else ()
            if k < self.index or self.passed(k):
                known |= set(asked)
                continue
            later |= dict.fromkeys(each for each in asked if k == self.index or each not in known)
        return tuple(later)

    @property
    def may_go_anyway(self) -> bool:
        """Whether the step is not done, and may be left so."""
        return self.step is not None and self.step.anyway and not self.passed(self.index)

    def begin(self) -> None:
        """Show the step where one is."""
        self._enter(self.index)

    def go(self, index: int) -> None:
        """Show another step; the number of steps is the end."""
        if 0 <= index <= len(self.lesson.steps) and index != self.index:
            self._enter(index)

    def next(self) -> None:
        """Go on, where the step is done."""
        if self.step is not None and self.passed(self.index):
            self._enter(self.index + 1)

    def back(self) -> None:
        """Go to the step before."""
        if self.index:
            self._enter(self.index - 1)

    def next_anyway(self) -> None:
        """Go on without having done what the step asks; that is noted."""
        if self.may_go_anyway:
            self.give_up()
            self._enter(self.index + 1)

    def give_up(self) -> None:
        """Leave the step undone, as `next_anyway` does, and stay at it."""
        if self.may_go_anyway:
            self._anyway.add(self.index)
            old = self.answers.get(self.index, Answer(self.index, tries=0))
            self._note(msgspec.structs.replace(old, anyway=True))
            self.judged.emit()

    def restart(self) -> None:
        """Forget all answers and begin anew."""
        self.answers.clear()
        self._met.clear()
        self._anyway.clear()
        self.answered.emit()
        self._enter(0)

    def _enter(self, index: int) -> None:
        self.index = index
        self._pending, self._runs_to, self.verdict, self.hint_shown, self.missing = None, None, None, False, ()
        step = self.step
        self.step_changed.emit()
        if step is not None:
            sockets = step.question.sockets if isinstance(step.question, Cotangents) else ()
            self.measuring.want(wanted(step), sockets)
        else:
            self.measuring.want(())

    # Answers ------------------------------------------------------------------------------------------------------

    def answer(self, given: Any) -> None:
        """Give an answer; it is judged as soon as the numbers it is judged by are there."""
        step = self.step
        if step is None or step.question is None:
            return
        self._pending = given
        if isinstance(step.question, Prediction) and step.question.after:
            self._run_to(step.question.after)
            return
        if wanted(step):
            self.measuring.want(wanted(step), self._sockets)
        else:
            self._judge()
        self.judged.emit()

    @property
    def _sockets(self) -> tuple[str, ...]:
        question = self.step.question if self.step is not None else None
        return question.sockets if isinstance(question, Cotangents) else ()

    def _run_to(self, steps: int) -> None:
        """Have the run come to a step, a new one where the present one is past it or of another graph."""
        session = self._session
        there = session.run_state in STOOD and not session.stale and session.runs.steps == steps
        if there or not session.has_engine:
            self._ran()
            return
        session.reset()
        self._runs_to = steps
        session.run(pause_at=steps)
        if session.run_state == "idle":  # an error in the graph, which the session has told
            self._give_up("The graph does not run as it is: see the problems that it has.")
        self.judged.emit()

    def _run_changed(self, state: str) -> None:
        if self._runs_to is not None and state in STOOD:
            self._ran()
        elif self._runs_to is not None and state in ("failed", "idle"):
            self._give_up(self._session.runs.sentence or "The run was ended before it came there.")

    def _give_up(self, sentence: str) -> None:
        self._pending, self._runs_to = None, None
        self.verdict = Verdict(None, sentence)
        self.judged.emit()

    def _ran(self) -> None:
        self._runs_to = None
        step = self.step
        if step is not None:
            self.measuring.want(wanted(step))
        self.judged.emit()

    def _judge(self) -> None:
        step, given, self._pending = self.step, self._pending, None
        if step is None or step.question is None:
            return
        verdict = judge(step.question, given, self.measuring.facts)
        if verdict.right is None and self.measuring.sentence:
            verdict = Verdict(None, f"{verdict.said} {self.measuring.sentence}")
        self.verdict = verdict
        told = isinstance(step.question, Prediction) and verdict.wanted is not None
        if verdict.right is not None or told:
            old = self.answers.get(self.index, Answer(self.index, tries=0))
            wrong = verdict.right is False
            self.hint_shown = self.hint_shown or (wrong and bool(step.hint))
            self._note(
                msgspec.structs.replace(
                    old,
                    given=given,
                    right=verdict.right,
                    tries=old.tries + 1,
                    hints=old.hints + (wrong and bool(step.hint)),
                )
            )
        self.judged.emit()
        self.assessed.emit()

    def show_hint(self) -> None:
        """Show the hint of a step whose checks do not hold yet."""
        if self.step is not None and self.step.hint and not self.hint_shown:
            self.hint_shown = True
            old = self.answers.get(self.index, Answer(self.index, tries=0))
            self._note(msgspec.structs.replace(old, hints=old.hints + 1))
            self.judged.emit()

    def _note(self, answer: Answer) -> None:
        self.answers[answer.step] = answer
        self.answered.emit()

    # Facts --------------------------------------------------------------------------------------------------------

    def _came(self) -> None:
        step = self.step
        if step is None or self.measuring.waiting:
            return
        if step.checks:
            self.missing = unmet(step, self.measuring.facts)
            if not self.missing and self.index not in self._met:
                self._met.add(self.index)
                if step.question is None:
                    old = self.answers.get(self.index, Answer(self.index, tries=1))
                    self._note(msgspec.structs.replace(old, right=True))
        if self._pending is not None and self._runs_to is None:
            self._judge()
        self.assessed.emit()

    def close(self) -> None:
        """End it: nothing is asked or told any more."""
        self.measuring.close()
        self._session.run_state_changed.disconnect(self._run_changed)
