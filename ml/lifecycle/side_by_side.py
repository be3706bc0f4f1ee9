"""Calls in processes beside this one, each a copy of it; what one of them does cannot stop the others."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

_LOOK_FOR_PARENT_SECONDS = 1.0

Call = Callable[[], Any]
Argument = TypeVar("Argument")
Result = TypeVar("Result")


def is_possible() -> bool:
    """Whether a process can be copied safely; only Linux promises it with the libraries that we use."""
    return sys.platform == "linux"


@contextmanager
def side_by_side(calls: Mapping[str, Call], at_once: int) -> Iterator[Callable[[str], Any]]:
    """Begin the calls, in their order and so many at once, and give a function that waits for the result of one.

    Nothing may be open here that the calls use as well, such as a DuckDB file. A call that raises raises where its
    result is asked for. Is a process killed, for want of memory say, the calls that were left over are begun anew, one
    at a time: only that which ends its process again fails.

    Parameters
    ----------
    calls
        By name; functions and results that `pickle` can transfer.
    """
    with _processes(at_once) as pool:
        with _nothing_cleared_away():
            begun = {name: _begin(pool, call) for name, call in calls.items()}

        def result_of(name: str) -> Any:
            try:
                return begun[name].result()
            except BrokenProcessPool:
                return _alone(calls[name])

        try:
            yield result_of
        finally:
            for future in begun.values():
                future.cancel()


def each_side_by_side(
    function: Callable[[Argument], Result], arguments: Sequence[Argument], at_once: int
) -> list[Result]:
    """The results of one function for each argument, in their order, computed in so many processes at once.

    The processes are copies of this one and have the function, with all it holds, from it: nothing of that is
    transferred, and it need not be known to `pickle`; arguments and results must be.
    """
    if at_once == 1 or len(arguments) == 1 or not is_possible():
        return [function(argument) for argument in arguments]
    calls = {str(number): partial(_call_inherited, argument) for number, argument in enumerate(arguments)}
    with _inherited_by_copies(function), side_by_side(calls, at_once) as result_of:
        return [result_of(name) for name in calls]


# What copies of this process call, as it was when they were made.
_inherited: list[Callable[[Any], Any]] = []


@contextmanager
def _inherited_by_copies(function: Callable[[Any], Any]) -> Iterator[None]:
    _inherited.append(function)
    try:
        yield
    finally:
        _inherited.pop()


def _call_inherited(argument: Any) -> Any:
    return _inherited[-1](argument)


def _alone(call: Call) -> Any:
    with _processes(1) as pool:
        try:
            with _nothing_cleared_away():
                begun = _begin(pool, call)
            return begun.result()
        except BrokenProcessPool:
            raise ChildProcessError("Its process was killed, twice; most often for want of memory.") from None


@contextmanager
def _nothing_cleared_away() -> Iterator[None]:
    """Keep the processes that are copied here from collecting what they were copied with.

    What a copy clears away may wait for ever for threads that only the original has: a DuckDB connection that nobody
    needs any more waits for its workers. So the original clears away first, and the rest is out of the copy's reach
    (`gc.freeze`, as the documentation of Python's gc has it for fork). What was out of reach before stays so: a task of
    Airflow is itself a copy, of a process that froze what it had.
    """
    had_frozen = gc.get_freeze_count() > 0
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        if not had_frozen:
            gc.unfreeze()


def _processes(count: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("fork")
    return ProcessPoolExecutor(count, context, initializer=_end_with_parent, initargs=(os.getpid(),))


def _begin(pool: ProcessPoolExecutor, call: Call) -> Future:
    with warnings.catch_warnings():
        # Python 3.12 warns of threads that the copies do not have: numeric libraries' own, which they make anew.
        warnings.simplefilter("ignore", DeprecationWarning)
        return pool.submit(_called, call)


def _called(call: Call) -> Any:
    try:
        return call()
    except Exception as error:
        if _is_transferable(error):
            raise
        # Not `from error`: libraries teach `pickle` to transfer an error's cause, too (tblib).
        told = RuntimeError(f"{type(error).__name__}: {error}")
        told.add_note("".join(traceback.format_exception(error)))
    raise told


def _is_transferable(error: Exception) -> bool:
    """Whether another process can be given the error."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - it is our own, of this moment
    except Exception:
        return False
    return True


def _end_with_parent(parent: int) -> None:
    """End this process when the one that it works for has been killed, which the pool would not notice."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_FOR_PARENT_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
