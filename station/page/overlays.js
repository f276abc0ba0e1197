// Which outlines are drawn: all or none, and each class by itself. Remembered on this computer.

import { find, make, put, say } from "./dom.js";

/** Class -> its number: Shift and this digit. Sheet and slide never lie in one photograph, nor do the other pairs. */
const NUMBERS = {
  sheet: 1, slide: 1, specimen: 2, label: 3, barcode: 4, colour_chart: 5, scale_bar: 6, stamp: 7, type_marker: 7,
  packet: 8, coverslip: 8, foreign_object: 9,
};
const hidden = new Set(JSON.parse(localStorage.getItem("station.hidden") ?? "[]"));
const well = find("#well");

/** Buttons for the classes in this photograph. */
export function showClasses(record) {
  const present = new Set(record?.regions.map((region) => region.class));
  const names = Object.keys(NUMBERS).filter((name) => present.has(name));
  const place = find("#classes");
  if (place.dataset.names !== names.join()) {
    place.dataset.names = names.join();
    place.replaceChildren(...names.map(chip));
  }
  apply();
}

function chip(name) {
  const words = say(`class_${name}`);
  const button = make("button", { "data-toggles": name, "data-class": name, "aria-label": words }, make("kbd", {}, `⇧${NUMBERS[name]}`),
    make("i", {}), make("span", {}, words));
  button.addEventListener("click", () => toggle(name));
  return button;
}

function toggle(name) {
  if (hidden.has(name)) hidden.delete(name);
  else hidden.add(name);
  localStorage.setItem("station.hidden", JSON.stringify([...hidden]));
  apply();
}

/** Shift and a digit: the class of that number that lies in the photograph. */
export function toggleNumber(number) {
  const button = [...find("#classes").children].find(({ dataset }) => NUMBERS[dataset.toggles] === number);
  if (button) toggle(button.dataset.toggles);
}

export function toggleAll() {
  well.classList.toggle("bare");
  apply();
}

/** Draw what is wished; also called when another photograph has been put there. */
export function apply() {
  const bare = well.classList.contains("bare");
  find("#outlines").setAttribute("aria-pressed", !bare);
  for (const button of find("#classes").children) {
    button.setAttribute("aria-pressed", !bare && !hidden.has(button.dataset.toggles));
  }
  for (const mark of well.querySelectorAll("[data-class]")) mark.classList.toggle("away", hidden.has(mark.dataset.class));
}

/** Is the photograph before a retake shown beside it? */
export const comparing = () => localStorage.getItem("station.compare") !== "false";

export function showCompare(possible) {
  const button = find("#compare");
  button.hidden = !possible;
  button.setAttribute("aria-pressed", comparing());
  put(find("span", button), say("compare"));
}

export function toggleCompare() {
  localStorage.setItem("station.compare", !comparing());
}
