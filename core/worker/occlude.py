"""The job that hides sites one after the other and sees what a model makes of the rest."""

from dataclasses import asdict
from typing import Any

from core.inspection.occlusion import occlude, write_occlusion
from core.species import main_element
from core.training.model.model_file import load_model
from core.worker.context import JobContext


def occlude_structures(context: JobContext) -> dict[str, Any]:
    """Write, for each structure, how predictions change when a site or a pair of elements is hidden."""
    run = context.run
    model = load_model(run.start_model_file)
    prepared = context.prepare(model.card.typed_encoder_settings(), model.encoder.unknown_elements)
    elements = {row["id"]: list(map(main_element, row["structure"]["species"])) for row in run.structures()}
    ids = [row["id"] for row in prepared.rows]
    on_progress = context.progress("hiding sites")
    device = context.device.torch_device
    maps = []
    for structure_id, graph in zip(ids, prepared.graphs, strict=True):
        maps.append(occlude(model, graph, elements[structure_id], device))
        on_progress(len(maps), len(ids))
    write_occlusion(run.occlusion_file, model, ids, maps)
    return {
        "metrics": {"num_structures": len(ids)},
        "skipped": [asdict(skipped) for skipped in prepared.skipped],
    }
