"""Pages for keeping robots of WeCom groups: find, add, change, remove. Secrets are never shown again."""

from typing import Any

from flask import Blueprint, render_template

from governance.core.web.forms import attempt
from governance.core.web.pages import back, public_url
from governance.core.web.security import refills
from governance.people.access.current import current, open_to
from governance.people.access.lookup import find_permitted
from governance.people.access.permissions import keeper, visible
from governance.places.finding import find_place
from governance.places.model import Place
from governance.relay import robots
from governance.relay.groups import queries
from governance.relay.groups.forms import NewRobotForm, RobotForm
from governance.relay.robots import Robot

bp = Blueprint("robots", __name__, url_prefix="/keep/robots")


@bp.get("")
@open_to(keeper)
def index() -> Any:
    return render_template("relay/robots.html", robots=queries.robots(current()))


@bp.route("/new", methods=["GET", "POST"])
@open_to(keeper)
@refills
def new() -> Any:
    form = NewRobotForm()
    made = attempt(form, lambda: _added(form))
    if made:
        return back("robots.show", robot_id=made.id)
    return render_template("relay/robot_new.html", form=form), form.status


def _added(form: NewRobotForm) -> Robot:
    place = find_place(form.place.data, visible(current(), "group.keep", Place))
    return robots.add_robot(current(), form.named.data, place, form.secrets())


@bp.route("/<int:robot_id>", methods=["GET", "POST"])
@open_to(keeper)
@refills
def show(robot_id: int) -> Any:
    robot, form = _robot(robot_id), RobotForm()
    if attempt(form, lambda: robots.change_robot(robot, current(), form.secrets())):
        return back("robots.show", robot_id=robot.id)
    address = public_url("callbacks.check_robot", name=robot.name)
    page = render_template("relay/robot.html", form=form, robot=robot, address=address, groups=queries.groups_of(robot))
    return page, form.status


@bp.post("/<int:robot_id>/remove")
@open_to(keeper)
def remove(robot_id: int) -> Any:
    robots.remove_robot(_robot(robot_id), current())
    return back("robots.index")


def _robot(robot_id: int) -> Robot:
    return find_permitted(Robot, robot_id, "group.keep")
