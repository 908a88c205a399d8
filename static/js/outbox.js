// Keeps what is handed in on this phone until the server's answer for it was read, and sends it from any page.
// What puts things here is handing.js.
"use strict";
const outbox = (() => {
  const LIMIT = 20000, PHOTO_LIMIT = 90000, AGAIN = 30000;
  const STAGED_FOR = 12 * 3600 * 1000; // the server forgets a photo without its report after two days
  const loose = new Map(), left = new Map(), busy = new Set(), arrived = [];
  const uuid = () => crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g,
    (digit) => (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

  // The store: items and their photos. Every promise is rejected where the phone refuses to keep.
  let opened;
  const open = () => opened || (opened = new Promise((done, fail) => {
    const ask = indexedDB.open("outbox", 1);
    ask.onupgradeneeded = () => {
      ask.result.createObjectStore("items", { keyPath: "id" });
      ask.result.createObjectStore("photos", { keyPath: "key" }).createIndex("item", "item");
    };
    ask.onsuccess = () => { ask.result.onclose = () => { opened = null; }; done(ask.result); };
    ask.onerror = () => fail(ask.error);
    setTimeout(fail, 4000, new Error("slow"));
  }).catch((trouble) => { opened = null; throw trouble; }));
  const run = async (mode, work) => {
    const store = (await open()).transaction(["items", "photos"], mode, { durability: "strict" });
    return new Promise((done, fail) => {
      const asked = work(store.objectStore("items"), store.objectStore("photos"));
      store.oncomplete = () => done(asked.result);
      store.onabort = () => fail(store.error);
    });
  };
  const write = (work) => run("readwrite", work), read = (work) => run("readonly", work);
  const item = (id) => read((items) => items.get(id));
  const all = () => read((items) => items.getAll()).then((found) => found.sort((one, other) => one.at - other.at), () => []);
  const put = async (one) => {
    await write((items) => items.put(one));
    if (JSON.stringify(await item(one.id)) !== JSON.stringify(one)) throw new Error("not kept");
  };
  const drop = (id) => write((items, photos) => {
    photos.index("item").getAllKeys(id).onsuccess = ({ target }) => target.result.forEach((key) => photos.delete(key));
    return items.delete(id);
  });
  const photosOf = async (id) => {
    const kept = await read((_, photos) => photos.index("item").getAll(id)).catch(() => []);
    return [...kept, ...[...loose.values()].filter((photo) => photo.item === id)].sort((one, other) => one.at - other.at);
  };
  const keepPhoto = async (photo) => {
    try {
      await write((_, photos) => photos.put(photo));
      const back = await read((_, photos) => photos.get(photo.key));
      if (back.bytes.byteLength !== photo.bytes.byteLength) throw new Error("not kept");
      loose.delete(photo.key);
    } catch { loose.set(photo.key, photo); } // in this page only
  };
  const dropPhoto = (key) => { loose.delete(key); return write((_, photos) => photos.delete(key)).catch(() => {}); };

  // Sending. Refused is the server's last word; every other trouble means: later.
  class Refused extends Error { constructor(words, first = "") { super(words); this.first = first; } } // first: what it made before
  // Given up after `limit` without a sign of life: a slow photo that still moves is not.
  const ask = (address, limit, body, moved) => new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    let timer;
    const wait = () => { clearTimeout(timer); timer = setTimeout(() => request.abort(), limit); };
    request.open(body ? "POST" : "GET", address);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = ({ loaded, total }) => { wait(); moved?.(Math.round(loaded / total * 100)); };
    request.onload = () => done({ status: request.status, ours: !!request.getResponseHeader("Content-Security-Policy"), text: request.responseText });
    request.onerror = request.onabort = () => fail(new Error("no answer"));
    request.onloadend = () => clearTimeout(timer);
    wait();
    request.send(body);
  });
  const reason = (text) => {
    try { const { detail, to } = JSON.parse(text); return [detail, to]; } catch { /* the form's page */ }
    const page = new DOMParser().parseFromString(text, "text/html");
      return [(page.querySelector("#refused li") || page.querySelector("[role=alert]"))?.textContent.trim()];
  };
  const post = async (address, fields, limit, moved) => {
    const body = new FormData();
    body.append("csrf_token", JSON.parse((await ask("/token", LIMIT)).text).token);
    fields.forEach((field) => body.append(...field));
    const { status, ours, text } = await ask(address, limit, body, moved);
    if (status < 300) return JSON.parse(text); // a stranger's page, as in a hotel's network, is no answer
    if (ours && status < 500 && ![408, 425, 429].includes(status)) {
      const [words, first] = reason(text);
      throw new Refused(words || "没有收下", first);
    }
    throw new Error(String(status));
  };
  const asFields = (photo) => [["submission", photo.item], ["photo", new Blob([photo.bytes], { type: photo.type }), "photo.jpg"]];
  const isStaged = (photo) => photo.staged > Date.now() - STAGED_FOR;
  const sendWords = async (one, kept) => {
    if (one.to) return;
    const { to, calls } = await post(one.action, one.fields, LIMIT);
    if (!to) throw new Error("no answer");
    Object.assign(one, { to, calls });
    if (kept) await put(one).catch(() => {});
    for (const photo of await photosOf(one.id)) if (isStaged(photo)) await dropPhoto(photo.key);
  };
  const sendPhotos = async (one) => {
    const photos = await photosOf(one.id), refused = [];
    for (const [index, photo] of photos.entries()) {
      left.set(one.id, photos.length - index);
      draw();
      try { await post(one.to.split("#")[0] + "/photos", asFields(photo), PHOTO_LIMIT); } catch (trouble) {
        if (!(trouble instanceof Refused)) throw trouble;
        refused.push(trouble.message);
      }
      await dropPhoto(photo.key);
    }
    if (refused.length) throw new Refused("文字送到了，有照片没传上：" + refused[0]);
  };
  const setAside = (one, trouble) => put(Object.assign(one, { state: "aside", reason: trouble.message, first: trouble.first })).catch(() => {});
  const alone = async (id, work) => {
    if (busy.has(id)) return;
    busy.add(id);
    try {
      if (navigator.locks) await navigator.locks.request("outbox:" + id, { ifAvailable: true }, (lock) => lock && work());
      else await work();
    } finally { busy.delete(id); }
  };
  let flushing = false;
  const flush = async () => {
    if (flushing) return;
    flushing = true;
    try {
      for (const { id } of (await all()).filter((one) => one.state === "waiting")) {
        await alone(id, async () => {
          const one = await item(id);
          if (!one || one.state !== "waiting") return;
          try {
            await sendWords(one, true);
            await sendPhotos(one);
            await drop(id);
            arrived.push(one);
          } catch (trouble) { if (trouble instanceof Refused) await setAside(one, trouble); }
          left.delete(id);
        });
        await draw();
      }
    } catch { /* the phone's store is away: what waits there waits */ } finally { flushing = false; }
  };

  // The line on every page.
  let box;
  const make = (name, text, more) => Object.assign(document.createElement(name), { textContent: text }, more);
  const called = (one) => `${one.title}（${new Date(one.at).toLocaleString("zh-CN", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" })}）`;
  const button = (text, press) => make("button", text, { className: "button", type: "button", onclick: press });
  const onPage = () => new Set([...document.querySelectorAll("[data-outbox] [name=submission]")].map((field) => field.value));
  const draw = async () => {
    const waiting = [], lines = [], shown = onPage();
    for (const one of await all()) {
      if (one.state === "waiting") { waiting.push(one); continue; }
      if (shown.has(one.id)) continue;
      const line = make("p", `${called(one)}没送成：${one.reason} `);
      if (one.first) line.append(make("a", "看刚才那件", { className: "button", href: one.first }), " ");
      line.append(one.to ? button("看看", async () => { await drop(one.id); location.assign(one.to); })
        : button("改一改", () => { location.assign(one.page + "#mend=" + one.id); }), " ",
      button("扔掉", async () => { if (confirm("扔掉以后找不回来，确定吗？")) { await drop(one.id); draw(); } }));
      lines.push(line);
    }
    const later = waiting.filter((one) => !one.to), photos = waiting.filter((one) => one.to), now = make("p", "");
    if (later.length) now.append(`有 ${later.length} 件存在这台手机里，还没送出去。有信号就自动送。`);
    if (photos.length) now.append(`文字已经送到，照片还在送${photos.map((one) => left.has(one.id) ? `：还有 ${left.get(one.id)} 张` : "").join("")}。`);
    if (arrived.length) now.append(`送到了 ${arrived.length} 件。`);
    const elsewhere = arrived.filter((one) => one.to.split("#")[0] !== location.pathname);
    elsewhere.forEach((one, index) => { now.append(make("a", elsewhere.length > 1 ? `看第 ${index + 1} 件` : "看看" + one.title, { href: one.to }), " "); });
    const aside = lines.length;
    if (now.firstChild) lines.unshift(now);
    lines.unshift(...callsFor([...arrived, ...photos]));
    remember(aside + waiting.length);
    if (lines.length || box) show(lines);
    if (box?.querySelector("[data-call]") && !box.classList.contains("calls")) { // comes before whatever the page is about
      box.className = "note note--sos calls";
      box.setAttribute("role", "alert");
      document.getElementById("main").prepend(box);
      box.scrollIntoView({ block: "nearest" });
    }
  };
  // Whom to call for what was sent from here, as the server answered.
  const callsFor = (sent) => {
    const calls = [...new Map(sent.flatMap((one) => one.calls || []).map((call) => [call.number, call])).values()];
    const buttons = calls.map(({ number, label }, index) => {
      const link = make("a", `打 ${number}（${label}）`, { className: "button button--wide" + (index ? "" : " button--sos"), href: "tel:" + number });
      link.dataset.call = number;
      return link;
    });
    if (!calls.length) return [];
    const first = make("p", "");
    first.append(make("b", calls[0].sentence));
    return [first, ...buttons];
  };
  // Known before the store answers, so that the line stands before anybody reaches for what is below it.
  const show = (lines) => {
    if (!box) {
      box = make("section", "", { id: "outbox", className: "note note--calm" });
      box.setAttribute("role", "status");
      // Under a form that is being filled in, so that nothing moves under the finger.
      const main = document.getElementById("main");
      if (document.querySelector("form[data-outbox]")) main.append(box); else main.prepend(box);
    }
    box.replaceChildren(...lines);
    box.hidden = !lines.length;
    box.style.minHeight = box.offsetHeight + "px";
  };
  const remember = (holds) => {
    try { if (holds) localStorage.setItem("outbox", "1"); else localStorage.removeItem("outbox"); } catch { /* only the line comes later */ }
  };
  try { if (localStorage.getItem("outbox")) show([make("p", "这台手机里存着还没送到的，正在看…")]); } catch { /* same */ }
  addEventListener("online", flush);
  addEventListener("pageshow", flush);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  setInterval(flush, AGAIN);
  draw();
  try {
    if (localStorage.getItem("waiting")) document.head.append(make("script", "", { src: "/static/js/carried.js" })); // of earlier versions
  } catch { /* nothing was kept there either */ }
  return { LIMIT, Refused, alone, arrived, ask, asFields, draw, drop, dropPhoto, flush, isStaged, item, keepPhoto, loose, make, photosOf, post, put, sendPhotos, sendWords, setAside, uuid, write };
})();

// What is this person's own, on the scan page: asked for only when this phone was here before, in the line kept for it.
(() => {
  const line = document.querySelector("[data-own]");
  if (!line || !/(^|; )mine=1/.test(document.cookie)) return;
  addEventListener("pageshow", () => outbox.ask(line.dataset.own, outbox.LIMIT).then(({ status, text }) => {
    const { says, to, asks } = status === 200 ? JSON.parse(text) : {};
    if (says) { line.textContent = says; line.href = to; line.classList.toggle("own--asks", asks); }
  }).catch(() => { /* the line leads to 我的 as it stands */ }));
})();
