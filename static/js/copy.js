// One tap copies a text. Without script the text stays in its box, to be marked by hand.
"use strict";
document.querySelectorAll("[data-copy]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const box = document.getElementById(button.dataset.copy);
    box.select();
    try { await navigator.clipboard.writeText(box.value); } catch { document.execCommand("copy"); }
    button.textContent = "已复制";
  });
});
