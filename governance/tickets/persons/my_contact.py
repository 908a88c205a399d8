"""Change or withdraw the contact of a report, on the resident's data page."""

from typing import Any

from flask import request

from governance.core.errors import Invalid
from governance.core.translation import LazyText as _l
from governance.core.web.acknowledgement import ABOUT_DATA, acknowledge
from governance.core.web.forms import Form, attempt, phone, text
from governance.core.web.pages import back
from governance.core.web.security import refills
from governance.people.access.current import as_person, open_to
from governance.people.access.permissions import anyone
from governance.people.access.viewer import Viewer
from governance.people.my_data_routes import data_page
from governance.people.residents.personal_data import ids_of
from governance.tickets.model import Ticket
from governance.tickets.persons.personal_data import change_contact, with_contact
from governance.tickets.routes import bp


class ContactForm(Form):
    contact_name = text(_l("怎么称呼您"), longest=20, render_kw={"autocomplete": "name"})
    contact_phone = phone(_l("电话"))


def contacts_of(viewer: Viewer, sent: ContactForm | None = None) -> list[tuple[Ticket, ContactForm]]:
    """Return the viewer's tickets that hold a contact, each with its form. `sent` is shown refilled."""
    refilled = request.form.get("ref") if sent else None
    return [
        (ticket, sent if sent and ticket.ref == refilled else ContactForm.blank().on_page_as(f"contact-{ticket.ref}"))
        for ticket in with_contact(ids_of(viewer.person_id))
    ]


@bp.post("/me/data/contact")
@open_to(anyone)
@refills
def contact() -> Any:
    """Change the contact of the ticket `ref`; the field `withdraw` removes it."""
    ref = request.form.get("ref", "")
    form = ContactForm().on_page_as(f"contact-{ref}")

    def change() -> None:
        name, number = (form.contact_name.data or "", form.contact_phone.data or "")
        if "withdraw" in request.form:
            name = number = ""
        elif not name and not number:
            raise Invalid({"contact_phone": _l("请写一个新的；不想留了，就按“撤回”")})
        as_person(lambda by: change_contact(ref, by, name, number))

    attempt(form, change)
    if not form.taken:
        return data_page(form.status, sent=form)
    withdrawn = "withdraw" in request.form
    acknowledge(ABOUT_DATA, _l("撤回了，办事的人看不到了。") if withdrawn else _l("改好了，办事的人看得到新的。"))
    return back("people.data")
