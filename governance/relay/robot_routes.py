"""The doors for keeping robots of WeCom groups: find, add, change, remove. Secrets are never shown again."""

from typing import Any

from flask import Blueprint, render_template, request

from governance.core.db import db
from governance.core.errors import Invalid, Missing
from governance.core.pages import back, public_url
from governance.core.security import refills
from governance.people.permissions import keeper, may, visible
from governance.people.viewers import current, open_to
from governance.places.finding import find_place
from governance.places.model import Place
from governance.relay import queries, robots
from governance.relay.forms import NewRobotForm, RobotForm
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
    if form.ok:
        try:
            place = find_place(form.place.data, visible(current(), "group.keep", Place))
            made = robots.add(current(), form.named.data, place, form.secrets())
        except Invalid as trouble:
            form.refuse(trouble)
        else:
            return back("robots.show", robot_id=made.id)
    page = render_template("relay/robot_new.html", form=form)
    return page, 422 if request.method == "POST" else 200


@bp.route("/<int:robot_id>", methods=["GET", "POST"])
@open_to(keeper)
@refills
def show(robot_id: int) -> Any:
    robot, form = _robot(robot_id), RobotForm()
    if form.ok:
        try:
            robots.change(current(), robot, form.secrets())
        except Invalid as trouble:
            form.refuse(trouble)
        else:
            return back("robots.show", robot_id=robot.id)
    address = public_url("callbacks.check_robot", name=robot.name)
    page = render_template("relay/robot.html", form=form, robot=robot, address=address, groups=queries.groups_of(robot))
    return page, 422 if request.method == "POST" else 200


@bp.post("/<int:robot_id>/remove")
@open_to(keeper)
def remove(robot_id: int) -> Any:
    robots.remove(current(), _robot(robot_id))
    return back("robots.index")


def _robot(robot_id: int) -> Robot:
    """Within what this viewer keeps: one elsewhere looks like one that is not there."""
    robot = db.session.get(Robot, robot_id) if robot_id < 2**31 else None
    if robot is None or not may(current(), "group.keep", robot):
        raise Missing
    return robot
