// On every page with a form: what is wrong comes to the eye and the ear, what is too long is said before it is sent,
// and a form that is on its way cannot be sent twice.
"use strict";
(() => {
  const refused = document.getElementById("refused");
  if (refused) {
    refused.focus();
    refused.addEventListener("click", (event) => {
      const goal = document.getElementById(event.target.hash?.slice(1));
      if (!goal) return;
      event.preventDefault();
      for (let folded = goal.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
      goal.focus({ preventScroll: true });
      (goal.closest("fieldset") || document.querySelector(`label[for="${goal.id}"]`) || goal).scrollIntoView();
    });
  }
  for (const field of document.querySelectorAll("[data-longest]")) {
    const longest = Number(field.dataset.longest);
    let said;
    field.addEventListener("input", () => {
      const left = longest - [...field.value].length;
      if (left > longest / 5 && !said) return;
      if (!said) {
        said = document.createElement("p");
        said.setAttribute("role", "status");
        field.after(said);
      }
      said.className = left < 0 ? "wrong" : "soft";
      said.textContent = left < 0 ? `多了 ${-left} 个字，最多 ${longest} 个字` : `还能写 ${left} 个字`;
    });
  }
  const set = (form, busy) => {
    for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = busy;
    form.toggleAttribute("aria-busy", busy);
  };
  document.addEventListener("submit", ({ target, defaultPrevented }) => {
    if (defaultPrevented || target.method !== "post" || "outbox" in target.dataset || target.querySelector("[download]")) return;
    setTimeout(() => set(target, true)); // after the browser has read which button it was
  });
  addEventListener("pageshow", ({ persisted }) => { if (persisted) document.querySelectorAll("form[aria-busy]").forEach((form) => set(form, false)); });
})();
