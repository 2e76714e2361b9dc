"use strict";
// Routes that are ticked for comparison: of one educator, three at most. The service checks anyway.

const limited = (form) => {
  const boxes = [...form.querySelectorAll("input[name=routes]")];
  const ticked = boxes.filter((box) => box.checked);
  for (const box of boxes) {
    const other = ticked.length > 0 && box.dataset.educator !== ticked[0].dataset.educator;
    box.disabled = !box.checked && (other || ticked.length >= 3);
  }
};
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-compare]");
  if (form) limited(form);
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-compare]")) limited(form);
});
