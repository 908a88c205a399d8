// Makes the report form kinder where there is script: the draft is kept, photos are shrunk and sent ahead,
// and a report made without a signal waits on the phone and is sent once. Without script the form simply works.
"use strict";
(() => {
  const form = document.getElementById("report");
  const state = document.getElementById("state");
  const shots = document.getElementById("shots");
  const files = form.elements.photos;
  const LONGEST = 1600;
  const draftKey = "draft:" + form.dataset.draft;
  const say = (words) => { state.textContent = words; };

  // One big button in place of the browser's own, which speaks the browser's language.
  form.classList.add("scripted");
  document.getElementById("add-photos").append(files);

  // The draft: what was typed survives a closed page. It leaves when the report has arrived.
  const KEPT = ["category", "words", "where", "at", "contact_name", "contact_phone", "private"];
  const read = () => Object.fromEntries(KEPT.map((name) => {
    const field = form.elements[name];
    return [name, field.type === "checkbox" ? field.checked : field.value];
  }));
  const fill = (draft) => KEPT.forEach((name) => {
    const field = form.elements[name];
    if (draft[name] === undefined || (field.value && field.type !== "checkbox" && name !== "at")) return;
    if (field.type === "checkbox") field.checked = draft[name]; else field.value = draft[name];
  });
  const store = {
    get: (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* a full or forbidden store: the form still works */ } },
    drop: (key) => { try { localStorage.removeItem(key); } catch { /* same */ } },
  };
  const draft = store.get(draftKey);
  if (draft) {
    fill(draft.fields);
    if (draft.submission && !form.dataset.refused) form.elements.submission.value = draft.submission;
    if (draft.fields.words) say("上次没写完的，还在这里");
  }
  const keep = () => store.set(draftKey, { fields: read(), submission: form.elements.submission.value });
  form.addEventListener("input", keep);

  // What is open here, narrowed to the category chosen.
  const open = document.getElementById("open-here");
  const narrow = () => {
    if (!open) return;
    const chosen = form.elements.category.value;
    const cards = [...open.querySelectorAll("[data-category]")];
    open.append(...cards);
    open.querySelectorAll("details").forEach((folded) => folded.remove());
    cards.forEach((card) => { card.hidden = card.dataset.category !== chosen; });
    open.hidden = cards.every((card) => card.hidden);
  };
  form.addEventListener("change", narrow);
  narrow();

  // Photos: shrunk on the phone (which also leaves the position behind), then sent ahead one by one.
  let sending = Promise.resolve();
  const unsent = new Map();
  const shrink = async (file) => {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
  };
  const stage = async (blob, token) => {
    const body = new FormData();
    body.append("csrf_token", token || form.elements.csrf_token.value);
    body.append("submission", form.elements.submission.value);
    body.append("photo", blob, "photo.jpg");
    return fetch(form.dataset.photos, { method: "POST", body, headers: { Accept: "application/json" } });
  };
  const show = (blob) => {
    const item = document.createElement("li"), image = document.createElement("img"), note = document.createElement("small");
    image.src = URL.createObjectURL(blob);
    image.alt = "要交的照片";
    note.textContent = "正在送…";
    item.append(image, note);
    shots.append(item);
    return note;
  };
  const take = async (file) => {
    let blob = file;
    try { blob = await shrink(file); } catch { /* a kind this browser cannot draw goes as it is */ }
    const note = show(blob), name = crypto.randomUUID ? crypto.randomUUID() : String(Math.random());
    unsent.set(name, blob);
    try {
      const answer = await stage(blob);
      if (answer.ok) { unsent.delete(name); note.textContent = "已收到"; keep(); return; }
      const problem = await answer.json();
      unsent.delete(name);
      note.textContent = problem.detail || "没收下";
    } catch { note.textContent = "没信号，先存着"; }
  };
  files.addEventListener("change", () => {
    const chosen = [...files.files].slice(0, 6);
    files.value = "";
    chosen.forEach((file) => { sending = sending.then(() => take(file)); });
  });

  // Handing in: with a signal the browser does it; without one it waits here and goes out once, by its submission.
  const waitingKey = "waiting";
  const asText = (blob) => new Promise((done) => { const reader = new FileReader(); reader.onload = () => done(reader.result); reader.readAsDataURL(blob); });
  const asBlob = (text) => new Blob([Uint8Array.from(atob(text.split(",")[1]), (char) => char.charCodeAt(0))], { type: "image/jpeg" });
  const queue = async () => {
    const waiting = store.get(waitingKey) || [];
    const photos = await Promise.all([...unsent.values()].map(asText));
    const body = { ...read(), submission: form.elements.submission.value };
    waiting.push({ action: form.action, page: location.href, stage: form.dataset.photos, body, photos });
    store.set(waitingKey, waiting);
    store.drop(draftKey);
    say("没有信号。已经存在这台手机里，有信号时打开任何一页就送出，只送一次。");
  };
  const deliver = async (one) => {
    const page = new DOMParser().parseFromString(await (await fetch(one.page)).text(), "text/html");
    const token = page.querySelector("#report [name=csrf_token]").value;
    for (const photo of one.photos) {
      const body = new FormData();
      body.append("csrf_token", token);
      body.append("submission", one.body.submission);
      body.append("photo", asBlob(photo), "photo.jpg");
      await fetch(one.stage, { method: "POST", body, headers: { Accept: "application/json" } });
    }
    const body = new FormData();
    Object.entries(one.body).forEach(([name, value]) => { if (value !== false && value !== "") body.append(name, value === true ? "y" : value); });
    body.append("csrf_token", token);
    const answer = await fetch(one.action, { method: "POST", body });
    if (!answer.redirected) throw new Error("refused");
    return answer.url;
  };
  const flush = async () => {
    const waiting = store.get(waitingKey) || [];
    if (!waiting.length || !navigator.onLine) return;
    store.set(waitingKey, waiting.slice(1));
    try {
      const there = await deliver(waiting[0]);
      location.assign(there);
    } catch {
      store.set(waitingKey, waiting);
      say("存着的那件还没送出去，会再试。");
    }
  };
  window.addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  flush();

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!form.reportValidity()) return;
    say("正在交…");
    await sending;
    if (!navigator.onLine || unsent.size) {
      for (const [name, blob] of navigator.onLine ? unsent : []) {
        try { if ((await stage(blob)).ok) unsent.delete(name); } catch { break; }
      }
      if (unsent.size || !navigator.onLine) { await queue(); return; }
    }
    store.drop(draftKey);
    form.submit();
  });
})();
