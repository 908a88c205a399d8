// Forms with data-outbox="what it is called" are handed to the outbox: kept on this phone first, then sent.
// Without script they are sent as ever.
"use strict";
const handing = (() => {
  const { LIMIT, Refused, alone, arrived, ask, draw, drop, isStaged, item, keepPhoto, loose, make, photosOf, put, sendPhotos, sendWords, setAside, uuid, write } = outbox;
  const fieldsOf = (form, sender) => {
    const fields = [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && typeof value === "string");
    return sender?.name ? [...fields, [sender.name, sender.value]] : fields;
  };
  const fill = (form, fields) => {
    for (const [name, value] of fields) {
      const field = form.elements[name];
      if (field?.type === "checkbox") field.checked = true;
      else if (field) field.value = value;
    }
  };
  const renew = (form) => { if (form.elements.submission) form.elements.submission.value = uuid(); };
  const empty = (form) => {
    accept();
    for (const field of form.elements) {
      if (["checkbox", "radio"].includes(field.type)) field.checked = false;
      else if (["text", "tel", "textarea", "file"].includes(field.type)) field.value = "";
    }
    renew(form);
    form.querySelectorAll(".received, .wrong").forEach((note) => note.remove());
    form.querySelectorAll("[name]").forEach((field) => field.dispatchEvent(new Event("input", { bubbles: true })));
    form.dispatchEvent(new Event("filled"));
  };
  const say = (form, words) => {
    let place = form.querySelector("[data-state]");
    if (!place) {
      form.append(place = make("p", ""));
      place.dataset.state = "";
      place.setAttribute("role", "status");
    }
    place.classList.remove("soft");
    place.textContent = words;
    return place;
  };
  // As the server's own page says it: a summary that leads to the field, the reason beside it, the title prefixed.
  const REFUSED = "出错了：";
  const accept = () => {
    document.getElementById("refused")?.remove();
    document.title = document.title.replace(REFUSED, "");
    document.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
    document.querySelectorAll(".wrong[data-by-script]").forEach((note) => note.remove());
  };
  const refuse = (field, reason) => {
    accept();
    const summary = make("div", "", { id: "refused", className: "note note--sos", tabIndex: -1 }), list = make("ul", ""), line = make("li", "");
    const note = make("p", reason, { className: "wrong" }), link = make("a", reason, { href: "#" + field.id });
    link.onclick = (event) => { event.preventDefault(); field.focus(); };
    note.dataset.byScript = "";
    summary.setAttribute("role", "alert");
    line.append(link);
    list.append(line);
    summary.append(make("b", "还差一步，您写的都还在："), list);
    document.getElementById("main").prepend(summary);
    field.before(note);
    field.setAttribute("aria-invalid", "true");
    document.title = REFUSED + document.title;
    summary.focus();
  };
  // Not sent, so nobody has sorted the words: the numbers for a danger stand first, and in sight.
  const sayUnsent = (form, words, phone) => {
    const place = say(form, ""), call = (number, text) => make("a", text || number, { className: "tel", href: "tel:" + number });
    place.append(make("b", "有危险先打："), ...["119", "120", "110"].map((number) => call(number)), make("br", ""), "心里难受打 ", call("12356"), make("br", ""), words);
    if (phone) place.append(" ", call(phone, "打 " + phone));
    place.scrollIntoView({ block: "center" });
  };
  const isAnswered = (trouble) => /^\d+$/.test(trouble.message); // by a busy server: the signal is there
  const why = (trouble) => isAnswered(trouble) ? "那边正忙，还没收下" : "没送出去";
  const natively = async (one) => {
    const form = make("form", "", { method: "post", action: one.action, hidden: true });
    const { token } = JSON.parse((await ask("/token", LIMIT)).text);
    for (const [name, value] of [...one.fields, ["csrf_token", token]]) {
      const field = make("textarea", "", { name });
      field.value = value;
      form.append(field);
    }
    document.body.append(form);
    HTMLFormElement.prototype.submit.call(form);
  };
  const hand = async (form, sender) => {
    const id = form.elements.submission?.value || uuid();
    const files = [...new FormData(form)].filter(([, value]) => typeof value !== "string" && value.size);
    for (const [, file] of files) {
      await keepPhoto({ key: uuid(), item: id, at: Date.now(), bytes: await file.arrayBuffer(), type: file.type, staged: 0 });
    }
    const photos = await photosOf(id), fields = fieldsOf(form, sender), words = fields.find(([name]) => name === "words");
    if ("photos" in form.dataset && words && !words[1].trim()) {
      if (!photos.length) {
        refuse(form.elements.words, "请说一句，或者拍一张照片");
        return;
      }
      if (!photos.every(isStaged)) words[1] = "见照片"; // until they come
    }
    const one = { id, at: Date.now(), title: form.dataset.outbox, action: form.action, page: location.pathname + location.search, fields, state: "waiting" };
    const phone = form.dataset.phone;
    await alone(id, async () => {
      const kept = await put(one).then(() => !photos.some((photo) => loose.has(photo.key)), () => false);
      if (kept) empty(form);
      say(form, "正在送…");
      let again = false;
      form.addEventListener("input", () => { again = true; }, { once: true });
      try {
        await sendWords(one, kept);
        if (!kept) await sendPhotos(one);
        if (!kept || !(await photosOf(id)).length) await drop(id).catch(() => {});
      } catch (trouble) {
        if (trouble instanceof Refused && !one.to) {
          await setAside(one, trouble);
          await natively(one).catch(() => say(form, trouble.message, phone));
        } else if (!kept) {
          await drop(id).catch(() => {});
          sayUnsent(form, `${why(trouble)}，这台手机也存不下。写的还在这一页，请别关，过一会儿再点一次；着急请打电话。`, phone);
        } else sayUnsent(form, `${why(trouble)}，先存在这台手机里了。${isAnswered(trouble) ? "过一会儿" : "有信号时"}打开这里任何一页就会送，只送一次；着急请打电话。`, phone);
        return;
      }
      if (kept) say(form, "");
      if (!again) location.assign(one.to);
      else arrived.push(one);
    });
    draw();
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target, sender = event.submitter;
    if (!("outbox" in form.dataset) || sender?.hasAttribute("formaction") || sender?.name === "remove") return;
    event.preventDefault();
    if ("busy" in form.dataset) return;
    form.dataset.busy = "";
    const buttons = [...form.elements].filter((one) => one.type === "submit" && !one.disabled);
    buttons.forEach((one) => { one.disabled = true; });
    try {
      await form.taking;
      await form.removing;
      await hand(form, sender);
    } finally {
      delete form.dataset.busy;
      buttons.forEach((one) => { one.disabled = false; });
    }
  });
  const mend = async () => {
    const id = location.hash.startsWith("#mend=") && location.hash.slice(6), one = id && await item(id).catch(() => null);
    if (!one) return;
    const form = [...document.querySelectorAll("form[data-outbox]")].find((found) => found.action === one.action);
    if (!form) return;
    fill(form, one.fields);
    if (form.elements.submission) form.elements.submission.value = id;
    if (one.first) { // under its own submission it would be refused again
      renew(form);
      for (const photo of await photosOf(id)) await keepPhoto({ ...photo, item: form.elements.submission.value, staged: 0, asked: false, name: "" });
      await drop(id);
    }
    for (let folded = form.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
    form.dispatchEvent(new Event("filled"));
    form.scrollIntoView();
  };
  const mended = mend().then(draw);
  addEventListener("hashchange", mend);
  return { fieldsOf, fill, mended, renew };
})();
