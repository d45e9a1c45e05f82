"""What can be said of schemas and plans as graphs: where they come back to themselves, what takes no bytes.

Nothing here recurses: named types may refer to each other in chains longer than Python's stack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from eventpact.avro.model import Fixed, Primitive, Record
from eventpact.avro.plan import (
    ArrayPlan,
    FailPlan,
    FixedPlan,
    MapPlan,
    ReaderUnionPlan,
    RecordPlan,
    ScalarPlan,
    SkipPlan,
    WriterUnionPlan,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eventpact.avro.model import Schema
    from eventpact.avro.plan import Plan

Node = TypeVar("Node")


def plan_children(plan: Plan) -> tuple[Plan, ...]:
    """The plans directly inside. What is skipped follows the writer's schema and holds no plan."""
    match plan:
        case RecordPlan(steps=steps):
            return tuple(step.plan for step in steps)
        case WriterUnionPlan(branches=branches):
            return branches
        case ArrayPlan(items=inner) | MapPlan(values=inner) | ReaderUnionPlan(plan=inner):
            return (inner,)
        case _:
            return ()


def on_cycles(root: Node, children: Callable[[Node], tuple[Node, ...]]) -> frozenset[int]:
    """The ids of all nodes that lead back to themselves (Tarjan's strongly connected components)."""
    found: set[int] = set()
    order = {id(root): 0}
    lowest = {id(root): 0}
    unassigned = {id(root): root}  # a stack, and quick to look into
    calls = [(root, iter(children(root)))]
    while calls:
        node, remaining = calls[-1]
        for child in remaining:
            if id(child) not in order:
                order[id(child)] = lowest[id(child)] = len(order)
                unassigned[id(child)] = child
                calls.append((child, iter(children(child))))
                break
            if id(child) in unassigned:
                lowest[id(node)] = min(lowest[id(node)], order[id(child)])
                if child is node:
                    found.add(id(node))
        else:
            calls.pop()
            if calls:
                parent = id(calls[-1][0])
                lowest[parent] = min(lowest[parent], lowest[id(node)])
            if lowest[id(node)] == order[id(node)]:
                component = _popped(unassigned, id(node))
                if len(component) > 1:
                    found.update(component)
    return frozenset(found)


def leading_to(
    root: Node, children: Callable[[Node], tuple[Node, ...]], wanted: Callable[[Node], bool]
) -> tuple[frozenset[int], frozenset[int]]:
    """The ids of all nodes, and of those that are wanted or lead to one that is."""
    parents: dict[int, list[int]] = {id(root): []}
    found: set[int] = set()
    pending = [root]
    while pending:
        node = pending.pop()
        if wanted(node):
            found.add(id(node))
        for child in children(node):
            if id(child) not in parents:
                parents[id(child)] = []
                pending.append(child)
            parents[id(child)].append(id(node))
    leading = list(found)
    while leading:
        further = set(parents[leading.pop()]) - found
        found |= further
        leading += further
    return frozenset(parents), frozenset(found)


def expands_within(root: object, children: Callable[[Any], Sequence[object]], limit: int) -> bool:
    """Whether the node, with everything inside repeated wherever it is used, holds at most `limit` nodes."""
    pending = [root]
    count = 0
    while pending:
        count += 1
        pending.extend(children(pending.pop()))
        if count + len(pending) > limit:
            return False
    return True


def takes_no_bytes(node: Plan | Schema) -> bool:
    """Whether every value of it is written as no bytes at all, so that a count alone can claim any number of them."""
    pending: list[Plan | Schema] = [node]
    seen: set[int] = set()
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        match node:
            case Record(fields=fields):
                pending.extend(field.type for field in fields)
            case RecordPlan(steps=steps):
                pending.extend(step.plan for step in steps)
            case ReaderUnionPlan(plan=inner):
                pending.append(inner)
            case SkipPlan(writer=inner):
                pending.append(inner)
            case Primitive(kind="null") | ScalarPlan(wire="null") | Fixed(size=0) | FixedPlan(reader=Fixed(size=0)):
                pass
            case FailPlan():
                pass  # raises before a second item
            case _:
                return False
    return True


def _popped(stack: dict[int, Node], until: int) -> list[int]:
    popped: list[int] = []
    while not popped or popped[-1] != until:
        popped.append(stack.popitem()[0])
    return popped
