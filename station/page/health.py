"""/livez, /readyz and /metrics: for the service manager, for the network's watchman, for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from station.page.feed import Feeding, State
from station.records import Event
from station.types import Pulse, Record

STAGE_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds; the alert must land within 2 s, below 1 s is the aim."""


class Metrics:
    """What this page process has seen since it started, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = own = CollectorRegistry()
        self._verdicts = Counter("station_verdicts", "Verdicts by outcome", ["outcome"], registry=own)
        self._findings = Counter("station_findings", "Findings", ["check", "code", "outcome"], registry=own)
        self._stages = Histogram(
            "station_stage_seconds", "Seconds per stage of a verdict", ["stage"], buckets=STAGE_BUCKETS_S, registry=own
        )
        self._live = Gauge("station_live", "1 when the records answer and the daemon's pulse is fresh", registry=own)
        self._age = Gauge("station_pulse_age_seconds", "Seconds since the daemon's sign of life", registry=own)
        self._waiting = Gauge("station_waiting", "Captures that wait in the inbox", registry=own)
        self._sequence = Gauge("station_sequence", "Number of the newest verdict", registry=own)
        self._notice = Gauge("station_notice", "1 while the station works, but not as configured", registry=own)
        self._engine = Gauge(
            "station_engine", "1 for the engine that judges", ["backend", "precision", "version", "model"], registry=own
        )
        self._fallback = Gauge(
            "station_engine_fallback", "1 while the engine configured first does not judge", ["reason"], registry=own
        )

    def count(self, record: Record) -> None:
        """One new verdict."""
        self._verdicts.labels(record.verdict.outcome.name).inc()
        for finding in record.verdict.findings:
            self._findings.labels(finding.check, finding.code, finding.outcome.name).inc()
        for stage, seconds in record.verdict.seconds.items():
            self._stages.labels(stage).observe(seconds)

    def text(self, state: State) -> bytes:
        """The exposition format of Prometheus. Without any pulse its age is NaN."""
        self._live.set(state.live)
        self._age.set(float("nan") if state.pulse_age_seconds is None else state.pulse_age_seconds)
        self._waiting.set(state.pulse.waiting if state.pulse else 0)
        self._sequence.set(state.sequence)
        self._tell_engine(state.pulse)
        return generate_latest(self.registry)

    def _tell_engine(self, pulse: Pulse | None) -> None:
        """Labels of what is no longer so are taken away."""
        self._engine.clear()
        self._fallback.clear()
        self._notice.set(pulse is not None and pulse.notice is not None)
        if pulse is not None and (engine := pulse.engine) is not None:
            self._engine.labels(engine.backend, engine.precision, engine.version, engine.model).set(1)
        if pulse is not None and pulse.fallback is not None:
            self._fallback.labels(pulse.fallback).set(1)


routes = APIRouter(tags=["health"])


@routes.get("/livez")
async def livez() -> Event:
    """This process is alive."""
    return {"alive": True}


@routes.get("/readyz", responses={503: {"description": "The screens show no live data; `reason` says why."}})
async def readyz(feed: Feeding, response: Response) -> Event:
    """The records answer and the daemon's sign of life is fresh."""
    state = feed.state()
    response.status_code = 200 if state.live else 503
    return {"ready": state.live, "reason": state.reason, "remedy": state.remedy}


@routes.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def prometheus(feed: Feeding, request: Request) -> Response:
    """Figures in the format of Prometheus."""
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.text(feed.state()), headers={"content-type": CONTENT_TYPE_LATEST})
