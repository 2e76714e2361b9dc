"""Where the work runs: processes of this machine (loky), a Dask cluster, a Ray cluster.

All three are backends of joblib, so that the work itself is the same. Dask and Ray are optional
and imported only when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec

import joblib
from joblib.externals.loky import BrokenProcessPool

from engine.errors import ConfigurationError

_DASK_DEATHS = 1
"""How often Dask itself does a line again whose worker has died."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """An open backend.

    Parameters
    ----------
    jobs
        Lines at a time, as joblib counts; 1 of loky is this very process.
    streams
        Whether results can be had one by one as they are ready; else window by window.
    died
        What is raised when a worker has died.
    """

    name: str
    jobs: int
    streams: bool
    died: tuple[type[BaseException], ...]

    @property
    def window(self) -> int | None:
        """Lines given out at a time; ``None`` = no bound."""
        return None if self.streams else 8 * max(1, self.jobs)


@contextmanager
def open_cluster(name: str, jobs: int, address: str | None = None) -> Iterator[Cluster]:
    """Make a backend the one of joblib until the block ends.

    Parameters
    ----------
    name
        One of ``BACKENDS``.
    jobs
        Processes; of a cluster that is there already, ``address`` decides.
    address
        Scheduler of a running Dask or Ray cluster; ``None`` = a local one for this run.

    Raises
    ------
    ConfigurationError
        The backend is not installed, or its cluster cannot be reached.
    """
    with _OPENERS[name](jobs, address) as cluster:
        yield cluster


@contextmanager
def _loky(jobs: int, address: str | None) -> Iterator[Cluster]:
    if address is not None:
        raise ConfigurationError("адрес кластера нужен только для --backend dask или ray")
    # One core a process: solves are sequential, and threads of BLAS would only compete.
    limits = {"inner_max_num_threads": 1} if jobs > 1 else {}
    with joblib.parallel_config(backend="loky", n_jobs=jobs, **limits):
        yield Cluster("loky", jobs, streams=True, died=(BrokenProcessPool,))


@contextmanager
def _dask(jobs: int, address: str | None) -> Iterator[Cluster]:
    _needed("distributed", "dask")
    import dask
    from distributed import Client, KilledWorker, LocalCluster

    with dask.config.set({"distributed.scheduler.allowed-failures": _DASK_DEATHS}):
        # Processes, one thread each: the solver holds its core.
        local = (
            None if address else LocalCluster(jobs, threads_per_worker=1, dashboard_address=None)
        )
        try:
            client = Client(address or local)
        except (OSError, TimeoutError) as error:
            raise ConfigurationError(f"кластер Dask {address} недоступен: {error}") from error
        try:
            with joblib.parallel_config(backend="dask", n_jobs=-1):
                threads = sum(client.nthreads().values())
                yield Cluster("dask", max(1, threads), streams=True, died=(KilledWorker,))
        finally:
            client.close()
            if local is not None:
                local.close()


@contextmanager
def _ray(jobs: int, address: str | None) -> Iterator[Cluster]:
    _needed("ray", "ray")
    import ray
    from ray.util.joblib import register_ray

    options = {"num_cpus": jobs} if address is None else {"address": address}
    try:
        ray.init(include_dashboard=False, log_to_driver=False, logging_level="error", **options)
    except ConnectionError as error:
        raise ConfigurationError(f"кластер Ray {address} недоступен: {error}") from error
    register_ray()
    try:
        cores = int(ray.cluster_resources().get("CPU", jobs))
        with joblib.parallel_config(backend="ray", n_jobs=cores):
            # Its pool gives a list, not a stream.
            yield Cluster("ray", cores, streams=False, died=(ray.exceptions.RayError,))
    finally:
        ray.shutdown()


def _needed(module: str, extra: str) -> None:
    if find_spec(module) is None:
        raise ConfigurationError(
            f"для --backend {extra} не хватает библиотеки {module}: "
            f"pip install 'learning-routes[{extra}]'"
        )


_Opener = Callable[[int, str | None], AbstractContextManager[Cluster]]
_OPENERS: Mapping[str, _Opener] = {"loky": _loky, "dask": _dask, "ray": _ray}
BACKENDS = tuple(_OPENERS)
