"""The table `page` of the configuration; apart from app.py, so that reading a configuration loads no web server."""

from __future__ import annotations

from pydantic import Field

import station.settings


class Settings(station.settings.Settings):
    """`page: {...}`"""

    host: str = Field(
        default="127.0.0.1",
        description="address to listen on; any but this computer's own needs accounts: `station user add`",
    )
    port: int = Field(default=8321, ge=1, le=65535, description="TCP port")
    names: tuple[str, ...] = Field(
        default=(), description="further host names under which browsers may ask for the page"
    )
    title: str = Field(
        default="Capture station", description="what the page is called, in its head and in the browser's tab"
    )
    max_pulse_age_seconds: float = Field(
        default=3.0,
        gt=0.5,
        le=60,
        description="an older sign of life of the daemon, or a longer silence, is NO LIVE DATA",
    )
    poll_seconds: float = Field(
        default=0.05, ge=0.01, le=1, description="how often the records are asked for something new"
    )
    kiosk: bool = Field(default=False, description="browsers on this very computer are an operator's, without a log-in")
    login_hours: float = Field(default=12.0, gt=0, le=720, description="a log-in ends after so long, hours")
