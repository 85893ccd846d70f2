"""The interface that the parts of the interpreter see of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jaxlint.analysis.interpreter import Interpreter as Host
else:
    Host = object

__all__ = ["Host"]
