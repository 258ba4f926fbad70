"""The numbers of the main paper, declared by section and read from every chapter's estimates."""

from guantian.paper.collect import collect
from guantian.paper.quantities import Quantity, primary

__all__ = ["Quantity", "collect", "primary"]
