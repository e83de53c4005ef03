"""What the landscape shows: a plane through the parameters, the loss over it, and the paths of a run in it.

The paths come from the process that trains, the loss from the one that answers questions; the newest wins.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.assets import ASSETS
from app.landscape.comparison import Comparison
from app.plots.histories import losses
from app.plots.path import Bounds, covers, roomy
from app.plots.shapes import finite_range
from app.words import tr
from app.worker import messages as m
from app.worker.planes import PlaneSeen, PlaneWish
from engine.edits import SetKept
from engine.graph import Kept, Socket
from engine.problems import trained
from engine.rivals import optimizers_of
from engine.types import ArrayType, Tensor

if TYPE_CHECKING:
    from app.session import Session
    from app.worker.client import RunControl

SIZE: Final = 100
"""Points of the grid along each side; of a slow loss as many as can be computed in time."""
ARROWS: Final = (13, 9)
PATHS_EVERY: Final = 0.12
"""Seconds between two questions for the paths while a run is on."""
PLANE_EVERY: Final = 0.8
"""Seconds after which the plane of moving paths, and the loss around moving parameters, are found anew."""
RUNAWAY: Final = 20.0
"""How many times as high as at the start the loss may be where the view still follows a path."""
FARTHEST: Final = 1e100
MARGIN: Final = 0.2
"""Room around what is shown, computed in advance, as a part of it."""


class Number(NamedTuple):
    """A trained parameter that a plane's axis may take a number of."""

    node: str
    name: str
    shape: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many numbers it has."""
        return int(np.prod(self.shape, dtype=np.int64))

    def called(self, index: int) -> str:
        """Return what people call one of its numbers."""
        if not self.shape:
            return self.name
        return f"{self.name}[{', '.join(map(str, np.unravel_index(index, self.shape)))}]"


class Path(NamedTuple):
    """One optimizer's way in the plane."""

    lane: int
    name: str
    steps: NDArray[Any]
    x: NDArray[Any]
    y: NDArray[Any]
    push: tuple[float, float] | None
    """Which way its momentum pushes."""


class Landscape(QObject):
    """The data of one document's landscape. `refresh` is called when there may be something new to ask."""

    changed = Signal()
    """Paths, loss or a sentence are other ones: draw."""
    spec_changed = Signal()
    """Another plane is looked at, or other numbers can be chosen."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.session = session
        self.comparison = Comparison(session)
        self.spec = m.PlaneSpec("random")
        self.seen: PlaneSeen | None = None
        self.paths: tuple[Path, ...] = ()
        self.state: tuple[m.Way, ...] = ()
        self.share: float | None = None
        """How much of the paths' variance lies in their plane."""
        self.sentence = ""
        """Why there is nothing to see."""
        self.slopes = False
        self.curvature = False
        self.view: Bounds | None = None
        """What is looked at; None: the paths with room around them."""
        self.awake = False
        self._plane: m.Plane | None = None
        self._trail_asked = False
        self._reached: tuple[int, ...] = ()
        self._asked: Bounds | None = None
        self._asked_at = self._trail_at = self._renewed = 0.0
        self._point: tuple[float, float] | None = None
        self._revision = -1
        self._connected = False
        self._chosen = False
        """Whether a person has chosen the plane."""
        session.replaced.connect(self._replaced)
        session.types_changed.connect(self._numbers_changed)
        session.values_changed.connect(self._values_changed)
        session.lane_changed.connect(self.refresh)
        self.comparison.changed.connect(self._runs_changed)
        self.comparison.ticked.connect(self.refresh)
        if session.has_engine:
            session.runs.ticked.connect(self.refresh)
            session.runs.lanes_changed.connect(self._runs_changed)

    # What is looked at ------------------------------------------------------------------------------------------------

    @property
    def runs(self) -> RunControl | None:
        """The run whose paths are drawn: a comparison while there is one, else the document's."""
        if self.comparison.runs is not None:
            return self.comparison.runs
        return self.session.runs if self.session.has_engine and not self.session.stale else None

    @property
    def optimizer(self) -> str:
        """The optimizer whose loss is looked at; "" where there is none."""
        found = optimizers_of(self.session.graph, self.session.library)
        return found[0] if found else ""

    def numbers(self) -> tuple[Number, ...]:
        """Return the real parameters that the optimizer trains, as far as their shapes are known."""
        session, optimizer = self.session, self.optimizer
        found = []
        for id in trained(session.graph, session.library, optimizer) if optimizer else ():
            kind = session.type_of(Socket(id, session.operator(id).outputs[0].name))
            if isinstance(kind, ArrayType) and kind.dtype.startswith("float") and np.prod(kind.shape, dtype=int):
                found.append(Number(id, session.label(id), tuple(kind.shape)))
        return tuple(found)

    def choose(self, spec: m.PlaneSpec) -> None:
        """Look at another plane."""
        self._chosen = True
        self._set_spec(spec)

    def _set_spec(self, spec: m.PlaneSpec) -> None:
        if spec != self.spec:
            self.spec, self.view = spec, None
            self._forget_loss()
            self.paths = ()
            self.spec_changed.emit()
            self._trail_at = 0.0
            self.refresh()

    def first_spec(self) -> m.PlaneSpec:
        """Return the plane to begin with: of two numbers where there are no more, else of two random directions."""
        numbers = [(each.node, k) for each in self.numbers() for k in range(min(each.count, 3))]
        return m.PlaneSpec("elements", *numbers) if len(numbers) == 2 else m.PlaneSpec("random")

    def set_slopes(self, on: bool) -> None:
        """Show arrows downhill, or no more."""
        self.slopes = on
        self.ask()

    def set_curvature(self, on: bool) -> None:
        """Tell the curvature where the shown path ends, or no more."""
        self.curvature = on
        self.ask()

    def look_at(self, view: Bounds | None) -> None:
        """Look at this part of the plane (None: at the paths): the loss is asked for where it is not known there."""
        self.view = view
        self._ask_where_needed()

    def stop(self) -> None:
        """Ask nothing more, and end the comparison: the document closes."""
        self.awake = False
        self.comparison.end()

    # What is asked ----------------------------------------------------------------------------------------------------

    def wake(self, on: bool) -> None:
        """Somebody looks, or nobody does: then nothing is asked."""
        self.awake = on
        if on:
            if not self._chosen:
                self._set_spec(self.first_spec())
            self.spec_changed.emit()
            self.refresh()

    def refresh(self) -> None:
        """Ask for the paths where it is time, and for the loss where there are none."""
        if not self.awake or not self.session.has_engine:
            return
        runs = self.runs
        if runs is None or not runs.lanes or runs.state in ("idle", "starting", "failed"):
            if self.paths:
                self.paths, self.state = (), ()
                self.changed.emit()
            self._ask_where_needed()
            return
        now = time.monotonic()
        if self._trail_asked or (runs.state == "running" and now < self._trail_at + PATHS_EVERY):
            return
        renew = self.spec.kind == "path" and (self._plane is None or now > self._renewed + PLANE_EVERY)
        spec = self.spec
        self._trail_at, self._trail_asked = now, True
        if not runs.trail(spec, lambda trail: self._trail_came(runs, spec, trail), renew=renew):
            self._trail_asked = False

    def _trail_came(self, runs: RunControl, spec: m.PlaneSpec, trail: m.TrailIs) -> None:
        self._trail_asked = False
        if runs is not self.runs or spec != self.spec:
            self.refresh()
            return
        self.sentence = trail.sentence
        if trail.plane is not None:
            self._plane, self._renewed, self.share = trail.plane, time.monotonic(), trail.plane.share
            self._asked = None
        names = [lane.name for lane in runs.lanes]
        self.paths = tuple(
            Path(k, names[k], way.steps.array(), *way.places.array().T, way.push)
            for k, way in enumerate(trail.ways)
            if k < len(names)
        )
        self.state = trail.ways
        self._ask_where_needed()
        self.changed.emit()
        reached = tuple(int(path.steps[-1]) for path in self.paths if len(path.steps))
        if reached != self._reached:  # once more: the run may have gone on while this was on its way
            self._reached = reached
            self.refresh()

    def extent(self) -> Bounds | None:
        """Return the part of the plane that holds the paths with room around them; None without any."""
        followed = [self._followed(path) for path in self.paths]
        pairs = list(zip(self.paths, followed, strict=True))
        x = finite_range(*(path.x[keep] for path, keep in pairs)) if pairs else None
        y = finite_range(*(path.y[keep] for path, keep in pairs)) if pairs else None
        if x is None or y is None:
            return None
        return (*roomy(*x), *roomy(*y))

    def _followed(self, path: Path) -> NDArray[Any]:
        """Return which points of a path the view follows: not those where the loss has become far larger than at the
        start, or one optimizer that runs away would leave nothing to see of the others."""
        keep = (np.abs(path.x) < FARTHEST) & (np.abs(path.y) < FARTHEST)
        runs = self.runs
        own = losses(runs.lanes[path.lane]) if runs is not None and path.lane < len(runs.lanes) else []
        curve = runs.curve(path.lane, own[0][0], detail=True) if runs is not None and own else None
        if curve is None or len(curve.steps) < 2 or len(keep) < 2:
            return keep
        loss = np.interp(path.steps, curve.steps, curve.mean)
        known = loss[np.isfinite(loss)]
        if not len(known):
            return keep
        lowest, first = float(known.min()), float(known[0])
        most = lowest + RUNAWAY * ((first - lowest) or abs(first) or 1.0)
        keep &= np.isfinite(loss) & (loss <= most)
        keep[0] = True
        return keep

    def wanted(self) -> Bounds | None:
        """Return the part of the plane that is to be seen; None where only the start is known."""
        if self.view is not None:
            return self.view
        extent = self.extent()
        if extent is None or max(len(path.x) for path in self.paths) < 2:
            return None
        return extent

    def _ask_where_needed(self) -> None:
        wanted = self.wanted()
        known = self._known() if self.seen is not None else None
        late = time.monotonic() > self._asked_at + PLANE_EVERY
        if wanted is None:
            if known is None and self._asked is None:
                self.ask()
        elif not any(covers(have, wanted) for have in (known, self._asked) if have) or (late and self._follows()):
            self.ask()

    def _follows(self) -> bool:
        """Whether the loss depends on where the run stands: the other parameters move as well."""
        runs = self.runs
        if runs is None or runs.state != "running":
            return False
        return self.curvature or (self.spec.kind == "elements" and sum(n.count for n in self.numbers()) > 2)

    def _known(self) -> Bounds | None:
        if self.seen is None:
            return None
        x, y = self.seen.x.array(), self.seen.y.array()
        return (float(x[0]), float(x[-1]), float(y[0]), float(y[-1]))

    def ask(self) -> None:
        """Ask for the loss over what is to be seen, with what is shown besides."""
        session = self.session
        if not self.awake or not session.has_engine:
            return
        if not self.optimizer:
            self._say("Add an optimizer and wire a loss into it: the loss is drawn over its parameters.")
            return
        if self.spec.kind == "path" and self._plane is None:
            self._say("Press Run: the plane of a path is found of the path.")
            return
        wanted = self.wanted()
        if wanted is not None:
            room_x, room_y = (wanted[1] - wanted[0]) * MARGIN, (wanted[3] - wanted[2]) * MARGIN
            wanted = (wanted[0] - room_x, wanted[1] + room_x, wanted[2] - room_y, wanted[3] + room_y)
        if self.seen is None:
            self._say("The loss is being computed …")
        self._asked, self._asked_at = wanted or (0.0, 0.0, 0.0, 0.0), time.monotonic()
        ends = tuple(
            (float(np.clip(path.x[-1], -FARTHEST, FARTHEST)), float(np.clip(path.y[-1], -FARTHEST, FARTHEST)))
            for path in self.paths
            if len(path.x)
        )
        wish = PlaneWish(
            self.spec, self._plane if self.spec.kind == "path" else None, wanted, SIZE,
            ARROWS if self.slopes else (0, 0), ends, self.bend_at() if self.curvature else None, self._point,
        )  # fmt: skip
        client = session.asks
        if not self._connected:
            self._connected = True
            client.plane_ready.connect(self._plane_came)
            client.failed.connect(self._failed)
        self._revision = client.set_content(session.content, session.folder, ASSETS)
        client.ask_plane(wish, self._moment())

    def bend_at(self) -> tuple[float, float]:
        """Return where the curvature is told: at the end of the shown path, else at the start."""
        lane = min(self.session.lane, len(self.paths) - 1)
        if lane >= 0 and len(self.paths[lane].x):
            return float(self.paths[lane].x[-1]), float(self.paths[lane].y[-1])
        return self.seen.start if self.seen is not None else (0.0, 0.0)

    def _moment(self) -> m.Moment | None:
        """Return where the parameters that the plane does not move stand."""
        runs = self.runs
        if runs is None or self.session.stale or runs.state == "idle":
            return None
        moment = runs.moment(min(self.session.lane, max(0, len(runs.lanes) - 1)))
        return None if moment is None else msgspec.structs.replace(moment, optimizer=self.optimizer)

    def _plane_came(self, revision: int, seen: PlaneSeen) -> None:
        if revision != self._revision or seen.spec != self.spec:
            return
        self.seen, self.sentence = seen, ""
        if seen.values and self._point is not None:
            self._point = None
            self._start_from(seen)
        self.changed.emit()

    def _failed(self, revision: int, question: str, sentence: str, _: str) -> None:
        if question == "plane" and revision == self._revision:
            self._point = None
            self.seen = None
            self._say(sentence)

    def _say(self, sentence: str) -> None:
        self.sentence = sentence
        self.changed.emit()

    # What is done -----------------------------------------------------------------------------------------------------

    def start_at(self, x: float, y: float) -> None:
        """Make a place of the plane the start, as one undo step, and run from there."""
        self._point = (x, y)
        self.ask()

    def _start_from(self, seen: PlaneSeen) -> None:
        session = self.session
        old = session.content.kept
        values = dict(old.values) if old is not None else {}
        values |= {id: Tensor.of(packed.array()) for id, packed in seen.values.items() if id in session.graph.nodes}
        seed = old.seed if old is not None else int(session.setting(self.optimizer, "seed"))
        if not session.apply(SetKept(Kept(0, seed, self.optimizer, values))):
            return
        session.message.emit(tr("Starts from the place that was clicked. Undo takes it back."))
        if self.comparison.runs is not None:
            self.comparison.again()
        else:
            session.reset()
            session.run()

    # What happens -----------------------------------------------------------------------------------------------------

    def _forget_loss(self) -> None:
        self.seen, self._plane, self._asked, self.share = None, None, None, None

    def _runs_changed(self) -> None:
        self.paths, self.state, self._trail_asked = (), (), False
        self.view = None
        self._plane = self._asked = None
        self._trail_at = 0.0
        self.changed.emit()
        self.refresh()

    def _numbers_changed(self) -> None:
        if not self._chosen and self.awake:
            self._set_spec(self.first_spec())
        if self.awake:
            self.spec_changed.emit()

    def _values_changed(self) -> None:
        """The document was looked at anew: what is drawn may be of another graph."""
        runs = self.runs
        if self.awake and (runs is None or runs.state not in ("running", "starting")):
            self._asked = None
            self.ask()

    def _replaced(self) -> None:
        self._forget_loss()
        self._chosen = False
        self.paths, self.state, self.sentence, self.view = (), (), "", None
        self.comparison.end()
        self.spec = m.PlaneSpec("random")
        self.spec_changed.emit()
        self.changed.emit()
