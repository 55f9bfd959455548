"""Time of a fine-tuning on 100 labels, against the padded formulas, on one thread.

    python -m tests.benchmarks.bench_finetuning

Trains encoder and head by the training loop on the formation energies of 100 crystals with at most 50 sites,
with the default settings of fine-tuning. The encoder has the weights that it would have before pretraining:
which they are makes no difference to the time. The padded formulas do the same steps on the same crystals.
"""

import random
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import torch
import torch.nn.functional as F

from core.config import FinetuneSettings
from core.encoders import create_encoder
from core.graphs.batch import Batch, batches_by_pairs, collate
from core.graphs.build import build_crystal_graph
from core.graphs.compression import expand
from core.graphs.crystal_graph import CrystalGraph
from core.jobs.spec import PropertySpec
from core.training.finetuning import FinetuneTask
from core.training.model.model_card import Lineage, ModelCard, NormaliserCard
from core.training.model.model_file import Model, new_head
from core.training.targets import Normaliser, Targets
from tests.benchmarks.bench_pretraining import MOST_SITES, training_seconds
from tests.benchmarks.bench_site_net import best_seconds, mp_rows, structure_of
from tests.core.encoders.padded_site_net import encode_crystals, encode_sites, pad

LABELS = 100
SETTINGS = FinetuneSettings()
ENERGY = PropertySpec(name="formation energy", unit="eV/atom")


def labelled_graphs() -> tuple[list[CrystalGraph], Targets]:
    rows = [row for row in mp_rows() if len(row["species"]) <= MOST_SITES]
    chosen = random.Random(1).sample(rows, LABELS)
    values = np.array([[row["formation_energy_per_atom"]] for row in chosen])
    graphs = [build_crystal_graph(structure_of(row), SETTINGS.encoder) for row in chosen]
    return graphs, Targets(values, np.zeros(values.shape, dtype=np.int64))


def model_for(targets: Targets, num_features: int) -> Model:
    torch.manual_seed(0)
    normaliser = Normaliser.fit(targets.values[:, 0])
    card = ModelCard(
        encoder="site_net",
        encoder_settings=SETTINGS.encoder.model_dump(),
        num_features=num_features,
        head_width=SETTINGS.objective.head_width,
        properties=(ENERGY,),
        normalisers=(NormaliserCard(mean=normaliser.mean, std=normaliser.std),),
        lineage=Lineage(run="benchmark", kind="finetune", seed=0, structures_sha256=""),
    )
    encoder = create_encoder(card.encoder, SETTINGS.encoder, num_features)
    return Model(card, encoder, new_head(card, encoder))


def padded_step(model: Model, batch: Batch) -> Callable[[], object]:
    """One step of the optimiser by the padded formulas."""
    assert model.head is not None
    head, encoding = model.head, SimpleNamespace(encoder=model.encoder)
    parameters = [*model.encoder.parameters(), *head.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=1e-4, fused=True)
    padded, target = pad(batch), torch.randn(batch.num_crystals, 1)

    def step() -> None:
        optimiser.zero_grad()
        sites, _, _ = encode_sites(encoding, padded)
        crystals, _ = encode_crystals(encoding, sites, padded.crystal)
        F.l1_loss(head(crystals), target).backward()
        optimiser.step()

    return step


def padded_epoch_seconds(model: Model, graphs: list[CrystalGraph]) -> float:
    counts = [graph.num_pairs_in_cell for graph in graphs]
    divided = batches_by_pairs(counts, SETTINGS.training.pairs_per_batch)
    batches = [collate([expand(graphs[k]) for k in batch]) for batch in divided]
    return sum(best_seconds(padded_step(model, batch)) for batch in batches)


def main() -> None:
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    graphs, targets = labelled_graphs()
    model = model_for(targets, graphs[0].site_features.shape[1])
    task = FinetuneTask(model, targets, (ENERGY,), SETTINGS.objective, SETTINGS.transfer)
    settings = SETTINGS.training
    training_seconds(task, graphs, settings.model_copy(update={"epochs": 1}))
    seconds = training_seconds(task, graphs, settings)
    padded = padded_epoch_seconds(model, graphs) * settings.epochs
    print(f"{settings.epochs} epochs on {LABELS} labels: {seconds:.1f} s")
    print(f"the same by the padded formulas: {padded:.1f} s, {padded / seconds:.1f} times as long")


if __name__ == "__main__":
    main()
