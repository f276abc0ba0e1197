// What is watched while capturing: each figure beside its limit, and how it went over the last captures.

import { draw, figure, find, make, put, say } from "./dom.js";

const KINDS = {
  sharpness: { check: "label_sharpness", fits: (f) => f.unit === "px" && f.code !== "too_small", plain: edges },
  skew: { check: "sheet_alignment", fits: (f) => f.unit === "deg", plain: (record) => record.measures.skew_deg, unit: "deg" },
  exposure: { check: "exposure", fits: () => true, plain: () => null },
  colour: { check: "colour_chart", fits: (f) => f.unit.startsWith("dE") || f.unit.startsWith("ΔE"), plain: colours },
};
const RANK = { PASS: 0, WARN: 1, UNKNOWN: 2, FAIL: 3 };

function edges(record) {
  const widths = record.measures.labels.map((label) => label.edge_width_px).filter((width) => width !== null);
  return widths.length ? Math.max(...widths) : null;
}

function colours(record) {
  return record.measures.charts.find((chart) => chart.mean_de2000 !== null)?.mean_de2000 ?? null;
}

/** The worst figure of one kind: {value, limit, unit, outcome}; value null when it was not measured. */
function read(record, { check, fits, plain, unit = "" }) {
  const found = record.findings.filter((f) => f.check === check && f.value !== null && fits(f));
  found.sort((one, other) => RANK[other.outcome] - RANK[one.outcome] || Math.abs(other.value) - Math.abs(one.value));
  return found[0] ?? { value: plain(record), limit: null, unit, outcome: null };
}

/** `records`: newest first; the first one's figures are shown large. */
export function showReadings(record, records) {
  const place = find("#readings");
  place.replaceChildren(...Object.entries(KINDS).map(([name, kind]) => {
    const now = record ? read(record, kind) : { value: null, limit: null, unit: "" };
    const past = records.filter((other) => !record || other.sequence <= record.sequence).map((other) => read(other, kind));
    return reading(name, now, past.reverse());
  }));
}

function reading(name, { value, limit, unit, outcome, code }, past) {
  const sign = code === "under" ? "≥" : "≤";
  const item = make("div", { class: "reading", "data-outcome": value === null ? null : outcome });
  const short = unit.includes(" ") ? "" : unit; // there is no room for "of 255"; the finding says it
  const text = make("b", {}, value === null ? "–" : figure(rounded(value), short));
  const against = make("span", {});
  put(against, value === null ? say("not_measured") : limit === null ? "" : `${sign} ${figure(rounded(limit), short)}`);
  const alike = past.map((other) => (other.unit === unit ? other : { value: null, limit: null }));
  const line = code === "under" ? null : limit ?? alike.find((other) => other.limit !== null)?.limit;
  item.append(make("h2", {}, say(`reading_${name}`)), make("p", {}, text, against), trend(alike, line));
  return item;
}

const rounded = (value) => {
  const size = Math.abs(value);
  return size >= 10 ? Math.round(size) : Number(size.toPrecision(2));
};

/** The last captures as a line, the limit as another; what lies over it is marked by a dot, not by colour alone. */
function trend(past, limit) {
  const values = past.map(({ value }) => (value === null ? null : Math.abs(value)));
  const top = Math.max(...values.filter((v) => v !== null), limit ? Math.abs(limit) * 1.4 : 0, 1e-9);
  const at = (value, index) => [values.length < 2 ? 100 : (100 * index) / (values.length - 1), 28 - (26 * value) / top];
  const points = values.map((value, index) => (value === null ? null : at(value, index))).filter(Boolean);
  const svg = draw("svg", { viewBox: "0 0 100 30", preserveAspectRatio: "none", "aria-hidden": "true" });
  if (limit) {
    const y = 28 - (26 * Math.abs(limit)) / top;
    svg.append(draw("line", { class: "limit", x1: 0, x2: 100, y1: y, y2: y }));
  }
  if (points.length > 1) svg.append(draw("polyline", { class: "trend", points: points.map(String).join(" ") }));
  values.forEach((value, index) => {
    if (value === null || (index < values.length - 1 && !(limit && value > Math.abs(limit)))) return;
    const [x, y] = at(value, index);
    svg.append(draw("path", { class: limit && value > Math.abs(limit) ? "dot over" : "dot", d: `M${x} ${y}h0` }));
  });
  return svg;
}
