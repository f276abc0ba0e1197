"""A stand that takes real photographs, good ones and ones with a fault made of them. The daemon, the shipped network
and the page are the product itself."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import yaml

from station.children import running
from station.types import Image
from tests.station.page.desk import free_port

TIGHT = {"sheet_alignment": {"clipped": "off"}}
"""The stand of these photographs crops at the sheet's own edges."""


@dataclass
class Stand:
    """A stand with its daemon and its page. `number` counts the photographs laid into the inbox."""

    photographs: Path
    config: Path
    address: str
    life: ExitStack
    daemon: subprocess.Popen[bytes]
    number: int = 0

    def take(self, picture: Image) -> float:
        """Lay a photograph (BGR) into the inbox as a camera does; the moment its file was whole."""
        self.number += 1
        inbox, name = self.config.parent / "inbox", f"{self.number:04}.jpg"
        done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 92])
        assert done
        (inbox / f".{name}").write_bytes(data.tobytes())
        (inbox / f".{name}").rename(inbox / name)
        return time.monotonic()

    def kill(self) -> float:
        """End the daemon without a word; when."""
        self.daemon.kill()
        self.daemon.wait()
        return time.monotonic()

    def start(self) -> None:
        """Start it again."""
        self.daemon = self.life.enter_context(running("run", self.config))

    def asked(self, path: str) -> Any:
        """What /api answers."""
        return httpx.get(f"{self.address}/api/{path}").raise_for_status().json()

    def sheet(self, name: str) -> Image:
        """A photograph as it is, uint8 (h, w, 3), BGR."""
        read = cv2.imread(str(self.photographs / "images" / f"{name}.jpg"))
        assert read is not None
        return np.asarray(read, np.uint8)

    def without_chart(self, name: str) -> Image:
        """The same without its chart and scale: bare background with the grain of a camera in their place."""
        picture, random = self.sheet(name), np.random.default_rng(1)
        for x, y, w, h in self._places(name, "colour_chart", "scale_bar"):
            place = picture[max(0, y - 12) : y + h + 12, x - 12 : x + w + 12]
            ground = np.median(np.concatenate([place[:, :5], place[:, -5:]], 1), axis=(0, 1))
            place[:] = np.clip(ground + random.normal(0, 2, place.shape), 0, 255)
        return picture

    def blurred(self, name: str) -> Image:
        """The same with every label out of focus."""
        picture = self.sheet(name)
        for x, y, w, h in self._places(name, "label"):
            picture[y : y + h, x : x + w] = cv2.GaussianBlur(picture[y : y + h, x : x + w], (0, 0), 4)
        return picture

    def askew(self, name: str) -> Image:
        """The same turned by three degrees."""
        picture = self.sheet(name)
        high, wide = picture.shape[:2]
        turned = cv2.getRotationMatrix2D((wide / 2, high / 2), 3, 1)
        return np.asarray(cv2.warpAffine(picture, turned, (wide, high), borderMode=cv2.BORDER_REPLICATE), np.uint8)

    def _places(self, name: str, *classes: str) -> list[tuple[int, int, int, int]]:
        told = json.loads((self.photographs / "coco.json").read_text())
        wanted = {one["id"] for one in told["categories"] if one["name"] in classes}
        image = next(one["id"] for one in told["images"] if Path(one["file_name"]).stem == name)
        own = [one for one in told["annotations"] if one["image_id"] == image and one["category_id"] in wanted]
        return [(round(x), round(y), round(w), round(h)) for x, y, w, h in (one["bbox"] for one in own)]


@contextmanager
def running_stand(root: Path, photographs: Path) -> Iterator[Stand]:
    """Daemon and page in a folder of their own; `photographs` holds images/ and coco.json."""
    port, config = free_port(), root / "station.yaml"
    (root / "inbox").mkdir()
    told = {"station": "stand-1", "inbox": "inbox", "state": "state", "checks": TIGHT, "page": {"port": port}}
    config.write_text(yaml.safe_dump(told))
    with ExitStack() as life:
        daemon = life.enter_context(running("run", config))
        life.enter_context(running("page", config))
        yield Stand(photographs, config, f"http://127.0.0.1:{port}", life, daemon)
