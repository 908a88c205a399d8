"""群消息录入: paste a chat, tick the lines of one matter, pass it on, continue with the rest.

Everything typed travels in the form: nothing is stored between the steps, and no error loses it.
"""

from collections import Counter
from typing import Any

from flask import Blueprint, render_template, request, session

from governance.assistant.transcripts import actions, parse
from governance.assistant.transcripts.forms import MatterForm, PasteForm
from governance.core.errors import Invalid
from governance.core.web.forms import attempt, options
from governance.core.web.pages import back, public_url
from governance.core.web.security import refills, stale_form
from governance.people.access.current import current, open_to
from governance.people.access.permissions import office_role
from governance.places.model import Place
from governance.relay.messages.facts import near_name
from governance.tickets.categories import active
from governance.triage.crisis import crisis_in
from governance.triage.pressing import carried_calls, carry_calls
from governance.triage.sorting import sort

bp = Blueprint("transcripts", __name__)
PASTED = "pasted"  # the page that answers for a matter passed on
FEW_GROUPS = 8  # more groups than this get a search field


@bp.get("/desk/pasted")
@open_to(office_role)
def paste() -> Any:
    return _paste_page(_form(PasteForm.blank()), done=session.pop("passed_on", None))


@bp.post("/desk/pasted")
@open_to(office_role)
@refills
def pasted() -> Any:
    """The paste as lines to tick; once lines are ticked, the form of their matter."""
    form = _form(PasteForm())
    if _is_looking(form) and not stale_form():
        return _paste_page(_found(form))
    places = attempt(form, lambda: actions.possible_places(current(), form.group.data, form.place.data))
    if places is None:
        return _paste_page(form), form.status
    said = parse.lines(form.pasted.data)
    chosen = {int(one) for one in request.form.getlist("line") if one.isdecimal() and len(one) < 4}
    if len(said) == 1:
        chosen = {0}
    matter = parse.matter(said, chosen)
    if not matter.words:
        return _paste_page(form, said=said, there=_there(form, places))
    at = actions.place_named_in(places, matter.words, matter.answered)
    begun = {
        "words": matter.words[:500],
        "sender": matter.sender,
        "rest": matter.rest,
        "group": form.group.data,
        "place": form.place.data,
        "at": str(at.id) if at else "",
        "category": actions.category_named_in(matter.words, matter.answered),
    }
    return _matter_page(_matter(MatterForm.blank(**begun), places), places)


@bp.post("/desk/pasted/matter")
@open_to(office_role)
@refills
def pass_on() -> Any:
    """Pass one matter on and show the remaining lines again."""
    form = MatterForm()
    try:
        places = actions.possible_places(current(), form.group.data or "", form.place.data or "")
    except Invalid as trouble:
        started = _form(PasteForm.blank(pasted=f"{form.words.data or ''}\n{form.rest.data or ''}".strip()))
        started.refuse(trouble)
        return _paste_page(started), 422
    _matter(form, places)
    done = attempt(form, lambda: _passed(form, places))
    if done is None:
        return _matter_page(form, places), form.status
    if not (form.rest.data or "").strip():
        session["passed_on"] = done
        carry_calls(PASTED, form.words.data or "")
        return back("transcripts.paste")
    again = _form(PasteForm.blank(pasted=form.rest.data, group=form.group.data, place=form.place.data))
    return _paste_page(again, said=parse.lines(form.rest.data), there=_there(again, places), done=done)


def _passed(form: MatterForm, places: list[Place]) -> dict[str, str]:
    """Pass the matter on. Returns its number or title, its address, and the link that a group may read, if any."""
    viewer, submission = current(), form.submission.data
    if form.into.data:
        topic = actions.chosen_topic(actions.open_topics(viewer, places), form.into.data)
        actions.put_into_topic(topic, viewer, submission, form.words.data)
        return {"topic": topic.title, "ref": topic.ref}
    name = form.sender.data if form.keep_sender.data else None
    details = {
        "words": form.words.data,
        "where": form.spot.data,
        "private": form.private.data or crisis_in(form.words.data) is not None,
        "contact_name": name or None,
    }
    at = actions.chosen_place(places, form.at.data or "" if form.at else "")
    ticket = actions.report_matter(at, viewer, form.category.data, submission, **details)
    private = ticket.private or ticket.category.private
    link = "" if private else public_url("tickets.show", ref=ticket.ref)
    return {"ticket": ticket.number, "ref": ticket.ref, "link": link}


def _is_looking(form: PasteForm) -> bool:
    """Was the search button pressed, or Enter in the search field with nothing chosen?"""
    return "look" in request.form or bool(form.find.data and not form.group.data and not form.place.data)


def _found(form: PasteForm) -> PasteForm:
    """The form with the groups found; a single one is chosen."""
    kept = {name: form[name].data or "" for name in ("find", "pasted", "place", "group")}
    found = actions.pasteable_groups(current(), kept["find"])
    if len(found) == 1:
        kept["group"] = str(found[0].id)
    return _form(PasteForm.blank(**kept))


def _form(form: PasteForm) -> PasteForm:
    """The form with its groups to choose from: those found, and the one chosen before."""
    viewer, search = current(), "".join(char for char in form.find.data or "" if char.isprintable())
    found, chosen = actions.pasteable_groups(viewer, search), actions.pasteable_group(viewer, form.group.data or "")
    shown = found if chosen is None or chosen in found else [chosen, *found]
    named = [(str(group.id), actions.group_label(group)) for group in shown]
    form.group.choices = options(("", "不在下面，写楼"), *named)
    form.found = len(found) if search else None
    form.searches = bool(search) or len(found) > FEW_GROUPS
    return form


def _matter(form: MatterForm, places: list[Place]) -> MatterForm:
    """The form with its choices. With only one place, the field for the place is removed."""
    if len(places) > 1:
        alike = Counter(place.name for place in places)
        named = ((str(one.id), one.name if alike[one.name] == 1 else near_name(one)) for one in places)
        form.at.choices = options(("", "请选"), *named)
    else:
        del form.at
    form.category.choices = options(("", "请选"), *((one.slug, one.label) for one in active()))
    topics = [(str(topic.id), f"放进议题“{topic.title}”") for topic in actions.open_topics(current(), places)]
    form.into.choices = options(("", "上报给网格员办"), *topics)
    return form


def _paste_page(form: PasteForm, **more: Any) -> str:
    written = sort(form.pasted.data or "").calls if request.method == "POST" else ()
    calls = carried_calls(PASTED) or written
    return render_template("assistant/paste.html", form=form, calls=calls, is_urgent=_is_urgent, **more)


def _is_urgent(words: str) -> bool:
    return sort(words).urgent


def _matter_page(form: MatterForm, places: list[Place]) -> str:
    left = len(parse.lines(form.rest.data or ""))
    calls = sort(form.words.data or "").calls
    return render_template("assistant/matter.html", calls=calls, form=form, there=_there(form, places), left=left)


def _there(form: PasteForm | MatterForm, places: list[Place]) -> str:
    """The label of the place; of the group when it has several."""
    chosen = actions.pasteable_group(current(), form.group.data or "") if len(places) > 1 else None
    return actions.group_label(chosen) if chosen else places[0].full_name or places[0].name
