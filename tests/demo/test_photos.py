"""The demo's photos are drawn alike every time, and pass the same door as everybody's."""

import pytest

from governance.core.photos.clean import clean
from governance.demo.photos import SCENES, SIZE, scene


@pytest.mark.parametrize("kind", SCENES)
def test_every_scene_is_a_photo_our_own_door_takes(kind):
    cleaned = clean(scene(kind, 1))
    assert cleaned.width / cleaned.height == SIZE[0] / SIZE[1]


def test_the_same_seed_draws_the_same_photo_and_another_a_different_one():
    assert scene("leak", 3) == scene("leak", 3) != scene("leak", 4)
