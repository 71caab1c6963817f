"""A table of counts as flows in a network, in which an attacker's best guess is a path.

Rows are sources, columns are drains, and a cell is an edge between whose bounds the reader knows
its count to lie. How far a count can move while every sum still fits is then exactly the flow that
can be sent around a circle through its edge; flows of whole numbers stay whole.
"""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass


@dataclass
class Edge:
    """A place in the table: its true count, and what a reader may take it to be."""

    tail: Hashable
    head: Hashable
    flow: int
    low: int
    high: int

    def room(self, *, forward: bool) -> int:
        """Return by how much the count could be larger (or smaller) by its own bounds."""
        return self.high - self.flow if forward else self.flow - self.low


class Network:
    """All places of a table and the sums that bind them."""

    def __init__(self) -> None:
        self.edges: list[Edge] = []
        self._at: dict[Hashable, list[tuple[int, bool]]] = {}

    def add(self, tail: Hashable, head: Hashable, flow: int, bounds: tuple[int, int]) -> int:
        """Add a place and return its number. Raises ValueError if its count is out of bounds."""
        low, high = bounds
        if not low <= flow <= high:
            raise ValueError("The true table must fit what is printed.")
        self.edges.append(Edge(tail, head, flow, low, high))
        number = len(self.edges) - 1
        self._at.setdefault(tail, []).append((number, True))
        self._at.setdefault(head, []).append((number, False))
        return number

    def narrow(self, number: int, spread: int) -> bool:
        """Say whether a reader can place this count within fewer than ``spread`` + 1 values."""
        up = self._push(number, spread, forward=True)
        return up < spread and up + self._push(number, spread - up, forward=False) < spread

    def _push(self, number: int, most: int, *, forward: bool) -> int:
        """Return how far a count can move one way, up to ``most``, with all sums kept."""
        flows = [edge.flow for edge in self.edges]
        edge = self.edges[number]
        start, goal = (edge.head, edge.tail) if forward else (edge.tail, edge.head)
        most = min(most, edge.room(forward=forward))
        pushed = 0
        while pushed < most:
            way = self._way(start, goal, number)
            if way is None:
                break
            step = min(most - pushed, *(self.edges[one].room(forward=along) for one, along in way))
            for one, along in way:
                self.edges[one].flow += step if along else -step
            pushed += step
        for moved, flow in zip(self.edges, flows, strict=True):
            moved.flow = flow
        return pushed

    def _way(self, start: Hashable, goal: Hashable, without: int) -> list[tuple[int, bool]] | None:
        """Return the edges of a shortest way with room on it, each with its direction."""
        came: dict[Hashable, tuple[Hashable, tuple[int, bool]] | None] = {start: None}
        waiting = deque([start])
        while waiting and goal not in came:
            here = waiting.popleft()
            for number, forward in self._at[here]:
                edge = self.edges[number]
                there = edge.head if forward else edge.tail
                if number != without and there not in came and edge.room(forward=forward):
                    came[there] = here, (number, forward)
                    waiting.append(there)
        return _back(came, goal)


def _back(
    came: dict[Hashable, tuple[Hashable, tuple[int, bool]] | None], goal: Hashable
) -> list[tuple[int, bool]] | None:
    if goal not in came:
        return None
    way: list[tuple[int, bool]] = []
    step = came[goal]
    while step is not None:
        before, taken = step
        way.append(taken)
        step = came[before]
    return way
