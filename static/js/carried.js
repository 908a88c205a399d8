// Reports that an earlier version kept in localStorage under "waiting": put into the outbox, and forgotten there only
// once each was read back.
"use strict";
(async () => {
  const { flush, keepPhoto, put, uuid } = outbox, ids = new Set();
  const bytes = async (text) => Uint8Array.from(atob(text.split(",")[1]), (char) => char.charCodeAt(0)).buffer;
  for (const [index, one] of JSON.parse(localStorage.getItem("waiting")).entries()) {
    const { submission, ...body } = one.body;
    const id = ids.has(submission) ? uuid() : submission; // two reports could get the same
    ids.add(id);
    const fields = Object.entries(body).filter(([, value]) => value !== false && value !== "");
    const at = Date.now() + index, page = new URL(one.page, location.href);
    for (const text of one.photos) await keepPhoto({ key: uuid(), item: id, at, bytes: await bytes(text), type: "image/jpeg", staged: 0 });
    if (!body.words?.trim()) fields.push(["words", "见照片"]);
    await put({
      id, at, title: "报的事", action: new URL(one.action, location.href).href, page: page.pathname, state: "waiting",
      fields: [...fields.map(([name, value]) => [name, value === true ? "y" : value]), ["submission", id]],
    });
  }
  localStorage.removeItem("waiting");
  flush();
})().catch(() => {});
