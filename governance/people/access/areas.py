"""Names of areas to choose from, for the place of a post or a body."""

from sqlalchemy import select

from governance.core.db import db
from governance.people.access.permissions import visible
from governance.people.access.viewer import Viewer
from governance.places.kinds import AREAS
from governance.places.model import Place

MOST = 300


def area_names(viewer: Viewer) -> list[str]:
    """Name paths of the areas the viewer keeps, the widest first, at most `MOST`."""
    query = (
        select(Place)
        .where(visible(viewer, "place.keep", Place), Place.kind.in_(AREAS))
        .order_by(Place.path)
        .limit(MOST)
    )
    areas = list(db.session.scalars(query))
    above = select(Place.id, Place.name).where(Place.id.in_({id_ for area in areas for id_ in area.ancestors}))
    names = {row.id: row.name for row in db.session.execute(above)}
    return ["/".join(names[id_] for id_ in area.ancestors) for area in areas]
