"""Operators of other packages: found by the entry point group `gradwire.operators`, checked as our own are, and kept
apart by the package's name in their ids, so that a file says where an operator came from."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from typing import Final, Literal, TypeAlias

from engine.checks import OPERATOR
from engine.errors import DeclarationError, GradwireError
from engine.limits import ID_LENGTH
from engine.operator import Kind, Library, Operator, require_complete
from engine.placeholder import package_of
from engine.sockets import shortened

GROUP: Final = "gradwire.operators"
"""The entry point group in which an installed distribution offers its operators."""
OWN: Final = "gradwire"
"""The distribution whose operators are no plugin."""
KINDS: Final = (Kind.FUNCTION, Kind.SOURCE, Kind.PARAMETER, Kind.RANDOM, Kind.STATEFUL, Kind.BATCH)
"""What a plugin may bring; views are drawn, and operators of higher order interpreted, by Gradwire itself."""
REASON_LENGTH: Final = 300

State: TypeAlias = Literal["on", "off", "broken"]


@dataclass(frozen=True)
class Plugin:
    """An installed package that offers operators. Only one that is on has any; `reason` says why one is broken."""

    name: str
    """The distribution's name, as pip knows it."""
    version: str
    summary: str
    state: State
    operators: tuple[Operator, ...] = ()
    reason: str = ""

    @property
    def package(self) -> str:
        """The name as it stands in the ids of its operators."""
        return package_word(self.name)


def package_word(name: str) -> str:
    """Return a distribution's name as it stands in ids: small letters, everything but letters and digits `_`."""
    return re.sub(r"[^a-z0-9]+", "_", name.casefold())


def installed(off: Collection[str] = (), *, only: Collection[str] | None = None) -> tuple[Plugin, ...]:
    """Return the plugins installed beside Gradwire, by name, those not `off` (by package) imported.

    With `only`, no others are imported. One that raises as it is imported, or brings something that is no complete
    operator, is broken, with the reason in one line; nothing is raised.
    """
    found: dict[str, list[EntryPoint]] = {}
    for each in entry_points(group=GROUP):
        if each.dist is not None and package_word(each.dist.name) != OWN:
            found.setdefault(package_word(each.dist.name), []).append(each)
    return tuple(
        _plugin(entries, wanted=package not in off and (only is None or package in only))
        for package, entries in sorted(found.items())
    )


def own_library() -> Library | None:
    """Return the library that the distribution `gradwire` offers; None where it is not installed."""
    mine = [e for e in entry_points(group=GROUP) if e.dist is not None and package_word(e.dist.name) == OWN]
    return Library(declared for each in mine[:1] for declared in each.load().values()) if mine else None


def joined(own: Library, plugins: Iterable[Plugin]) -> Library:
    """Return our own operators and those of the plugins, and why those of the others are not there; where there are
    no plugins, our own library itself."""
    held = tuple(plugins)
    if not held:
        return own
    absent = {each.package: _why_absent(each) for each in held if each.state != "on"}
    return Library([*own.values(), *(declared for each in held for declared in each.operators)], absent)


def _why_absent(plugin: Plugin) -> str:
    if plugin.state == "off":
        return f"that package is switched off: switch it on with “gradwire plugins on {plugin.name}” or in Preferences"
    return f"that package does not work here ({plugin.reason.rstrip('.')})"


def _plugin(entries: Iterable[EntryPoint], *, wanted: bool) -> Plugin:
    held = sorted(entries, key=lambda each: each.name)
    about = held[0].dist
    assert about is not None  # noqa: S101 - `installed` has looked
    [summary] = about.metadata.get_all("Summary", [""])[:1]
    plugin = Plugin(about.name, about.version, shortened(" ".join(str(summary).split()), REASON_LENGTH), "off")
    if not wanted:
        return plugin
    try:
        operators = tuple(declared for each in held for declared in _offered(each.load(), plugin))
        Library(operators)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plugin does, the program starts
        return replace(plugin, state="broken", reason=_one_line(error))
    return replace(plugin, state="on", operators=operators)


def _offered(offered: object, plugin: Plugin) -> tuple[Operator, ...]:
    """Return the operators behind an entry point; raise DeclarationError where something else is there."""
    values = offered.values() if isinstance(offered, Mapping) else offered
    if not isinstance(values, Iterable) or isinstance(values, str):
        raise DeclarationError("its entry point must lead to a list of operators")
    operators = tuple(values)
    for each in operators:
        if not isinstance(each, Operator):
            raise DeclarationError(f"among its operators is {shortened(repr(each), 60)}, which is none")
        _require_of_package(each, plugin)
        require_complete(each)
    return operators


def _require_of_package(declared: Operator, plugin: Plugin) -> None:
    if not OPERATOR.fullmatch(declared.id) or len(declared.id) > ID_LENGTH or package_of(declared.id) != plugin.package:
        like = f"{declared.family}.{plugin.package}.{declared.short}"
        raise DeclarationError(f"the operator {shortened(declared.id)} must have an id like {shortened(like)}")
    if declared.kind not in KINDS:
        raise DeclarationError(f"the operator {declared.id} is of a kind that only Gradwire itself has")
    if not callable(declared.function):
        raise DeclarationError(f"the operator {declared.id} has no function")


def _one_line(error: BaseException) -> str:
    said = error.sentence if isinstance(error, GradwireError) else f"{type(error).__name__}: {error}"
    return shortened(" ".join(said.split()).removesuffix(":"), REASON_LENGTH)
