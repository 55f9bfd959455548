"""Every setting of point clouds: how many neighbours, and how they are disturbed."""

from core.errors import SettingError
from core.settings import Settings, setting


class CloudSettings(Settings):
    """What networks that learn from geometry alone see of a particle: its neighbours as points."""

    neighbours: int = setting(
        20,
        label="Neighbours",
        ge=2,
        le=200,
        help="How many of its nearest neighbours a particle sees. Published with 20.",
    )
    whole_shells: bool = setting(
        False,
        label="Whole shells",
        help="Whether neighbours as near as the last one are taken too. Without noise the choice among them "
        "would otherwise depend on the order of the sites.",
    )
    noise_levels: str = setting(
        "0.01, 0.03, 0.05",
        label="Noise levels",
        help="Standard deviations of the shifts in x, y and z that particles are given, separated by commas, "
        "in units of the shortest distance. 0: none. Each level makes clouds of its own.",
    )
    replicas: int = setting(
        1,
        label="Replicas of the noise",
        ge=1,
        le=100,
        help="How often each noise level is drawn. Clouds that were drawn apart make an honest test.",
    )
    fewest_particles: int = setting(
        4096,
        label="Fewest particles",
        ge=1,
        le=100_000,
        advanced=True,
        help="A crystal is repeated along its shortest edge until it has so many particles.",
    )
    clouds_per_crystal: int = setting(
        0,
        label="Clouds per crystal",
        ge=0,
        le=1_000_000,
        help="How many particles become the centre of a cloud, drawn anew for each noise level and replica. "
        "0: all.",
    )

    @property
    def levels(self) -> tuple[float, ...]:
        """The noise levels as numbers; raises SettingError where the text is not a list of such."""
        try:
            levels = tuple(float(part) for part in self.noise_levels.split(",") if part.strip())
        except ValueError:
            levels = ()
        if not levels or not all(0.0 <= level <= 1.0 for level in levels):
            raise SettingError(
                f"The noise levels '{self.noise_levels}' are not numbers from 0 to 1.",
                "Write them with commas between them, such as 0.01, 0.03, 0.05.",
            )
        return levels

    def check_together(self) -> None:
        """Raise SettingError where the noise levels cannot be read, or one is given twice."""
        if len(set(self.levels)) < len(self.levels):
            raise SettingError(
                f"A noise level comes twice in '{self.noise_levels}'.",
                "Raise 'Replicas of the noise' to draw a level more than once.",
            )
