"""The table `page` of the configuration; apart from app.py, so that reading a configuration loads no web server."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

import station.settings

Deed = Literal["accept", "retake", "set_aside", "wrong_alarm", "next_retake", "live", "sound"]
"""What a further key, a foot pedal's say, may do."""

REASONS = ("object_faded", "object_damaged", "object_folded", "label_unreadable", "cannot_be_better", "other")


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
        default=2.0,
        gt=0.5,
        le=60,
        description="an older sign of life of the daemon, or a longer silence, is NO LIVE DATA",
    )
    poll_seconds: float = Field(
        default=0.05, ge=0.01, le=1, description="how often the records are asked for something new"
    )
    kiosk: bool = Field(default=False, description="browsers on this very computer are an operator's, without a log-in")
    login_hours: float = Field(default=12.0, gt=0, le=720, description="a log-in ends after so long, hours")
    language: Literal["auto", "en", "de", "fr", "nl", "cs"] = Field(
        default="auto",
        description="language of the operator's screen until somebody chooses another; auto: the browser's",
    )
    pedal: dict[str, Deed] = Field(
        default={"F13": "accept", "F14": "retake", "F15": "set_aside"},
        description="further keys, as a foot pedal sends them (names: KeyboardEvent.key) -> what they do: "
        + ", ".join(get_args(Deed)),
    )
    scanner_ms: int = Field(
        default=40, ge=5, le=200, description="characters that follow each other faster are a barcode scanner's"
    )
    reasons: tuple[str, ...] = Field(
        default=REASONS,
        min_length=1,
        max_length=9,
        description="codes to choose from when accepting against the verdict or setting aside; own ones are shown as"
        " they are written",
    )
