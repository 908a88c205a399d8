"""The viewer: the person of the device and the posts of the signed-in member of staff."""

from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class ActivePost:
    """A post in force: a role at an area (`kind`, `place_id`) or in a body."""

    role: str
    kind: str = ""
    place_id: int | None = None
    body_id: int | None = None


@dataclass(frozen=True)
class Viewer:
    """`person_id` is the resident of the device, `staff_id` the signed-in member of staff; either may be None.

    `label` goes into the record as the actor. Only a `known` resident has a `nickname`, which others read.
    """

    person_id: int | None = None
    staff_id: int | None = None
    label: str = "居民"
    posts: tuple[ActivePost, ...] = field(default=())
    known: bool = False
    nickname: str | None = None
    must_change: bool = False  # signed in with a password another person knows: a resident until it is changed
    new: bool = False  # the person was created in this transaction and has no rows yet

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(post.role for post in self.posts)

    @cached_property
    def bodies(self) -> frozenset[int]:
        return frozenset(post.body_id for post in self.posts if post.body_id is not None)

    def areas(self, role: str, kind: str) -> frozenset[int]:
        """The places of this kind where the viewer holds a post of this role."""
        found = (post.place_id for post in self.posts if post.role == role and post.kind == kind)
        return frozenset(id_ for id_ in found if id_ is not None)


SYSTEM = Viewer(label="系统")
NOBODY = Viewer()
