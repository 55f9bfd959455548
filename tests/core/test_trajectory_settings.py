import pytest

from core.errors import SettingError
from core.trajectory_settings import CloudLearningSettings, TrajectoryPlanSettings, frames_of_phases


def test_the_degree_that_tells_phases_comes_along():
    assert TrajectoryPlanSettings(degrees="8, 4").degree_numbers == (4, 6, 8)
    assert TrajectoryPlanSettings(degrees="").degree_numbers == (6,)
    assert TrajectoryPlanSettings(degrees="6,6").degree_numbers == (6,)


@pytest.mark.parametrize("text", ["0", "21", "4; 6", "four", "-4", "4.5"])
def test_degrees_that_are_no_whole_numbers_in_range_are_refused(text: str):
    with pytest.raises(SettingError, match="no degrees"):
        TrajectoryPlanSettings(degrees=text).check_together()


def test_frames_of_phases_are_counted_from_one_by_people():
    plan = TrajectoryPlanSettings(phases=" gas = 1-2, liquid=5 - 6,gas=4-4")
    assert plan.phase_frames == {"gas": [0, 1, 3], "liquid": [4, 5]}
    assert TrajectoryPlanSettings().phase_frames == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gas=3-1, liquid=4-5", "'gas=3-1' names no frames"),
        ("gas=0-3, liquid=4-5", "'gas=0-3' names no frames"),
        ("gas=1-9999999999, liquid=4-5", "names no frames"),
        ("1-3", "'1-3' names no frames"),
        ("gas=1-3", "'gas' is alone"),
        ("gas=1-3, liquid=3-5", "Frame 3 is named twice"),
        ("gas=1-3, gas=2-5, liquid=7-8", "Frame 2 is named twice"),
    ],
)
def test_frames_of_phases_that_cannot_be_meant_are_refused(text: str, message: str):
    with pytest.raises(SettingError, match=message):
        frames_of_phases(text)
    with pytest.raises(SettingError, match=message):
        TrajectoryPlanSettings(phases=text).check_together()


def test_the_task_that_tells_structures_apart_holds_none_of_them_out():
    with pytest.raises(SettingError, match="none can be held out whole"):
        CloudLearningSettings(task="frame", hold_out="structure").check_together()
    CloudLearningSettings(task="shift", hold_out="structure").check_together()
    CloudLearningSettings(task="frame", hold_out="particle").check_together()


def test_structure_types_are_named_once_each():
    assert CloudLearningSettings(structures="cF4-Cu, cI2-W,cF4-Cu").structure_names == ("cF4-Cu", "cI2-W")
    with pytest.raises(SettingError, match="No structure type"):
        CloudLearningSettings(structures=" , ").check_together()
