// A file dropped on the box is chosen and sent; without this the box is an ordinary form.
"use strict";

document.querySelectorAll("form[data-drop]").forEach((box) => {
  const input = box.querySelector("input[type=file]");
  ["dragenter", "dragover"].forEach((name) =>
    box.addEventListener(name, (event) => {
      event.preventDefault();
      box.classList.add("drop-over");
    }),
  );
  ["dragleave", "drop"].forEach((name) => box.addEventListener(name, () => box.classList.remove("drop-over")));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length !== 1) return;
    input.files = event.dataTransfer.files;
    box.requestSubmit();
  });
});

// A file that misses the box would open in the browser instead.
["dragover", "drop"].forEach((name) => window.addEventListener(name, (event) => event.preventDefault()));
