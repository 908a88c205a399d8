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
  const open = document.getElementById("open-here");
  const narrow = () => {
    if (!open) return;
    const chosen = form.elements.category.value, cards = [...open.querySelectorAll("[data-category]")];
    open.append(...cards);
    open.querySelectorAll("details").forEach((folded) => folded.remove());
    cards.forEach((card) => { card.hidden = card.dataset.category !== chosen; });
    open.hidden = cards.every((card) => card.hidden);
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", narrow);
  form.addEventListener("filled", narrow);
  narrow();
  restore();
})();
