from core.cli.particles.trajectory_survey import Comparison, Survey
from core.graphs.clouds.build import disturbed
from core.inspection.particles.nearest_prototypes import embed_prototypes
from core.training.clouds.model_file import CloudCard
from tests.core.objectives.clouds.prototypes import COPPER, prototype_clouds, task_of


def test_a_frame_is_named_after_what_most_of_its_particles_resemble():
    task = task_of("shift").eval()
    card = CloudCard.of(task, prototype_clouds(clouds_per_crystal=2), 0, 0, {})
    known = embed_prototypes(card, task, ("cF4-Cu", "cP46-Si"), particles_per_level=10)
    cells, words = Comparison(card, task, known).columns_of(disturbed(COPPER, 100, 0.01, 0, 7))
    assert words.startswith("cF4-Cu ")
    assert "(far)" not in words
    assert {name for name, _ in cells} <= {"cF4-Cu", "cP46-Si"}


def test_columns_are_those_of_the_degrees():
    assert Survey([4, 6], 12).columns == ["q4", "q6", "averaged_q4", "averaged_q6"]
