"""Which results depend differentiably on which inputs: what is known to be zero before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from engine.autodiff.rules import FLAT
from engine.program.program import Equation, Program, Var
from engine.program.structure import BRANCH, CALL, SCAN, SWEEP, WHILE, Loop, calls
from engine.types import ArrayType

TAKE = "autograd.container_take"


def differentiable(kind: ArrayType | None) -> bool:
    """Return whether a variable of this type (None: several values) may carry derivatives."""
    return kind is None or kind.differentiable


def carries(types: Mapping[Var, ArrayType], equation: Equation) -> bool:
    """Return whether derivatives can pass through an equation at all."""
    return equation.primitive not in FLAT and differentiable(types.get(equation.output))


class Dependence:
    """Answers for programs whose calls name `functions`. A set of inputs is a whole number: bit k means input k."""

    def __init__(self, functions: Mapping[str, Program]) -> None:
        self.functions = functions
        self._programs: dict[int, tuple[Program, tuple[int, ...]]] = {}
        self._called: dict[str, tuple[int, ...]] = {}

    def program(self, program: Program) -> tuple[int, ...]:
        """Return for each output the set of inputs it depends on."""
        found = self._programs.get(id(program))
        if found is None:
            found = self._programs[id(program)] = (program, self._outputs(program))
        return found[1]

    def items(self, equation: Equation) -> Callable[[int], int]:
        """Return a function: number of an item of a structural equation -> the set of arguments it depends on."""
        masks = _ITEMS[equation.primitive](self, equation)
        everything = (1 << len(equation.arguments)) - 1
        return lambda item: everything if masks is None else masks[item]

    def function(self, name: str) -> tuple[int, ...] | None:
        """Return for each output of a function the set of its inputs; None where it is not complete yet."""
        if name not in self._called:
            reached = self._reached(name)
            if reached is None:
                return None
            self._called.update({each: (0,) * len(self.functions[each].outputs) for each in reached})
            changed = True
            while changed:
                changed = False
                self._programs.clear()
                for each in reached:
                    masks = self._outputs(self.functions[each])
                    changed = changed or masks != self._called[each]
                    self._called[each] = masks
            self._programs.clear()
        return self._called[name]

    def _reached(self, name: str) -> list[str] | None:
        reached = {name: None}
        waiting = [name]
        while waiting:
            program = self.functions.get(waiting.pop())
            if program is None:
                return None
            for called in calls(program):
                if called not in reached:
                    reached[called] = None
                    waiting.append(called)
        return list(reached)

    def _outputs(self, program: Program) -> tuple[int, ...]:
        masks = {each.var: 1 << k for k, each in enumerate(program.inputs) if each.type.differentiable}
        items: dict[Var, tuple[Callable[[int], int], Sequence[object]]] = {}
        for equation in program.equations:
            found = 0
            if equation.primitive in _ITEMS:
                items[equation.output] = (self.items(equation), equation.arguments)
                continue
            first = equation.arguments[0] if equation.arguments else None
            if equation.primitive == TAKE and first in items:
                if program.types[equation.output].differentiable:
                    chosen, arguments = items[first]
                    found = union(masks, arguments, chosen(equation.arguments[1]))
            elif carries(program.types, equation):
                found = union(masks, equation.arguments, -1)
            if found:
                masks[equation.output] = found
        return tuple(masks.get(var, 0) for var in program.outputs)

    def branch(self, equation: Equation) -> list[int]:
        """Return the sets of arguments of a branch's items."""
        arms = [self.program(arm) for arm in dict(equation.settings)["arms"]]
        return [_union(masks) << 1 for masks in zip(*arms, strict=True)]

    def loop(self, equation: Equation) -> list[int]:
        """Return the sets of arguments of a loop's items, carries followed through all iterations."""
        loop = Loop.of(equation)
        body = self.program(loop.body)
        kinds = [each.type for each in loop.body.inputs]
        start = loop.consts
        known = [1 << (start + k) if kinds[start + k].differentiable else 0 for k in range(loop.carry)]
        through = sum(1 << k for k in range(start, start + loop.carry))
        direct = ((1 << len(loop.operands)) - 1) & ~through

        def moved(mask: int) -> int:
            found = mask & direct
            for k in bits(mask & through):
                found |= known[k - start]
            return found

        changed = True
        while changed:
            after = [before | moved(mask) for before, mask in zip(known, body, strict=False)]
            changed, known = after != known, after
        everything = [*known, *(moved(mask) for mask in body[loop.carry :])]
        shifted = [mask << loop.first for mask in everything]
        return [*shifted, *[0] * ((loop.condition is not None) + (loop.carry + 1) * loop.keeps)]

    def call(self, equation: Equation) -> tuple[int, ...] | None:
        """Return the sets of arguments of what a call gives."""
        return self.function(dict(equation.settings)["function"])


def union(masks: Mapping[Var, int], arguments: Sequence[object], chosen: int) -> int:
    """Return the union of the sets of those arguments that are chosen."""
    found = 0
    for k, each in enumerate(arguments):
        if type(each) is Var and chosen >> k & 1:
            found |= masks.get(each, 0)
    return found


def _union(masks: Sequence[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def bits(mask: int) -> list[int]:
    """Return the numbers in a set."""
    found, k = [], 0
    while mask >> k:
        if mask >> k & 1:
            found.append(k)
        k += 1
    return found


_ITEMS: Mapping[str, Callable[[Dependence, Equation], Sequence[int] | None]] = {
    BRANCH: Dependence.branch,
    SCAN: Dependence.loop,
    WHILE: Dependence.loop,
    CALL: Dependence.call,
    SWEEP: lambda dependence, equation: None,
}
