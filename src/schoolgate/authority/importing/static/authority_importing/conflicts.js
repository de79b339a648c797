// Keys on the page of a pupil's conflicts. Without this the page works by tab, space and enter.
"use strict";

const CHOICES = { a: "accept", d: "discard", n: "never-again", l: "" };

const conflicts = () => [...document.querySelectorAll("fieldset.conflict")];

function go(fieldset) {
  if (!fieldset) return;
  const radio = fieldset.querySelector("input:checked") ?? fieldset.querySelector("input[type=radio]");
  radio.focus();
  fieldset.scrollIntoView({ block: "nearest" });
}

function choose(fieldset, choice) {
  const radio = [...fieldset.querySelectorAll("input[type=radio]")].find((one) => one.value === choice);
  radio.checked = true;
  const all = conflicts();
  const next = all[all.indexOf(fieldset) + 1];
  if (next) go(next);
  else document.querySelector("[name=continue]").focus();
}

document.addEventListener("keydown", (event) => {
  const form = event.target.closest("form");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && (!form || form.id === "conflicts")) {
    event.preventDefault();
    document.querySelector("[name=continue]")?.click();
    return;
  }
  const typing = event.target.closest("textarea, select, input:not([type=radio])");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = conflicts();
  const here = event.target.closest("fieldset.conflict");
  if (event.key in CHOICES && all.length) {
    event.preventDefault();
    choose(here ?? all[0], CHOICES[event.key]);
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && here) {
    event.preventDefault();
    go(all[all.indexOf(here) + (event.key === "ArrowDown" ? 1 : -1)]);
  }
});

go(document.querySelector("fieldset.conflict-wrong") ?? conflicts()[0]);
document.querySelector(".empty .button")?.focus();
