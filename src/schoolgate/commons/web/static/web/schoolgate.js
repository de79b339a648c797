// Every page works without this; it only saves a click or two.
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-print], [data-copy], [data-show]");
  if (!button) return;
  if ("print" in button.dataset) window.print();
  if ("copy" in button.dataset) {
    const field = document.getElementById(button.dataset.copy);
    navigator.clipboard.writeText(field.value ?? field.textContent).then(() => (button.textContent = "Copied"));
  }
  if ("show" in button.dataset) {
    const field = document.getElementById(button.dataset.show);
    const hidden = field.type === "password";
    field.type = hidden ? "text" : "password";
    button.textContent = hidden ? "Hide" : "Show";
  }
});

// A list that refreshes itself waits while somebody reads or works in it.
document.addEventListener("htmx:beforeRequest", (event) => {
  const list = event.target.closest("[data-live]");
  if (list && (list.contains(document.activeElement) || list.querySelector("details[open], input:checked"))) event.preventDefault();
});

// A button that asks for a part of the page only, in a form that has errors: they stand at their fields, so the page comes whole.
document.addEventListener("htmx:beforeSwap", (event) => {
  const button = event.detail.requestConfig.elt;
  if (event.detail.xhr.status !== 422 || !button.matches("button[type=submit]")) return;
  event.preventDefault();
  button.form.requestSubmit(button);
});

// On a phone the filters above a list wait folded, unless one is in use.
if (window.matchMedia("(max-width: 48rem)").matches) {
  document.querySelectorAll(".filters-fold:not([data-in-use])").forEach((fold) => fold.removeAttribute("open"));
}

// Buttons that only these lines give a meaning stay hidden without them.
document.documentElement.classList.add("scripted");
