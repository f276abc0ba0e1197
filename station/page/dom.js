// The few helpers every part of the screen uses: texts from the catalogue, elements, shapes.
// Text only ever enters the page as textContent, so a file name or a barcode can never become markup.

const TEXTS = JSON.parse(document.getElementById("texts").textContent);
const FAULTS = JSON.parse(document.getElementById("faults").textContent);
/** What the configuration says of keys, scanner and reasons. */
export const RULES = JSON.parse(document.getElementById("rules").textContent);
const SVG = "http://www.w3.org/2000/svg";

/** The catalogue's text with its {places} filled; an unknown key is shown as words rather than as nothing. */
export function say(key, places = {}) {
  const text = TEXTS[key] ?? key.replace(/^[a-z]+_/, "").replaceAll("_", " ");
  return text.replace(/\{(\w+)\}/g, (_, name) => places[name] ?? "");
}

export const knows = (key) => key in TEXTS;

/** Title and remedy of a finding in this screen's language, from the atlas; nothing in English, where the check speaks
 *  for itself, and for a code that the atlas does not know. */
export const faultOf = ({ check, code }) => FAULTS[`${check}_${code}`] ?? FAULTS[`any_${code}`];

/** What is wrong, in this screen's language. */
export const headed = (finding) => faultOf(finding)?.title || titled(finding);

/** The short title of a finding in the screen's language. */
export function titled({ check, code }) {
  if (code === "not_judged") return `${say(`check_${check}`)}: ${say("kicker_UNKNOWN")}`;
  const key = `code_${check}_${code}`;
  return knows(key) ? say(key) : `${say(`check_${check}`)}: ${(code ?? "").replaceAll("_", " ")}`;
}

/** A reason in words; one of the house's own codes as it is written. */
export const reasoned = (code) => (knows(`reason_${code}`) ? say(`reason_${code}`) : code.replaceAll("_", " "));

export const find = (selector, within = document) => within.querySelector(selector);

/** Set text only when it differs, so that nothing is laid out or read aloud without need. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Text in which `commands` stand between backticks, shown as code. */
export function explain(element, text) {
  const parts = text.split("`").map((part, index) => (index % 2 ? make("code", {}, part) : part));
  if (element.textContent !== parts.map((part) => part.textContent ?? part).join("")) element.replaceChildren(...parts);
  return element;
}

export function make(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function draw(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** The sign of an outcome: octagon, square, triangle, circle. */
export function shape(outcome) {
  return draw("svg", { class: "shape", "data-outcome": outcome, "aria-hidden": "true" },
    draw("use", { href: `#shape-${outcome}` }));
}

export function reshape(svg, outcome) {
  const use = find("use", svg);
  if (use.getAttribute("href") !== `#shape-${outcome}`) use.setAttribute("href", `#shape-${outcome}`);
  svg.dataset.outcome = outcome;
}

export const clock = (iso) =>
  new Date(iso).toLocaleTimeString(document.documentElement.lang, { hour12: false });

/** A figure as people write it: three significant digits, whole numbers whole. */
export function figure(value, unit) {
  const text = Math.abs(value) >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toPrecision(3);
  return Number(text).toLocaleString(document.documentElement.lang) + (unit === "deg" ? "°" : unit && ` ${say(`unit_${unit}`)}`);
}
