"""What finds an operation again in an edited flow: the signatures of everything that waits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from flows.model import Ask, Await, CallFlow, Do, HandOff, Home, Operation, Signature


def told_apart(code: Iterable[Operation]) -> tuple[Operation, ...]:
    """Give the second of two questions alike in step, name and type a signature of its own."""
    seen: dict[Signature, int] = {}
    told = []
    for operation in code:
        if isinstance(operation, Ask):
            question = operation.question
            own = _counted(question.signature, seen)
            operation = Ask(replace(question, signature=own), operation.step)
        told.append(operation)
    return tuple(told)


def _counted(signature: Signature, seen: dict[Signature, int]) -> Signature:
    count = seen[signature] = seen.get(signature, 0) + 1
    return signature if count == 1 else signature._replace(save=f"{signature.save}#{count}")


def questions(
    code: Sequence[Operation], former: Mapping[str, str] | None = None
) -> dict[Signature, int]:
    """The questions by signature; `former` leads from what a step was called to its name."""
    found = {
        operation.question.signature: index
        for index, operation in enumerate(code)
        if isinstance(operation, Ask)
    }
    return _under_former_names(found, former or {})


def waits(
    code: Sequence[Operation], homes: Sequence[Home], former: Mapping[str, str] | None = None
) -> dict[Signature, int]:
    """The calls, actions, waits and hand-offs by signature."""
    seen: dict[Signature, int] = {}
    found = {}
    for index, operation in enumerate(code):
        plain = _waiting(operation, homes[index].step)
        if plain is not None:
            found[_counted(plain, seen)] = index
    return _under_former_names(found, former or {})


def _waiting(operation: Operation, step: str) -> Signature | None:
    if isinstance(operation, CallFlow):
        return Signature(step, operation.save or "", f"call {operation.flow}")
    if isinstance(operation, Do):
        return Signature(step, operation.save or "", f"do {operation.action}")
    if isinstance(operation, HandOff):
        return Signature(step, "", f"handoff {operation.queue}")
    if isinstance(operation, Await):
        kind = f"event {operation.event}" if operation.event else "pause"
        return Signature(step, operation.save or "", kind)
    return None


def _under_former_names(
    found: Mapping[Signature, int], former: Mapping[str, str]
) -> dict[Signature, int]:
    was = {name: before for before, name in former.items()}
    renamed = {
        signature._replace(step=was[signature.step]): index
        for signature, index in found.items()
        if signature.step in was
    }
    return {**renamed, **found}
