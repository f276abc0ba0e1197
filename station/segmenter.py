"""The engines of the configuration, in their order: the first that answers judges every photograph.

When it fails, the next one judges that same photograph. Every half minute the daemon looks whether a better one can be
had again (a GPU that is back, a plan that is missing and is then built by a process of its own); it takes over between
two photographs. What is not as configured is said in `notice`, with the reason, and as one word in `fallback`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from station import parts, segment
from station.contracts import Backend
from station.errors import EngineError, Trouble
from station.settings import Settings
from station.types import Engine, Model, Photo, Segmentation

log = logging.getLogger(__name__)
RECHECK_SECONDS = 30.0
"""Between two looks for a better engine; an attempt without a driver costs a fifth of a second of one core."""
LONGEST_SECONDS = 600.0
"""An engine that opened and then failed, or could not be built, waits twice as long each time, up to this."""
END_SECONDS = 5.0
"""A search that takes longer to end is left behind."""
Choices = Sequence[tuple[str, Settings]]
Tell = Callable[[str], None]


class Segmenter:
    """A Photo -> Segmentation for the line. One thread judges; another may improve the engine meanwhile.

    `choices`: (name, settings) of the backends in order; `state`: the station's state directory. `build_plan` builds
    what the first engine lacks and tells its progress; it raises EngineError, and gives up when the event is set.
    """

    def __init__(
        self, model: Model | None, choices: Choices, state: Path, notice: str | None = None, recheck_s: float = 0
    ) -> None:
        self.model = model
        self.backend: Backend | None = None
        self._choices, self._state, self._said = tuple(choices), state, notice
        self._recheck_s = recheck_s or RECHECK_SECONDS
        self._chosen = len(self._choices)
        self._refusals: dict[int, EngineError] = {}
        self._strikes: dict[int, int] = {}
        self._not_before: dict[int, float] = {}
        self._building: str | None = None
        self._judging = threading.Lock()
        self._stop = threading.Event()
        self._improving: threading.Thread | None = None
        if model is not None:
            self._descend(0)

    def __call__(self, photo: Photo) -> Segmentation:
        """Judge one photograph with the best engine there is. Raises EngineError when none could."""
        with self._judging:
            while self.model is not None and self.backend is not None:
                try:
                    done = segment.segment(photo, self.model, self.backend)
                except EngineError as error:
                    if not self._step_down(error):
                        raise
                else:
                    self._forgive(self._chosen)
                    return done
            raise EngineError(self.notice or "No engine is open.", "Run `station doctor`.")

    @property
    def engine(self) -> Engine | None:
        """What makes the class maps now."""
        if self.model is None or self.backend is None:
            return None
        b = self.backend
        return Engine(self.model.name, self.model.sha256, b.name, b.precision, b.version)

    @property
    def fallback(self) -> Trouble | None:
        """Why it is not the first engine of the configuration that judges; None when it is."""
        if self.model is None:
            return Trouble.FAILED
        refusal = self._refusals.get(0)
        return refusal.trouble if refusal is not None else None

    @property
    def notice(self) -> str | None:
        """The same for people, with what to do; None when all is as configured."""
        if self._said is not None or self.fallback is None:
            return self._said
        refusals, first = self._refusals, self._choices[0][0]
        reasons = [f"{self._choices[i][0]}: {error.whole}" for i, error in sorted(refusals.items())]
        if self.backend is None:
            return "No engine can be opened. " + " ".join(reasons)
        if self._building is not None:
            return f"Running on {self.backend.name} while the plan of {first} is being built ({self._building})."
        if self._chosen == 0:
            return f"The engine failed. {reasons[0]}"
        return f"Running on {self.backend.name} instead of {first}. {reasons[0]}"

    def _open(self, index: int) -> Backend | None:
        """The backend of that number, if it answers; else why not is kept."""
        name, settings = self._choices[index]
        try:
            made: Backend = parts.part("backends", name).build(self.model, settings, self._state)
            try:
                made.ping()
            except EngineError:
                made.close()
                raise
        except EngineError as error:
            known = self._refusals.get(index)
            if known is None or str(known) != str(error):  # not every half minute
                log.warning("backend %s: %s %s", name, error, error.remedy)
            self._refuse(index, error)
            return None
        return made

    def _refuse(self, index: int, error: EngineError) -> None:
        self._refusals = {**self._refusals, index: error}  # a new one: others read it meanwhile

    def _forgive(self, start: int) -> None:
        """What was said of the engines from that number on no longer matters."""
        if any(index >= start for index in self._refusals):
            self._refusals = {index: error for index, error in self._refusals.items() if index < start}

    def _descend(self, start: int) -> bool:
        """Open the first that answers, from that number on."""
        for index in range(start, len(self._choices)):
            made = self._open(index)
            if made is not None:
                self._use(index, made)
                return True
        return False

    def _use(self, index: int, made: Backend) -> None:
        self._chosen, self.backend = index, made
        self._forgive(index)

    def _step_down(self, error: EngineError) -> bool:
        """The engine failed with a photograph: open a later one for it. False when there is none; it is kept then."""
        failed, index = self.backend, self._chosen
        log.error("backend %s failed: %s %s", self._choices[index][0], error, error.remedy)
        self._strike(index)
        self._refuse(index, error)
        if not self._descend(index + 1):
            return False
        if failed is not None:
            failed.close()
        return True

    def _strike(self, index: int) -> None:
        self._strikes[index] = self._strikes.get(index, 0) + 1
        pause = min(LONGEST_SECONDS, self._recheck_s * 2 ** (self._strikes[index] - 1))
        self._not_before[index] = time.monotonic() + pause

    def improve(self, build_plan: Callable[[Tell, threading.Event], None]) -> None:
        """From now on look for a better engine in the background, until `close`."""
        self._improving = threading.Thread(target=self._improve, args=(build_plan,), name="engines", daemon=True)
        self._improving.start()

    def _improve(self, build_plan: Callable[[Tell, threading.Event], None]) -> None:
        while True:
            for index in range(len(self._choices)):
                if self._stop.is_set():
                    return
                if self._is_better(index) and self._time(index):
                    self._raise_to(index, build_plan)
            if self._stop.wait(self._recheck_s):
                return

    def _is_better(self, index: int) -> bool:
        """Would that engine be one to have? All before the present one, and the present one itself once it is dead."""
        if self.model is None or index > self._chosen:
            return False
        return index < self._chosen or self.backend is None or not _answers(self.backend)

    def _time(self, index: int) -> bool:
        return time.monotonic() >= self._not_before.get(index, 0.0)

    def _raise_to(self, index: int, build_plan: Callable[[Tell, threading.Event], None]) -> None:
        made = self._open(index)
        if made is None and self._refusals[index].trouble is Trouble.NOT_BUILT:
            if not self._built(index, build_plan):
                return
            made = self._open(index)
        if made is None:
            return
        with self._judging:  # between two photographs
            worse, self.backend = self.backend, None
            if not self._stop.is_set():
                self._use(index, made)
                log.info("the engine is %s now", made.name)
                made = None
        for gone in (worse, made):
            if gone is not None:
                gone.close()

    def _built(self, index: int, build_plan: Callable[[Tell, threading.Event], None]) -> bool:
        self._building = "starting"
        try:
            build_plan(self._tell, self._stop)
        except EngineError as error:
            log.error("no plan for %s: %s %s", self._choices[index][0], error, error.remedy)
            self._refuse(index, error)
            self._strike(index)
            return False
        finally:
            self._building = None
        return True

    def _tell(self, progress: str) -> None:
        self._building = progress

    def close(self) -> None:
        """End the search for something better, and the engine."""
        self._stop.set()
        if self._improving is not None:
            self._improving.join(END_SECONDS)
        if self.backend is not None:
            self.backend.close()


def _answers(backend: Backend) -> bool:
    try:
        backend.ping()
    except EngineError:
        return False
    return True
