"""Many pieces of work side by side: on this machine's cores, or where a scheduler is that somebody runs. The only file that knows dask."""

from __future__ import annotations

import contextlib
import logging
import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hotspots import __version__
from hotspots.cli import city_process, one_city
from hotspots.cli.one_city import Account, Order, Step
from hotspots.store.schema import DataError
from hotspots.words import told

_log = logging.getLogger(__name__)
TRIES = 3  # times that the process at work on a city may end before the city counts as failed
PATIENCE = 10  # seconds for a scheduler to answer
_TOPIC = "hotspots-batch"
_SETTINGS = {
    "distributed.scheduler.allowed-failures": TRIES - 1,
    "distributed.scheduler.worker-saturation": 1.0,  # a worker that ends takes down the city that it is at, and no other
    "distributed.scheduler.http.routes": [],  # nothing is shown on a port
    "distributed.worker.http.routes": [],
    "distributed.worker.profile.enabled": False,
}


def side_by_side(
    orders: Mapping[str, Order], *, scheduler: str = "", processes: int = 0, hear: Callable[[str, str], None], language: str
) -> Iterator[Account]:
    """Yield what became of each city as it is done; `hear` hears the city and the step that it is at, in a `language`.

    Without a `scheduler` as many `processes` work here as there are cores; they speak to one another over TLS on this machine alone. A
    process that ends takes nothing with it: its city is begun again. Raises a `DataError` where dask is missing, or no worker is there.
    """
    try:
        import dask
        import distributed
    except ImportError:
        raise DataError(told("batch needs more: pip install 'hotspots[batch]'")) from None
    with dask.config.set(_SETTINGS), contextlib.ExitStack() as stack:
        client = stack.enter_context(_there(distributed, scheduler) if scheduler else _here(distributed, stack, processes, len(orders)))
        _check(client, scheduler)
        client.subscribe_topic(_TOPIC, lambda event: hear(*event[1]["step"]))
        surroundings = {name: value for name, value in os.environ.items() if name.startswith("HOTSPOTS_")}
        run = uuid.uuid4().hex
        futures = [
            client.submit(_one, order, surroundings, language, key=f"{slug}-{run}", pure=False, retries=TRIES - 1)
            for slug, order in orders.items()
        ]
        names = {future.key: slug for future, slug in zip(futures, orders, strict=True)}
        for future in distributed.as_completed(futures):
            yield _account(distributed, future, names[future.key])
            future.release()


def _here(distributed: Any, stack: contextlib.ExitStack, processes: int, most: int) -> Any:
    cores = processes or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else processes or os.cpu_count() or 1
    safe = distributed.Security.temporary()
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a worker that ends is begun again, and told of in the account
    cluster = distributed.LocalCluster(
        n_workers=max(1, min(cores, most)),
        threads_per_worker=1,
        host="127.0.0.1",
        protocol="tls",
        security=safe,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    )
    return distributed.Client(stack.enter_context(cluster), security=safe)


def _there(distributed: Any, scheduler: str) -> Any:
    try:
        return distributed.Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError) as fault:
        raise DataError(told("no scheduler answers at {address}: {reason}", address=scheduler, reason=str(fault).splitlines()[0])) from None


def _check(client: Any, scheduler: str) -> None:
    """Refuse workers that are not there, or that run another program than this one."""
    if not scheduler:
        return
    versions = client.run(_version)
    others = sorted({str(one) for one in versions.values() if one != __version__})
    if not versions:
        raise DataError(told("the scheduler at {address} has no worker; start some: dask worker {address}", address=scheduler))
    if others:
        listed = {"own": __version__, "others": ", ".join(others)}
        raise DataError(told("workers run hotspots {others}, and this is {own}: install the same version everywhere", **listed))


def _version() -> str:
    try:
        from hotspots import __version__ as found
    except ImportError:
        return str(told("without hotspots"))
    return found


def _account(distributed: Any, future: Any, slug: str) -> Account:
    fault = future.exception()
    if fault is None:
        account: Account = future.result()
        return account
    if isinstance(fault, distributed.KilledWorker | city_process.EndedError):
        said = told(
            "the process at work on it ended {n} times, most often for want of memory; give it a machine with more, or fewer at a time "
            "(--workers)",
            n=TRIES,
        )
    else:
        _log.error("%s: work on it broke", slug, exc_info=fault)
        said = told("a fault of this program, not of yours ({kind}); report it, with what the worker's log says", kind=type(fault).__name__)
    first, *rest = one_city.STEPS
    return Account(slug, (Step(first, "failed", (said,)), *(Step(name, "not reached") for name in rest)))


def _one(order: Order, surroundings: Mapping[str, str], language: str) -> Account:
    """Do the work on one city, from a worker."""
    from distributed import get_worker

    worker = get_worker()
    return city_process.work(order, surroundings, language, hear=lambda step: worker.log_event(_TOPIC, {"step": (order.slug, step)}))
