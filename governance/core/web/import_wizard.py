"""Importing a table on a page: upload, see what it would do, confirm that and nothing else.

Between the two steps the file waits, encrypted, in the media store: one for each member of staff, the newest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import InvalidToken
from flask import render_template, request
from werkzeug.datastructures import FileStorage

from governance.core import crypto, media
from governance.core.import_plan import Plan
from governance.core.web.forms import ConfirmForm, ImportForm, attempt
from governance.core.web.pages import back


@dataclass(frozen=True)
class ImportWizard:
    """`page` is the endpoint that uploads, `check` the dry run of a file with its name.

    `carry_out` does the plan of a file when its digest is the one given. It returns the plan that it found.
    """

    name: str
    page: str
    template: str
    check: Callable[[bytes, str], Plan[Any]]
    carry_out: Callable[[bytes, str], Plan[Any]]

    def upload(self, staff_id: int | None, **words: Any) -> Any:
        """The answer of the page: the form, or what the file that was sent would do. `words` go to the template."""
        form = ImportForm()
        plan = attempt(form, lambda: self._checked(staff_id, form.file.data))
        code = 422 if plan and plan.problems else 200 if plan else form.status
        return self._answer(form, plan, **words), code

    def confirm(self, staff_id: int | None, **words: Any) -> Any:
        """Carry out the plan that was confirmed. Another plan, or one with problems, is shown and not carried out."""
        digest, content = request.form.get("digest", ""), self._waiting(staff_id)
        if content is None or not digest:
            return back(self.page)
        plan = self.carry_out(content, digest)
        if plan.problems or plan.digest != digest:
            return self._answer(ImportForm.blank(), plan, again=True, **words), 422 if plan.problems else 409
        media.delete(self._key(staff_id))
        return self._answer(ImportForm.blank(), plan, done=True, **words)

    def _checked(self, staff_id: int | None, file: FileStorage) -> Plan[Any]:
        content = file.read()
        plan = self.check(content, file.filename or "")
        media.put(self._key(staff_id), crypto.sealed(content))
        return plan

    def _waiting(self, staff_id: int | None) -> bytes | None:
        """The file that was looked at, unless it was imported meanwhile, never came, or its encryption key is gone."""
        try:
            return crypto.opened(media.get(self._key(staff_id)))
        except (FileNotFoundError, InvalidToken):
            return None

    def _key(self, staff_id: int | None) -> str:
        return f"imports/{self.name}/{staff_id}"

    def _answer(self, form: ImportForm, plan: Plan[Any] | None, **words: Any) -> str:
        return render_template(self.template, form=form, plan=plan, confirm=ConfirmForm.blank(), **words)
