import pytest

from core.errors import SettingError
from core.trajectory_settings import CloudLearningSettings, TrajectoryPlanSettings


def test_the_degree_that_tells_phases_comes_along():
    assert TrajectoryPlanSettings(degrees="8, 4").degree_numbers == (4, 6, 8)
    assert TrajectoryPlanSettings(degrees="").degree_numbers == (6,)
    assert TrajectoryPlanSettings(degrees="6,6").degree_numbers == (6,)


@pytest.mark.parametrize("text", ["0", "21", "4; 6", "four", "-4", "4.5"])
def test_degrees_that_are_no_whole_numbers_in_range_are_refused(text: str):
    with pytest.raises(SettingError, match="no degrees"):
        TrajectoryPlanSettings(degrees=text).check_together()


def test_the_task_that_tells_structures_apart_holds_none_of_them_out():
    with pytest.raises(SettingError, match="none can be held out whole"):
        CloudLearningSettings(task="frame", hold_out="structure").check_together()
    CloudLearningSettings(task="shift", hold_out="structure").check_together()
    CloudLearningSettings(task="frame", hold_out="particle").check_together()


def test_structure_types_are_named_once_each():
    assert CloudLearningSettings(structures="cF4-Cu, cI2-W,cF4-Cu").structure_names == ("cF4-Cu", "cI2-W")
    with pytest.raises(SettingError, match="No structure type"):
        CloudLearningSettings(structures=" , ").check_together()
