// Photos of a form with data-photos: shrunk on the phone (which leaves the position behind), kept there, shown with a
// way to take each back, and sent ahead of the words where data-photos is an address for that. The outbox sends the
// rest; a form that is not handed to the outbox (of staff) sends them itself, with its words.
"use strict";
(() => {
  const LONG = 1600, SHORT = 800, LONGEST = 16000, LARGEST = 16e6, MOST = 6; // as core/photos/decoder.py draws
  const shrink = async (file) => {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" }), { width, height } = image;
    const long = Math.max(width, height), narrow = Math.max(LONG / long, SHORT / Math.min(width, height));
    const scale = Math.min(1, narrow, LONGEST / long, Math.sqrt(LARGEST / (width * height)));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff"; // under what is transparent
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.82); }) || file;
  };
  const { make } = outbox;
  for (const form of document.querySelectorAll("form[data-photos]")) {
    const files = form.elements.photos, list = form.querySelector(".photos"), note = form.querySelector(".photos + p");
    const notes = new Map();
    let chain = Promise.resolve();
    const id = () => form.elements.submission.value;
    const shown = new Map();
    const handed = "outbox" in form.dataset;
    const keep = async (photo) => { if (handed) await outbox.keepPhoto(photo); else outbox.loose.set(photo.key, photo); };
    form.classList.add("scripted");
    form.querySelector(".add-photo").append(files);

    const draw = async () => {
      const photos = await outbox.photosOf(id());
      for (const [key, item] of shown) if (!photos.some((photo) => photo.key === key)) { item.remove(); shown.delete(key); }
      photos.forEach((photo, index) => {
        let item = shown.get(photo.key);
        if (!item) {
          item = make("li", "");
          item.append(make("img", "", { src: URL.createObjectURL(new Blob([photo.bytes], { type: photo.type })) }), make("small", ""),
            make("button", "✕", { type: "button", className: "button", onclick: () => { form.removing = remove(photo.key); } }));
          list.append(item);
          shown.set(photo.key, item);
        }
        item.querySelector("img").alt = "要交的照片 " + (index + 1);
        item.querySelector("button").setAttribute("aria-label", `去掉照片 ${index + 1}`);
        item.querySelector("small").textContent = notes.get(photo.key) || (photo.staged ? "已收到" : "已存好");
      });
      const received = form.querySelector(".received");
      if (received) received.hidden = photos.length >= received.querySelectorAll("button").length;
      return photos;
    };
    const stage = async (key) => {
      const photo = (await outbox.photosOf(id())).find((one) => one.key === key);
      if (!photo || !form.dataset.photos) return;
      notes.set(key, "正在送…");
      draw();
      try {
        photo.asked = true;
        await outbox.keepPhoto(photo);
        const moved = (percent) => { notes.set(key, `正在送… ${percent}%`); shown.get(key)?.querySelector("small").replaceChildren(notes.get(key)); };
        const { photo: name } = await outbox.post(form.dataset.photos, outbox.asFields(photo), 90000, moved);
        const now = (await outbox.photosOf(photo.item)).find((one) => one.key === key);
        if (now) await outbox.keepPhoto({ ...now, name, staged: Date.now() });
        notes.delete(key);
      } catch (trouble) {
        if (trouble instanceof outbox.Refused) {
          note.textContent = trouble.message;
          await outbox.dropPhoto(key);
        } else notes.set(key, "没信号，先存在手机里");
      }
      draw();
    };
    const take = async (file) => {
      let blob = file;
      try { blob = await shrink(file); } catch { /* a kind this browser cannot draw goes as it is */ }
      const key = outbox.uuid();
      await keep({ key, item: id(), at: Date.now(), bytes: await blob.arrayBuffer(), type: blob.type, staged: 0 });
      await draw();
      chain = chain.then(() => stage(key)).catch(() => {});
    };
    // What the server has, or may have, under this submission must not come along unseen: it is taken back there, or
    // the form becomes another submission.
    const remove = async (key) => {
      const photo = (await outbox.photosOf(id())).find((one) => one.key === key);
      await outbox.dropPhoto(key);
      draw();
      if (!photo?.asked) return;
      try {
        if (!photo.name) throw new Error("unknown");
        await outbox.post(`${form.dataset.photos}/${photo.name}/remove`, [["submission", photo.item]], 8000);
      } catch {
        handing.renew(form);
        for (const one of await outbox.photosOf(photo.item)) await outbox.keepPhoto({ ...one, item: id(), staged: 0, asked: false, name: "" });
        form.dispatchEvent(new Event("input"));
        draw();
      }
    };
    files.addEventListener("change", async () => {
      const chosen = [...files.files];
      files.value = "";
      const room = Math.max(0, MOST - (await outbox.photosOf(id())).length);
      note.textContent = chosen.length > room ? `最多 ${MOST} 张：选了 ${chosen.length} 张，收下 ${room} 张` : "";
      form.taking = chosen.slice(0, room).reduce((before, file) => before.then(() => take(file)), Promise.resolve());
    });
    if (!handed) form.addEventListener("submit", async (event) => {
      if (!form.taking || files.files.length) return; // nothing chosen, or put in already
      event.preventDefault();
      await form.taking;
      const put = new DataTransfer();
      for (const photo of await outbox.photosOf(id())) put.items.add(new File([photo.bytes], "photo.jpg", { type: photo.type }));
      files.files = put.files;
      form.taking = null;
      form.requestSubmit(event.submitter);
    });
    form.addEventListener("filled", draw);
    handing.mended.then(draw);
  }
})();
