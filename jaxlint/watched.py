"""A project that notes what is looked up in it: what the findings of a file depend on."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jaxlint.analysis.project import INSTALLED, Project

if TYPE_CHECKING:
    from jaxlint.config import Options

Place = tuple[str, bool]


class WatchedProject(Project):
    """A `Project` that notes the files read and the folders searched.

    A module that is not there is a fact about folders: should it appear, findings may change. So
    the nearest folder that exists is noted in its stead.
    """

    def __init__(self, roots: Sequence[str] = (), options: Options | None = None) -> None:
        super().__init__(roots, options)
        self._noted: set[str] = set()

    def text(self, path: str) -> str | None:
        """As the project does; notes the file."""
        self._noted.add(path)
        return super().text(path)

    def holds(self, path: str, word: str) -> bool:
        """As the project does; notes the file."""
        self._noted.add(path)
        return super().holds(path, word)

    def find(self, dotted: str, path: str) -> Place | None:
        """As the project does; notes the file, and the folders that do not have it."""
        hit = super().find(dotted, path)
        if dotted.partition(".")[0] not in INSTALLED:
            inner = dotted.replace(".", os.sep)
            places = [os.path.join(root, inner) for root in self.import_roots(path)]
            self._note(hit, places)
        return hit

    def find_relative(self, level: int, dotted: str, path: str) -> Place | None:
        """As the project does; notes the file, or the folder that does not have it."""
        hit = super().find_relative(level, dotted, path)
        folder = os.path.join(os.path.dirname(os.path.abspath(path)), *[os.pardir] * (level - 1))
        self._note(hit, [os.path.normpath(os.path.join(folder, *dotted.split(".")))])
        return hit

    def files(self, path: str) -> list[str]:
        """As the project does; notes every folder of the listing."""
        listing = super().files(path)
        self._noted.update({os.path.dirname(file) for file in listing})
        return listing

    def take_noted(self) -> set[str]:
        """The paths noted since the last call."""
        noted, self._noted = self._noted, set()
        return noted

    def _note(self, hit: Place | None, places: Sequence[str]) -> None:
        """Note `hit`, and the nearest folder of each of the `places` tried before it."""
        for place in places:
            if hit is not None and hit[0] in (place + ".py", os.path.join(place, "__init__.py")):
                break
            while not os.path.isdir(place):
                place = os.path.dirname(place)
            self._noted.add(place)
        if hit is not None:
            self._noted.add(hit[0])
