// The photograph with what was found drawn over it, beside the one it replaces when it is a retake. The outlines are an
// SVG in photo pixels laid over a picture of any size; names and numbers are HTML, so that their size stays readable.

import { draw, find, make, put, say, shape } from "./dom.js";

const PATIENCE_MS = 600; // after this the picture of another capture must not stand there any longer
const frame = find("#frame");
const empty = find("#empty");
const well = find("#well");
let token = 0;

/** Show this record's photograph, and beside it `before`'s; resolves once decoded and in place, false when overtaken. */
export async function show(record, before) {
  const mine = ++token;
  if (!record) {
    blank("photo_waiting");
    return false;
  }
  const slow = setTimeout(() => mine === token && blank("photo_slow"), PATIENCE_MS);
  const wanted = [record, before].map((one) => one?.previews.photo && decoded(one.previews.photo));
  const [picture, old] = await Promise.all(wanted);
  clearTimeout(slow);
  if (mine !== token) return false;
  find("#stage").setAttribute("aria-label", say("photo", { number: record.sequence }));
  compare(old ? before : null, old, record);
  if (picture) fill(frame, record, picture);
  else blank("photo_none");
  return true;
}

function compare(before, picture, record) {
  find("#before").hidden = !before;
  well.classList.toggle("two", Boolean(before));
  find("#now figcaption").hidden = !before;
  if (!before) return find("#before .frame").replaceChildren();
  caption(find("#before figcaption"), before, say("before"));
  caption(find("#now figcaption"), record, say("after", { count: record.attempt }));
  return fill(find("#before .frame"), before, picture);
}

function caption(place, record, text) {
  place.replaceChildren(shape(record.outcome), make("b", {}, text), make("span", {}, say("number", { number: record.sequence })));
}

function blank(key) {
  frame.replaceChildren();
  empty.hidden = false;
  put(find("b", empty), say(key));
  put(find("span", empty), say(`${key}_why`));
}

function fill(place, record, picture) {
  if (place === frame) empty.hidden = true;
  const [width, height] = record.size_px ?? [picture.naturalWidth, picture.naturalHeight];
  place.style.setProperty("--ratio", picture.naturalWidth / picture.naturalHeight);
  picture.alt = "";
  place.replaceChildren(picture, outlines(record, width, height), make("div", { class: "tags" }, ...tags(record)));
  arrange(place, width, height);
}

/** The address as a decoded image, or null when it is missing or broken. */
async function decoded(address) {
  const image = new Image();
  image.src = address;
  return image.decode().then(() => image, () => null);
}

function outlines(record, width, height) {
  const drawn = record.regions.map((region) => draw("g", { "data-class": region.class },
    ...["casing", "line"].map((kind) => draw("polygon", { class: kind, points: region.polygon.map(String).join(" ") }))));
  const marked = wheres(record).map(({ finding, number }) => {
    const [x, y, w, h] = finding.where;
    return draw("g", { "data-finding": number, "data-outcome": finding.outcome },
      ...["casing", "line"].map((kind) => draw("rect", { class: kind, x, y, width: w, height: h })));
  });
  const view = { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" };
  return draw("svg", view, ...drawn, ...marked);
}

function tags(record) {
  const names = record.regions.map((region) => {
    const tag = make("span", { class: "tag", "data-class": region.class }, say(`class_${region.class}`));
    tag.spot = region.bbox;
    return tag;
  });
  const numbers = wheres(record).map(({ finding, number }) => {
    const tag = make("span", { class: "tag number", "data-finding": number, "data-outcome": finding.outcome },
      shape(finding.outcome), String(number));
    tag.spot = finding.where;
    tag.right = true;
    return tag;
  });
  return [...numbers, ...names];
}

/** Findings that point at a place, with the number they bear on the screen. */
function wheres(record) {
  return worst(record).map((finding, index) => ({ finding, number: index + 1 })).filter(({ finding }) => finding.where);
}

/** What is not in order, worst first; the screen numbers its findings in this order. `place`: its place in the verdict. */
export function worst(record) {
  const rank = { FAIL: 0, UNKNOWN: 1, WARN: 2 };
  return record.findings
    .map((finding, place) => ({ ...finding, place, crop: record.previews.crops[place] }))
    .filter((finding) => finding.outcome !== "PASS")
    .sort((one, other) => rank[one.outcome] - rank[other.outcome]);
}

/** Every tag on its object's corner, pushed down where it would cover another. */
function arrange(place, width, height) {
  const bounds = place.getBoundingClientRect();
  const tags = [...place.querySelectorAll(".tag")].map((tag) => ({ tag, wide: tag.offsetWidth, high: tag.offsetHeight }));
  const taken = []; // measured first and written after: the browser lays out once
  for (const { tag, wide, high } of tags) {
    const [x, y, w] = tag.spot;
    const wanted = tag.right ? ((x + w) / width) * bounds.width - wide : (x / width) * bounds.width;
    const left = Math.max(0, Math.min(wanted, bounds.width - wide));
    // It stands on its object, so that it covers no label's text.
    let top = Math.max(0, Math.min((y / height) * bounds.height - high, bounds.height - high));
    const covers = (other) => left < other.left + other.wide && other.left < left + wide
      && top < other.top + other.high && other.top < top + high;
    for (let hit = taken.find(covers); hit && hit.top + hit.high + high <= bounds.height; hit = taken.find(covers)) {
      top = hit.top + hit.high + 1;
    }
    taken.push({ left, top, wide, high });
    tag.style.left = `${(100 * left) / bounds.width}%`;
    tag.style.top = `${(100 * top) / bounds.height}%`;
  }
}

/** Make one finding stand out on the photograph; null for none. */
export function point(number) {
  for (const marked of frame.querySelectorAll("[data-finding]")) {
    marked.classList.toggle("pointed", marked.dataset.finding === String(number));
  }
}

const detail = find("#detail");
find("button", detail).addEventListener("click", () => closeDetail());

/** A finding's cut-out, one pixel of the camera on one pixel of the screen, over the photograph. */
export function openDetail(finding, number) {
  const image = find("img", detail);
  image.onload = () => { image.style.width = `${image.naturalWidth / devicePixelRatio}px`; };
  image.src = finding.crop;
  put(find("p > span", detail), say("detail", { number, check: say(`check_${finding.check}`) }));
  detail.dataset.number = number;
  detail.hidden = false;
  find("div", detail).focus({ preventScroll: true });
}

/** True when there was one to close. */
export function closeDetail() {
  const open = !detail.hidden;
  detail.hidden = true;
  find("img", detail).removeAttribute("src");
  return open;
}

export const openedDetail = () => (detail.hidden ? null : Number(detail.dataset.number));
