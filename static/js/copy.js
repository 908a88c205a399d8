// One tap copies the words of a card. Without this file the words are a box to long-press.
"use strict";
for (const button of document.querySelectorAll("[data-copy]")) {
  const words = document.getElementById(button.dataset.copy);
  button.hidden = false;
  words.form?.querySelector(".copy__hint")?.remove();
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(words.value);
    } catch {
      words.focus();
      words.select();
      document.execCommand("copy"); // plain http and WeChat's browser have no clipboard of their own
    }
    button.textContent = button.dataset.done ?? "已复制";
  });
}
