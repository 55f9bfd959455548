"""The six tasks on clouds of noisy structure types: what is learned beside the trivial guess.

    python -m tests.benchmarks.bench_clouds [TASK ...] [--drawn 60000] [--untied]

Six published structure types at three levels of noise, one species; three replicas of the noise are learned
from and a fourth one, drawn apart, is judged on. Each task takes three to five minutes of one processor.
Lengths are in units of twice the shortest distance, as published (arXiv 2411.14680). The last column is the
error in percent of the trivial one where vectors are looked for, else the share that is recognised.
"""

import argparse
import tempfile
import time
from pathlib import Path

import torch

from core.cloud_settings import CloudSettings
from core.config import TrainingSettings
from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.graphs.clouds.clouds import Clouds
from core.graphs.clouds.split import CloudSplit, split_clouds
from core.objectives.clouds import TASKS, create_cloud_task
from core.objectives.clouds.cloud_task import Figures
from core.structures.prototype_cells import PUBLISHED
from core.training.clouds.material import prototype_clouds
from core.training.clouds.train import judge, train_on_clouds

SEED = 0
LEARNING = TrainingSettings(learning_rate=3e-3, pairs_per_batch=12_800, keep="last", checkpoint_every=1_000)


def learned(name: str, clouds: Clouds, split: CloudSplit, drawn: int, tied: bool) -> tuple[Figures, float]:
    """Learn a task from about so many clouds; figures on what was held out, and processor time, s."""
    torch.manual_seed(SEED)
    core = CloudCore(len(clouds.species_names), tied=tied)
    task = create_cloud_task(name, core, clouds.structure_names, sorted(set(clouds.noise.tolist())))
    settings = LEARNING.model_copy(update={"epochs": max(1, round(drawn / len(split.train)))})
    start = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        train_on_clouds(
            task,
            clouds,
            CloudSplit(split.train, split.validation[:0]),
            settings=settings,
            seed=SEED,
            folder=Path(folder),
            emit=lambda event: None,
            should_stop=lambda: False,
        )
    seconds = time.process_time() - start
    return judge(task, clouds.select(split.validation), settings)[1], seconds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("tasks", nargs="*", choices=[[], *TASKS], default=[])
    parser.add_argument("--drawn", type=int, default=60_000, help="clouds to learn each task from")
    parser.add_argument("--untied", action="store_true", help="two attentions in each block, as published")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    clouds = prototype_clouds(PUBLISHED[:6], CloudSettings(replicas=4, clouds_per_crystal=150), SEED)
    split = split_clouds(clouds, "replica", 0.25, SEED)
    print(f"{len(split.train):,} clouds to learn from, {len(split.validation):,} judged on")
    print(f"{'task':13}{'figure':20}{'learned':>10}{'trivial':>10}{'':>8}  seconds")
    for name in arguments.tasks or TASKS:
        figures, seconds = learned(name, clouds, split, arguments.drawn, not arguments.untied)
        for figure in (one for one in figures if not one.startswith("trivial")):
            value, trivial = figures[figure], figures[f"trivial {figure}"]
            share = value if TASKS[name].higher_is_better else value / trivial
            print(f"{name:13}{figure:20}{value:10.4f}{trivial:10.4f}{share:8.1%}  {seconds:.0f}", flush=True)


if __name__ == "__main__":
    main()
