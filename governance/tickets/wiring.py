"""Register tickets with the application: routes, jobs, listeners and the link port."""

from flask import Flask

from governance.links import provide_tickets
from governance.tickets import desk, jobs, links, photos, routes
from governance.tickets.persons import my_contact, person_hooks, personal_data
from governance.tickets.reporting import sticker_routes
from governance.tickets.responses import appeals, own
from governance.triage.local_numbers import read_local_numbers

JOBS = (jobs, photos)
LISTENERS = (person_hooks, personal_data)
MOVES = (appeals,)
ROUTES = (my_contact, sticker_routes)

provide_tickets(links)


def init_app(app: Flask) -> None:
    app.register_blueprint(routes.bp)
    app.register_blueprint(desk.bp)
    read_local_numbers(app.extensions["settings"].local_numbers)  # so that a wrong setting stops the start
    app.jinja_env.globals["tickets_followed"] = own.followed
    app.jinja_env.globals["tickets_declined"] = own.declined
    app.jinja_env.globals["photos_to_send_again"] = photos.to_send_again
    app.jinja_env.globals["contacts_of"] = my_contact.contacts_of
