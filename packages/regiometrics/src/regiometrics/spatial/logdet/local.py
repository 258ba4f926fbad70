"""What every log-determinant gives near a value of the spatial parameter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class LocalLogDet:
    """ln|I - rW|, tr G and tr G² as functions of r inside a window."""

    value: Callable[[float], float]
    trace: Callable[[float], float]
    trace_square: Callable[[float], float]
    window: tuple[float, float]
    error: float
