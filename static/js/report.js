// The report form's own: what was typed survives a closed page, and what is open here is narrowed to the category.
"use strict";
(() => {
  const form = document.getElementById("report"), key = "draft:" + form.dataset.draft;
  let touched = false;
  const keep = () => {
    touched = true;
    try { localStorage.setItem(key, JSON.stringify({ fields: handing.fieldsOf(form) })); } catch { /* a full or forbidden store */ }
  };
  const restore = async () => {
    await handing.mended;
    if ("refused" in form.dataset || location.hash.startsWith("#mend=")) return;
    let draft = null;
    try { draft = JSON.parse(localStorage.getItem(key)); } catch { /* same */ }
    if (!Array.isArray(draft?.fields) || touched) return;
    const fields = new Map(draft.fields), id = fields.get("submission");
    // Photos sent ahead under the old submission come along only where they can be shown.
    if (!id || !(await outbox.photosOf(id)).length) fields.delete("submission");
    if (touched) return;
    handing.fill(form, fields);
    form.dispatchEvent(new Event("filled"));
    if (fields.get("words")) document.getElementById("state").textContent = "上次没写完的，还在这里";
  };
  // Its one line stays as high as it was, and it is not unfolded for anybody.
  const open = document.getElementById("open-here");
  const narrow = () => {
    const chosen = form.elements.category.value;
    if (!open || !chosen) return;
    const rows = [...open.querySelectorAll("[data-category]")], same = rows.filter((row) => row.dataset.category === chosen);
    rows.forEach((row) => { row.hidden = row.dataset.category !== chosen; });
    open.classList.toggle("same--none", !same.length);
    open.querySelector("summary").textContent = same.length ? `这一类有 ${same.length} 件还没办完，先看看` : "这一类还没有人报";
  };
  const unfold = () => {
    for (const folded of form.querySelectorAll("details:not(#open-here)")) {
      if ([...folded.querySelectorAll("input")].some((field) => field.type === "radio" ? field.checked : field.type !== "hidden" && field.value)) folded.open = true;
    }
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", narrow);
  form.addEventListener("filled", () => { narrow(); unfold(); });
  narrow();
  restore();
})();
