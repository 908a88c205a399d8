"""Endpoints of categories, for officers: list, add, change, retire, restore."""

from typing import Any

from flask import render_template
from sqlalchemy import select

from governance.core.db import db
from governance.core.web.forms import attempt
from governance.core.web.pages import back
from governance.core.web.security import refills
from governance.keep.blueprint import bp
from governance.keep.forms import CategoryForm, NewCategoryForm
from governance.people.access.current import current, open_to
from governance.people.access.lookup import find_permitted
from governance.people.access.permissions import officer
from governance.tickets import keeping
from governance.tickets.model import Category


@bp.get("/categories")
@open_to(officer)
def categories() -> Any:
    rows = db.session.scalars(select(Category).order_by(Category.position, Category.id))
    return render_template("keep/categories.html", rows=list(rows))


@bp.route("/categories/new", methods=["GET", "POST"])
@open_to(officer)
@refills
def new_category() -> Any:
    form = NewCategoryForm()
    if attempt(form, lambda: keeping.keep_new(current(), slug=form.slug.data, **form.facts)):
        return back("keep.categories")
    return render_template("keep/category.html", category=None, form=form), form.status


@bp.route("/categories/<int:category_id>", methods=["GET", "POST"])
@open_to(officer)
@refills
def category(category_id: int) -> Any:
    row = find_permitted(Category, category_id, "category.keep")
    form = CategoryForm(obj=row)
    if attempt(form, lambda: _change(row, form)):
        return back("keep.categories")
    return render_template("keep/category.html", category=row, form=form), form.status


def _change(row: Category, form: CategoryForm) -> bool:
    keeping.change(row, current(), **form.facts)
    return True


@bp.post("/categories/<int:category_id>/retire")
@open_to(officer)
def retire_category(category_id: int) -> Any:
    keeping.retire(find_permitted(Category, category_id, "category.keep"), current())
    return back("keep.categories")


@bp.post("/categories/<int:category_id>/restore")
@open_to(officer)
def restore_category(category_id: int) -> Any:
    keeping.restore(find_permitted(Category, category_id, "category.keep"), current())
    return back("keep.categories")
