from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from desktop_app.look.theme import Theme
from desktop_app.upkeep.settings import APPLICATION, ORGANIZATION, AppSettings


def stored() -> QSettings:
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, ORGANIZATION, APPLICATION)


def test_nothing_is_recent_at_first(settings: AppSettings):
    assert settings.recent_projects() == []


def test_recent_projects_come_newest_first_and_once(settings: AppSettings):
    for name in ("a", "b", "a"):
        settings.add_recent_project(Path("/projects") / name)
    assert AppSettings().recent_projects() == [Path("/projects/a"), Path("/projects/b")]


def test_ten_recent_projects_are_kept(settings: AppSettings):
    for number in range(14):
        settings.add_recent_project(Path(f"/projects/{number}"))
    assert len(settings.recent_projects()) == 10
    assert settings.recent_projects()[0] == Path("/projects/13")


def test_the_theme_is_remembered(settings: AppSettings):
    assert settings.theme is Theme.SYSTEM
    settings.theme = Theme.DARK
    assert AppSettings().theme is Theme.DARK


def test_a_theme_that_does_not_exist_is_the_systems(settings: AppSettings):
    stored().setValue("theme", "sepia")
    assert settings.theme is Theme.SYSTEM


def test_a_layout_of_another_version_is_not_restored(settings: AppSettings):
    settings.save_layout(QByteArray(b"geometry"), QByteArray(b"state"))
    assert AppSettings().layout() == (QByteArray(b"geometry"), QByteArray(b"state"))
    stored().setValue("layout/version", 999)
    assert AppSettings().layout() is None


def test_unclean_ends_are_counted_across_starts():
    assert AppSettings().unclean_ends == 0
    AppSettings().unclean_ends = 2
    assert AppSettings().unclean_ends == 2


def test_one_run_is_at_work_at_once_unless_the_user_wants_more():
    assert AppSettings().runs_at_once == 1
    AppSettings().runs_at_once = 3
    assert AppSettings().runs_at_once == 3
    stored().setValue("runs_at_once", "many")
    assert AppSettings().runs_at_once == 1


def test_pinned_projects_stay_at_the_head(settings: AppSettings):
    for number in range(12):
        settings.add_recent_project(Path(f"/projects/{number}"))
    settings.pin_project(Path("/projects/3"), True)
    settings.add_recent_project(Path("/projects/new"))
    assert AppSettings().recent_projects()[:2] == [Path("/projects/3"), Path("/projects/new")]
    settings.pin_project(Path("/projects/3"), False)
    assert settings.recent_projects()[0] == Path("/projects/new")


def test_a_project_that_moved_keeps_its_place(settings: AppSettings):
    for name in ("a", "b"):
        settings.add_recent_project(Path("/projects") / name)
    settings.move_recent_project(Path("/projects/a"), Path("/elsewhere/a"))
    assert settings.recent_projects() == [Path("/projects/b"), Path("/elsewhere/a")]
