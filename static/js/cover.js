// Boxes drawn with a pointer on the photo, beside the grid of ticks that works without this file.
"use strict";
(() => {
  const form = document.getElementById("cover"), stage = form.querySelector(".cover"), bar = form.querySelector("[data-boxes]");
  const how = document.getElementById("cover-how"), ticking = how.textContent;
  const button = (text, press) => Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: text, onclick: press });
  const permille = ({ clientX, clientY }) => {
    const { left, top, width, height } = stage.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height].map((part) => Math.round(Math.min(1, Math.max(0, part)) * 1000));
  };
  const place = (box, [fromX, fromY], [toX, toY]) => {
    const left = Math.min(fromX, toX), top = Math.min(fromY, toY), right = Math.max(fromX, toX), bottom = Math.max(fromY, toY);
    Object.assign(box.style, { left: left / 10 + "%", top: top / 10 + "%", width: (right - left) / 10 + "%", height: (bottom - top) / 10 + "%" });
    box.querySelector("input").value = [left, top, right, bottom].join();
    return right - left > 4 && bottom - top > 4;
  };
  let begun = null, box = null;
  const undo = button(bar.dataset.undo, () => { [...stage.querySelectorAll(".cover__box")].pop()?.remove(); });
  const turn = button(bar.dataset.draw, () => {
    const drawing = stage.classList.toggle("cover--drawing");
    turn.textContent = drawing ? bar.dataset.tick : bar.dataset.draw;
    how.textContent = drawing ? bar.dataset.how : ticking;
    undo.hidden = !drawing;
  });
  undo.hidden = true;
  bar.append(turn, undo);
  stage.addEventListener("pointerdown", (event) => {
    if (!stage.classList.contains("cover--drawing")) return;
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
    begun = permille(event);
    box = Object.assign(document.createElement("div"), { className: "cover__box" });
    box.append(Object.assign(document.createElement("input"), { type: "hidden", name: "box" }));
    stage.append(box);
    place(box, begun, begun);
  });
  stage.addEventListener("pointermove", (event) => { if (box) place(box, begun, permille(event)); });
  const end = (event) => {
    if (box && !place(box, begun, permille(event))) box.remove(); // a touch, not a box
    box = null;
  };
  stage.addEventListener("pointerup", end);
  stage.addEventListener("pointercancel", () => { box?.remove(); box = null; });
})();
