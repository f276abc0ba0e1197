"""The base of every table in station.yaml: unknown keys are errors, values never change after loading."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """One table of the configuration. A drawer's file subclasses it; every field has a default and a description."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
