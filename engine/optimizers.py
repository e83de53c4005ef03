"""Optimization methods: one pure step function each, traced into the step program together with the gradient.

`step(oracle, parameters, state, hyper) -> (parameters, state, report)`: `oracle(parameters)` gives the loss and the
gradients, `parameters` is the tuple of all arrays the optimizer owns, `state` maps each of the method's slots to one
array per parameter (zeros at the start), `hyper` holds the method's numbers and, one for each parameter, the rates of
this step and the numbers of steps taken with this one (`rates`, `numbers`). The report is the loss.

Methods that ask for the loss several times in a step are those of `engine.searching`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import autograd.numpy as np

from engine import limits
from engine.autodiff.names import APPROACHES
from engine.line_search import SEARCHES
from engine.schedules import SCHEDULE_SETTINGS, SCHEDULES
from engine.searching import SEARCHING, Searching
from engine.setting import Choice, Factors, Integer, Names, Number, Setting, Slider, Toggle

Arrays: TypeAlias = tuple[Any, ...]
State: TypeAlias = Mapping[str, Arrays]
Oracle: TypeAlias = Callable[[Arrays], tuple[Any, Arrays]]
"""Parameters -> (loss, gradients): clipped and with weight decay added, where the optimizer asks for that."""
StepFunction: TypeAlias = Callable[[Oracle, Arrays, State, Mapping[str, Any]], tuple[Arrays, State, Any]]


@dataclass(frozen=True, slots=True)
class Method:
    """A method as data: one step, or a search. `decoupled`: weight decay is the method's own business, not an addition
    to the gradient."""

    title: str
    step: StepFunction | None = None
    slots: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    decoupled: bool = False
    formula: str = ""
    source: str = ""
    search: Searching | None = None
    """What takes the step where the method asks for the loss several times; the learning rate then has no say."""


def _gradient_descent(oracle: Oracle, parameters: Arrays, state: State, hyper: Mapping[str, Any]) -> Any:
    loss, gradients = oracle(parameters)
    return _moved(parameters, gradients, hyper["rates"]), {}, loss


def _momentum(oracle: Oracle, parameters: Arrays, state: State, hyper: Mapping[str, Any]) -> Any:
    loss, gradients = oracle(parameters)
    velocity = _pairwise(lambda v, g: _like(hyper["momentum"], v) * v + g, state["velocity"], gradients)
    return _moved(parameters, velocity, hyper["rates"]), {"velocity": velocity}, loss


def _nesterov(oracle: Oracle, parameters: Arrays, state: State, hyper: Mapping[str, Any]) -> Any:
    loss, gradients = oracle(parameters)
    velocity = _pairwise(lambda v, g: _like(hyper["momentum"], v) * v + g, state["velocity"], gradients)
    ahead = _pairwise(lambda g, v: g + _like(hyper["momentum"], v) * v, gradients, velocity)
    return _moved(parameters, ahead, hyper["rates"]), {"velocity": velocity}, loss


def _adagrad(oracle: Oracle, parameters: Arrays, state: State, hyper: Mapping[str, Any]) -> Any:
    loss, gradients = oracle(parameters)
    total = _pairwise(lambda s, g: s + _squared(g), state["total"], gradients)
    direction = _pairwise(lambda g, s: g / (np.sqrt(s) + _like(hyper["epsilon"], s)), gradients, total)
    return _moved(parameters, direction, hyper["rates"]), {"total": total}, loss


def _rmsprop(oracle: Oracle, parameters: Arrays, state: State, hyper: Mapping[str, Any]) -> Any:
    loss, gradients = oracle(parameters)
    average = _averaged(hyper["decay"], state["average"], map(_squared, gradients))
    direction = _pairwise(lambda g, s: g / (np.sqrt(s) + _like(hyper["epsilon"], s)), gradients, average)
    return _moved(parameters, direction, hyper["rates"]), {"average": average}, loss


def _adam(oracle: Oracle, parameters: Arrays, state: State, hyper: Mapping[str, Any]) -> Any:
    loss, gradients = oracle(parameters)
    mean = _averaged(hyper["beta1"], state["mean"], gradients)
    square = _averaged(hyper["beta2"], state["square"], map(_squared, gradients))
    # The bias corrections are scalars: they go into the rate and under the root, not over whole arrays of their own.
    rates = _shared(lambda rate, n: rate / (1.0 - hyper["beta1"] ** (n + 1.0)), hyper["rates"], hyper["numbers"])
    roots = _shared(lambda n: np.sqrt(1.0 - hyper["beta2"] ** (n + 1.0)), hyper["numbers"])
    direction = tuple(
        m / (np.sqrt(s) / _like(root, s) + _like(hyper["epsilon"], s))
        for m, s, root in zip(mean, square, roots, strict=True)
    )
    return _moved(parameters, direction, rates), {"mean": mean, "square": square}, loss


def _adamw(oracle: Oracle, parameters: Arrays, state: State, hyper: Mapping[str, Any]) -> Any:
    moved, state, loss = _adam(oracle, parameters, state, hyper)
    return _decoupled(moved, parameters, hyper), state, loss


def _lion(oracle: Oracle, parameters: Arrays, state: State, hyper: Mapping[str, Any]) -> Any:
    loss, gradients = oracle(parameters)
    ahead = _averaged(hyper["beta1"], state["mean"], gradients)
    mean = _averaged(hyper["beta2"], state["mean"], gradients)
    moved = _moved(parameters, tuple(map(_sign, ahead)), hyper["rates"])
    return _decoupled(moved, parameters, hyper), {"mean": mean}, loss


def _decoupled(moved: Arrays, parameters: Arrays, hyper: Mapping[str, Any]) -> Arrays:
    """Return the moved parameters with weight decay on top, where there is any."""
    if "weight_decay" not in hyper:
        return moved
    return _moved(moved, parameters, _shared(lambda rate: rate * hyper["weight_decay"], hyper["rates"]))


METHODS: Final[Mapping[str, Method]] = {
    "gradient_descent": Method(
        "Gradient descent", _gradient_descent, formula=r"\theta \leftarrow \theta - \eta\, g", source="Cauchy 1847"
    ),
    "momentum": Method(
        "Momentum",
        _momentum,
        slots=("velocity",),
        settings=("momentum",),
        formula=r"v \leftarrow \mu v + g,\quad \theta \leftarrow \theta - \eta\, v",
        source="Polyak 1964",
    ),
    "nesterov": Method(
        "Nesterov",
        _nesterov,
        slots=("velocity",),
        settings=("momentum",),
        formula=r"v \leftarrow \mu v + g,\quad \theta \leftarrow \theta - \eta\,(g + \mu v)",
        source="Nesterov 1983, as in Sutskever et al. 2013",
    ),
    "adagrad": Method(
        "AdaGrad",
        _adagrad,
        slots=("total",),
        settings=("epsilon",),
        formula=r"s \leftarrow s + g^2,\quad \theta \leftarrow \theta - \eta\, g / (\sqrt{s} + \epsilon)",
        source="Duchi, Hazan, Singer 2011",
    ),
    "rmsprop": Method(
        "RMSProp",
        _rmsprop,
        slots=("average",),
        settings=("decay", "epsilon"),
        formula=r"s \leftarrow \rho s + (1-\rho) g^2,\quad \theta \leftarrow \theta - \eta\, g / (\sqrt{s} + \epsilon)",
        source="Hinton 2012",
    ),
    "adam": Method(
        "Adam",
        _adam,
        slots=("mean", "square"),
        settings=("beta1", "beta2", "epsilon"),
        formula=r"m \leftarrow \beta_1 m + (1-\beta_1) g,\quad s \leftarrow \beta_2 s + (1-\beta_2) g^2,\quad "
        r"\theta \leftarrow \theta - \eta\, \hat m / (\sqrt{\hat s} + \epsilon)",
        source="Kingma, Ba 2015",
    ),
    "adamw": Method(
        "AdamW",
        _adamw,
        slots=("mean", "square"),
        settings=("beta1", "beta2", "epsilon"),
        decoupled=True,
        formula=r"\theta \leftarrow \theta - \eta\,(\hat m / (\sqrt{\hat s} + \epsilon) + \lambda\theta)",
        source="Loshchilov, Hutter 2019",
    ),
    "lion": Method(
        "Lion",
        _lion,
        slots=("mean",),
        settings=("beta1", "beta2"),
        decoupled=True,
        formula=r"\theta \leftarrow \theta - \eta\,(\operatorname{sign}(\beta_1 m + (1-\beta_1) g) + \lambda\theta),"
        r"\quad m \leftarrow \beta_2 m + (1-\beta_2) g",
        source="Chen et al. 2023",
    ),
    "lbfgs": Method(
        "L-BFGS",
        settings=("history", "search"),
        search=SEARCHING["lbfgs"],
        formula=r"\theta \leftarrow \theta - \alpha\, \hat H^{-1} g",
        source="Nocedal 1980; Liu, Nocedal 1989",
    ),
    "conjugate_gradient": Method(
        "Conjugate gradient",
        search=SEARCHING["conjugate_gradient"],
        formula=r"d \leftarrow \beta d - g,\quad \theta \leftarrow \theta + \alpha\, d",
        source="Polak, Ribiere 1969",
    ),
    "newton": Method(
        "Newton",
        settings=("search",),
        search=SEARCHING["newton"],
        formula=r"\theta \leftarrow \theta - \alpha\, |H|^{-1} g",
        source="Nocedal, Wright 2006, chapter 3",
    ),
}

CLIPS: Final = ("none", "value", "norm")

VALIDATION_SETTINGS: Final[Mapping[str, Setting]] = {
    "validate_every": Integer(10, low=1, high=10**9, unit="steps", help="How often the validation input is looked at."),
    "patience": Integer(
        0, low=0, high=10**9, help="A run ends after so many looks at validation without a better one; 0: never."
    ),
    "better": Choice("lower", options=("lower", "higher"), help="Which validation is better: of a loss the lower."),
    "keep_best": Toggle(False, help="End with the values of the best validation, not with the last."),
}
"""Settings of the optimizer node; they matter once something is wired into its validation input."""

OPTIMIZER_SETTINGS: Final[Mapping[str, Setting]] = {
    "method": Choice("adam", options=tuple(METHODS), help="How the gradient becomes a step."),
    "learning_rate": Slider(0.01, low=1e-7, high=10.0, log=True, help="How far each step goes."),
    "momentum": Slider(
        0.9, low=0.0, high=0.9999, help="What of the last step's velocity is kept (momentum, Nesterov)."
    ),
    "decay": Slider(0.99, low=0.0, high=0.99999, help="What is kept of the running mean of squares (RMSProp)."),
    "beta1": Slider(
        0.9, low=0.0, high=0.99999, help="What is kept of the running mean of gradients (Adam, AdamW, Lion)."
    ),
    "beta2": Slider(
        0.999,
        low=0.0,
        high=0.999999,
        help="What is kept of the running mean of squares (Adam, AdamW), or of gradients (Lion: 0.99 is usual).",
    ),
    "epsilon": Number(1e-8, low=0.0, help="Added to the root before dividing."),
    "history": Integer(10, low=1, high=100, help="How many past steps tell of the curvature (L-BFGS)."),
    "search": Choice(
        "strong_wolfe",
        options=tuple(SEARCHES),
        help="How far each step goes (L-BFGS, Newton): until loss and slope have fallen, or by halving.",
    ),
    "rate_factors": Factors(
        (), of="parameter", help="What single parameters' learning rates are multiplied by; 1 for all others."
    ),
    "schedule": Choice("constant", options=tuple(SCHEDULES), help="How the learning rate changes over the steps."),
    **SCHEDULE_SETTINGS,
    "clip": Choice("none", options=CLIPS, help="Limit each component of the gradient (value) or its length (norm)."),
    "clip_at": Number(1.0, positive=True, help="The limit that clip holds the gradient to."),
    "weight_decay": Number(
        0.0,
        low=0.0,
        help="Pulls parameters to zero: added to the gradient times the parameter; AdamW and Lion apply it apart.",
    ),
    "l1": Number(
        0.0,
        low=0.0,
        help="Pulls parameters to exactly zero: after each step by this times the learning rate (proximal L1).",
    ),
    "steps": Integer(1000, low=1, high=limits.RUN_STEPS, help="How many steps a run takes at most."),
    "until": Choice(
        "steps",
        options=("steps", "gradient_norm", "relative_loss"),
        help="A run ends after its steps, or once the gradient norm or the loss's relative change is within tolerance.",
    ),
    "tolerance": Number(1e-8, low=0.0, help="What counts as converged."),
    **VALIDATION_SETTINGS,
    "seed": Integer(0, low=0, high=2**53, help="Start values, noise and batches follow from it."),
    "parameters": Names((), of="parameter", help="Which parameters it moves; none named: all that reach the loss."),
    "approach": Choice(
        "static", options=tuple(APPROACHES), help="How the gradient is computed; all give the same numbers."
    ),
    "keep": Toggle(False, help="Keep the values in the document when the run ends."),
}
"""The settings of the optimizer node. The numeric ones are live: a run takes a new value at its next chunk of steps."""


def update(
    method: str, schedule: str, clip: str
) -> Callable[[Any, Arrays, Arrays, State, Mapping[str, Any]], tuple[Arrays, State]]:
    """Return the whole update `(loss, gradients, parameters, state, hyper) -> (parameters, state)` of these choices.

    `hyper` holds the numeric settings of the optimizer node that are read, and `step`. Without "weight_decay" nothing
    decays, without "l1" nothing is pulled to exactly zero. "rate_factors" has a factor for each parameter's rate,
    "ages" the numbers of steps taken with each: without them, 1 and `step`. The gradient is clipped first, then weight
    decay is added (as in PyTorch), then the method takes its step at the scheduled rate, then L1 shrinks.
    The parameters are free values: of a constrained one, what stands behind it. Complex parameters follow the conjugate
    of autograd's gradient, the direction in which the loss rises.
    """
    chosen = METHODS[method]
    if chosen.step is None:
        raise ValueError(f"{chosen.title} searches along a line: its step is that of engine.searching")
    take = chosen.step

    def updated(
        loss: Any, gradients: Arrays, parameters: Arrays, state: State, hyper: Mapping[str, Any]
    ) -> tuple[Arrays, State]:
        rate = SCHEDULES[schedule].rate(hyper["step"], hyper["learning_rate"], hyper)
        factors = hyper.get("rate_factors")
        rates = (rate,) * len(parameters) if factors is None else tuple(rate * factor for factor in factors)
        numbers = hyper.get("ages") or (hyper["step"],) * len(parameters)

        def oracle(at: Arrays) -> tuple[Any, Arrays]:
            rising = _clipped(clip, tuple(map(_rising, gradients)), hyper)
            decays = "weight_decay" in hyper and not chosen.decoupled
            return loss, _decayed(rising, at, hyper) if decays else rising

        new, state, _ = take(oracle, parameters, state, {**hyper, "rates": rates, "numbers": numbers})
        return (_shrunk(new, rates, hyper["l1"]) if "l1" in hyper else new), state

    return updated


def start_state(method: str, parameters: Sequence[Any]) -> dict[str, Arrays]:
    """Return the method's first state: zeros like each parameter in each slot (squares of complex numbers are real)."""
    return {
        slot: tuple(np.zeros(np.shape(p), _slot_dtype(slot, p)) for p in parameters) for slot in METHODS[method].slots
    }


REAL_SLOTS: Final = ("total", "average", "square")


def _slot_dtype(slot: str, parameter: Any) -> Any:
    dtype = np.asarray(parameter).dtype
    return np.zeros((), dtype).real.dtype if slot in REAL_SLOTS else dtype


def _pairwise(function: Callable[[Any, Any], Any], first: Arrays, second: Arrays) -> Arrays:
    return tuple(map(function, first, second))


def _moved(parameters: Arrays, directions: Arrays, rates: Arrays) -> Arrays:
    return tuple(p - _like(rate, p) * d for p, d, rate in zip(parameters, directions, rates, strict=True))


def _shared(function: Callable[..., Any], *columns: Arrays) -> Arrays:
    """Return function(...) row by row, called once for rows of the same objects: scalars that parameters share."""
    known: dict[tuple[int, ...], Any] = {}
    for row in zip(*columns, strict=True):
        key = tuple(map(id, row))
        if key not in known:
            known[key] = function(*row)
    return tuple(known[tuple(map(id, row))] for row in zip(*columns, strict=True))


def _averaged(keep: Any, averages: Arrays, news: Iterable[Any]) -> Arrays:
    return _pairwise(lambda s, x: _like(keep, s) * s + _like(1.0 - keep, s) * x, averages, tuple(news))


def _rising(gradient: Any) -> Any:
    return np.conj(gradient) if gradient.dtype.kind == "c" else gradient


def _shrunk(parameters: Arrays, rates: Arrays, strength: Any) -> Arrays:
    """Return the parameters after a proximal step of an L1 penalty: nearer to 0, and 0 where they would pass it."""
    reach = _shared(lambda rate: rate * strength, rates)
    return tuple(_soft(p, _like(each, p)) for p, each in zip(parameters, reach, strict=True))


def _soft(array: Any, by: Any) -> Any:
    if array.dtype.kind == "c":
        size = np.abs(array)
        return array * (np.maximum(size - by, 0.0 * by) / np.maximum(size, by))
    return _sign(array) * np.maximum(np.abs(array) - by, 0.0 * by)


def _sign(array: Any) -> Any:
    return np.sign(np.real(array)) + 1j * np.sign(np.imag(array)) if array.dtype.kind == "c" else np.sign(array)


def _squared(gradient: Any) -> Any:
    return np.real(gradient * np.conj(gradient)) if gradient.dtype.kind == "c" else gradient * gradient


def _decayed(gradients: Arrays, parameters: Arrays, hyper: Mapping[str, Any]) -> Arrays:
    return _pairwise(lambda g, p: g + _like(hyper["weight_decay"], p) * p, gradients, parameters)


def _clipped(clip: str, gradients: Arrays, hyper: Mapping[str, Any]) -> Arrays:
    if clip == "value":
        return tuple(_clip_components(g, _like(hyper["clip_at"], g)) for g in gradients)
    if clip == "norm":
        scale = hyper["clip_at"] / np.maximum(length(gradients), hyper["clip_at"])
        return tuple(_like(scale, g) * g for g in gradients)
    return gradients


def _clip_components(gradient: Any, at: Any) -> Any:
    if gradient.dtype.kind == "c":
        return _clip_components(np.real(gradient), at) + 1j * _clip_components(np.imag(gradient), at)
    return np.minimum(np.maximum(gradient, -at), at)


def length(arrays: Arrays) -> Any:
    """Return the Euclidean length of all the arrays' components together."""
    if len(arrays) == 1 and arrays[0].shape == ():
        return np.abs(arrays[0])
    total = _sum_of_squares(arrays[0])
    for array in arrays[1:]:
        total = total + _sum_of_squares(array)
    return np.sqrt(total)


def _sum_of_squares(array: Any) -> Any:
    squares = _squared(array)
    return squares if array.shape == () else np.sum(squares)


def _like(number: Any, array: Any) -> Any:
    """Return a float64 number in the precision of the array, so that float32 parameters are never promoted."""
    single = array.dtype.name in ("float32", "complex64")
    return number.astype("float32") if single else number
