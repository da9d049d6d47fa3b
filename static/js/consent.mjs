// Keeps the sharing button quiet for the first 800 ms, against double clicks and click-jacking.
const button = document.querySelector("[data-primary]");
if (button) {
  button.disabled = true;
  setTimeout(() => { button.disabled = false; }, 800);
  // Coming back from the browser's cache must not leave it off.
  addEventListener("pageshow", (event) => { if (event.persisted) button.disabled = false; });
}
