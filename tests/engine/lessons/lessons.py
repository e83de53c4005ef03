"""A lesson in which every field of every record differs from its default somewhere."""

from __future__ import annotations

from hypothesis import strategies as st

from engine.lessons.lesson import (
    Amount,
    Choice,
    Cotangents,
    Curve,
    HasNode,
    HasRun,
    HasWire,
    Lesson,
    LossBelow,
    Prediction,
    Quantity,
    SettingIs,
    Step,
    ValueIs,
)

WHOLE = Lesson(
    "Slopes",
    "What a slope says.",
    "Ten minutes.",
    (
        Step("Look at $w$.", "w", (), ("plots", "optimizer"), anyway=False),
        Step("Choose.", "w.value", question=Choice("Which?", ("this", "that"), 1, ("no", "yes")), hint="Not this."),
        Step("Say.", "panel:inspector", question=Amount("How much?", 0.5, None, 0.0)),
        Step("Read.", "command:run", question=Amount("How much?", None, Quantity("cotangent", "w.value", 3))),
        Step("Guess.", question=Prediction("And then?", Quantity("loss"), 10, 0.5, "Less.")),
        Step("Draw.", question=Curve("Go.", ((0.0, 1.0), (1.0, -2.5)), 0.25)),
        Step("Fill.", question=Cotangents("Each.", ("w.value", "mul.value"), 0.001)),
        Step(
            "Build.",
            palette=("elementwise.add",),
            checks=(
                HasNode("elementwise.add", 2),
                HasWire("w", "elementwise.add"),
                ValueIs(Quantity("gradient", "w", 1), 2.5, 0.5),
                SettingIs("w", "value", -1.0, 1.0, "x"),
                LossBelow(0.1, "descent"),
                HasRun(5, "descent"),
            ),
        ),
    ),
)

LESSONS = st.builds(
    Lesson,
    st.text("ab ", min_size=1, max_size=5),
    st.text(max_size=5).filter(lambda text: text.isprintable()),
    st.just(""),
    st.lists(st.sampled_from(WHOLE.steps), max_size=3).map(tuple),
)
"""Lessons of some of these steps."""
