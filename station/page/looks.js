// Second looks by keyboard: 1, 2, 3 are the answers, arrow keys lead through the sample. What is typed into a field is text.

const click = (selector) => document.querySelector(selector)?.click();
const KEYS = {
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
};

function step(by) {
  const cells = [...document.querySelectorAll(".strip a")];
  cells[cells.findIndex((cell) => cell.hasAttribute("aria-current")) + by]?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.target.matches("input, select")) return;
  const digit = /^(?:Digit|Numpad)([1-3])$/.exec(event.code)?.[1];
  const deed = digit ? () => click(`.answers button[value="${digit}"]`) : KEYS[event.key];
  if (!deed) return;
  event.preventDefault();
  deed();
});

const current = document.querySelector(".strip [aria-current]");
if (current) current.parentElement.scrollLeft = current.offsetLeft - current.parentElement.clientWidth / 2;
