// A tap on an answer brings the next statement by one small request; without this file it is a whole page.
"use strict";
(() => {
  const card = document.getElementById("question"), form = card?.querySelector("form");
  if (!form) return;
  const words = card.querySelector(".question__words"), about = card.querySelector("[data-about]"), said = card.querySelector("[data-said]");
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    said.textContent = "正在记…";
    const { submitter } = event, body = new FormData(form);
    body.append(submitter.name, submitter.value);
    const stop = new AbortController(), timer = setTimeout(() => stop.abort(), 20000);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, signal: stop.signal });
      const next = await answer.json();
      if (!answer.ok) throw new Error(next.detail);
      if (!next.words) { location.reload(); return; }
      words.textContent = next.words;
      about.textContent = next.about;
      form.action = next.action;
      said.textContent = `记下了：${submitter.textContent}。请看下一条。`;
      words.focus();
    } catch (trouble) {
      said.textContent = trouble instanceof TypeError || trouble.name === "AbortError" || !trouble.message ? "没有送出去，请再点一次。" : trouble.message;
    } finally { clearTimeout(timer); busy = false; }
  });
})();
