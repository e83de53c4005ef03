"""The optimizer node: the settings are those of engine.optimizers, and the engine does the work."""

from __future__ import annotations

from engine.operator import Input, Kind, Operator
from engine.optimizers import OPTIMIZER_SETTINGS

optimizer = Operator(
    id="optimizers.optimizer",
    title="Optimizer",
    kind=Kind.HIGHER_ORDER,
    help=(
        "Runs the graph downhill: at each step it computes the loss and its gradient, and moves the parameters.\n\n"
        "Several optimizers on one loss run side by side, each on its own copy of the parameters; on different "
        "parameters they take turns."
    ),
    inputs=(
        Input("loss", help="a scalar: what is made small"),
        Input(
            "validation",
            optional=True,
            differentiable=False,
            help="a scalar on data it does not learn from: a loss or a metric, looked at every few steps",
        ),
    ),
    outputs=(),
    settings=OPTIMIZER_SETTINGS,
    shape=None,
    function=None,
    formula=r"\theta \leftarrow \theta - \eta\, d(\nabla_\theta L)",
    synonyms=(
        "gradient descent", "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw",
        "lion", "l-bfgs", "newton", "conjugate gradient", "early stopping", "validation", "line search",
        "learning rate", "step size", "learning rate schedule", "checkpoint", "keep the best",
        "train", "minimise", "fit", "learn",
    ),
)  # fmt: skip

OPERATORS = (optimizer,)
