"""The files that move and dress the pages; an address changes with the content, so no browser shows yesterday's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from station.page.refusals import RefusedError

KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Assets:
    """Name -> content of every script and style sheet beside this file."""

    files: dict[str, bytes]

    @classmethod
    def here(cls) -> Assets:
        """Those of this folder."""
        return cls({p.name: p.read_bytes() for p in sorted(Path(__file__).parent.iterdir()) if p.suffix in KINDS})

    @property
    def digest(self) -> str:
        return hashlib.sha256(b"".join(self.files.values())).hexdigest()[:12]

    @property
    def root(self) -> str:
        """The folder in the addresses of this version."""
        return f"/assets/{self.digest}"

    def router(self) -> APIRouter:
        """/assets/VERSION/NAME"""
        routes, digest = APIRouter(include_in_schema=False), self.digest

        @routes.get("/assets/{version}/{name}")
        async def asset(version: str, name: str) -> Response:
            if name not in self.files:
                raise RefusedError(404, "no_file")
            lasting = FOR_EVER if version == digest else "no-cache"
            headers = {"content-type": KINDS[Path(name).suffix], "cache-control": lasting}
            return Response(self.files[name], headers=headers)

        return routes
