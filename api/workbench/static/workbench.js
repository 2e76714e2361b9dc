"use strict";
// Progressive enhancement only: every page works by plain links and forms.

// Every request of htmx carries the token that forms carry as a field.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf"]');
  if (token) event.detail.headers["X-CSRF-Token"] = token.content;
});

// What was refused before is no longer true of what is asked now.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.dataset.quiet === undefined) {
    document.getElementById("problems").replaceChildren();
  }
});

// A refusal is read at once, also by a keyboard: focus goes to it.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "problems" && event.detail.target.firstElementChild) {
    event.detail.target.firstElementChild.tabIndex = -1;
    event.detail.target.firstElementChild.focus();
  }
});

// A form is sent once; the key in it makes a second sending harmless, this makes it unlikely.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    setTimeout(() => { button.disabled = true; }, 0);
  }
  form.setAttribute("aria-busy", "true");
});
// Coming back by the browser's button shows the page as it was left: forms can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[aria-busy]")) {
    form.removeAttribute("aria-busy");
    for (const button of form.querySelectorAll("button[disabled]")) button.disabled = false;
  }
});

// The menu's disclosure closes as menus do: by Escape, and when one goes on elsewhere.
const menus = () => document.querySelectorAll("details[data-menu][open]");
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    if (menu.contains(document.activeElement)) menu.firstElementChild.focus();
    menu.open = false;
  }
});
for (const name of ["click", "focusin"]) {
  document.addEventListener(name, (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-print]");
  if (button) window.print();
});

// Files may be dropped on the field that takes them.
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const zone = event.target.closest && event.target.closest("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files.length) {
      const input = zone.querySelector("input[type=file]");
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}
