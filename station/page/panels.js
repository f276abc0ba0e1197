// The state, the findings, the strip and the decision line: each takes the present values and shows them.

import { clock, explain, faultOf, figure, find, headed, make, put, reasoned, reshape, say, shape } from "./dom.js";
import { openDetail, point, worst } from "./stage.js";

/** The sign of a capture: its outcome, or what a person made of it. */
export function stateOf(record) {
  const action = record?.decision?.action;
  if (!record) return "waiting";
  if (action === "set aside") return "aside";
  if (action === "retake" && record.outcome !== "FAIL") return "again";
  return action === "accept" && record.outcome !== "PASS" ? "accepted" : record.outcome;
}

/**
 * `state`: that of the live capture, whatever is looked at; or waiting connecting dead. `coming`: the next one is under
 * way, so what lies on the stand may no longer be what this state speaks of.
 */
export function showState(state, record, coming) {
  const told = record && state === stateOf(record);
  document.body.dataset.state = state;
  document.body.dataset.lit = told ? record.outcome : "";
  reshape(find("#state > .shape"), state);
  put(find("#word"), say(`state_${state}`));
  find("#word").style.setProperty("--letters", find("#word").textContent.length);
  document.body.classList.toggle("coming", Boolean(told && coming));
  put(find("#do"), told && coming ? say("do_coming", { number: record.sequence }) : say(doing(state, record)));
  put(find("#kicker"), told ? kicker(record) : "");
  document.title = `${say(`state_${state}`)} · ${document.body.dataset.title}`;
}

const doing = (state, record) => (record?.retake_of && (state === "PASS" || state === "WARN") ? `do_${state}_again` : `do_${state}`);

function kicker(record) {
  const { decision, attempt, outcome } = record;
  return [
    say(`kicker_${outcome}`),
    say("number", { number: record.sequence }),
    attempt > 1 && say("attempt", { count: attempt }),
    decision?.reason_code && reasoned(decision.reason_code),
  ].filter(Boolean).join(" · ");
}

export function showAge(record, nowMs) {
  const seconds = record ? Math.max(0, Math.round((nowMs - Date.parse(record.recorded_at)) / 1000)) : null;
  put(find("#age"), seconds === null ? "" : age(seconds));
}

function age(seconds) {
  if (seconds < 2) return say("age_now");
  if (seconds < 120) return say("age_seconds", { count: seconds });
  if (seconds < 7200) return say("age_minutes", { count: Math.round(seconds / 60) });
  return say("age_hours", { count: Math.round(seconds / 3600) });
}

export function showFindings(record) {
  if (!record) {
    for (const place of find("#findings").querySelectorAll("#specimen, #which, #summary, ol, ul")) place.replaceChildren();
    return;
  }
  const bad = worst(record), good = record.findings.filter((finding) => finding.outcome === "PASS");
  put(find("#specimen"), record.specimen.join(", ") || say("specimen_none"));
  find("#specimen").classList.toggle("none", !record.specimen.length);
  put(find("#which"), `${say("number", { number: record.sequence })} · ${clock(record.recorded_at)} · ${record.path.split("/").pop()}`);
  put(find("#summary"), bad.length ? "" : say(good.length ? "findings_none" : "findings_unjudged"));
  find("#reasons").replaceChildren(...bad.map((finding, index) => reason(finding, index, record.wrong_alarms.includes(finding.place))));
  find("#passed").replaceChildren(...good.map((finding) =>
    make("li", { title: finding.message }, shape("PASS"), `${checkName(finding)} `, make("span", {}, figures(finding)))));
  find("#findings").scrollTop = 0;
}

const checkName = (finding) => say(`check_${finding.check}`);

function figures({ value, limit, unit }) {
  if (value === null) return "";
  const against = limit === null ? "" : ` · ${say("limit", { limit: figure(limit, unit) })}`;
  return figure(value, unit) + against;
}

function reason(finding, index, wrong) {
  const number = index + 1;
  const item = make("li", { "data-outcome": finding.outcome, class: wrong ? "wrong" : null },
    shape(finding.outcome),
    make("div", {},
      make("h2", {}, make("b", {}, `${number}`), ` ${headed(finding)} `, make("span", {}, figures(finding))),
      ...sentences(finding)));
  if (wrong) find("div", item).append(make("p", { class: "called" }, say("called_wrong")));
  if (finding.crop) item.append(cutout(finding, number));
  item.addEventListener("pointerenter", () => point(number));
  item.addEventListener("pointerleave", () => point(null));
  return item;
}

/** What is wrong and what to do, as the check says it; in another language the atlas's remedy, and then the check. */
function sentences(finding) {
  const fault = faultOf(finding), lang = "en";
  const message = explain(make("p", { class: fault ? "own" : "message", lang }), finding.message);
  return fault
    ? [explain(make("p", { class: "remedy" }), fault.remedy), message]
    : [message, explain(make("p", { class: "remedy", lang }), finding.remedy)];
}

function cutout(finding, number) {
  const image = make("img", { src: finding.crop, alt: "" });
  const button = make("button", { "aria-label": say("detail_open", { number }) }, image, make("kbd", {}, String(number)));
  image.addEventListener("error", () => button.remove());
  // One pixel of the camera on one pixel of the screen; what does not fit is seen by opening it.
  image.addEventListener("load", () => { image.style.width = `${image.naturalWidth / devicePixelRatio}px`; });
  button.addEventListener("click", () => openDetail(finding, number));
  button.addEventListener("focus", () => point(number));
  button.addEventListener("blur", () => point(null));
  return button;
}

const SIGNS = { accept: "✓", retake: "↻", "set aside": "→" };
const cells = new Map(); // capture id -> button; kept and moved, so that no thumbnail is loaded twice

export function showStrip(records, shownId, choose) {
  const strip = find("#strip");
  for (const [captureId, button] of cells) {
    if (!records.some((record) => record.capture_id === captureId)) {
      button.remove();
      cells.delete(captureId);
    }
  }
  records.forEach((record, index) => {
    const button = cells.get(record.capture_id) ?? cell(record, choose);
    cells.set(record.capture_id, button);
    button.dataset.decision = record.decision?.action ?? "";
    put(find(".mark", button), record.decision ? SIGNS[record.decision.action] : record.replaced_by ? "↻" : "");
    button.classList.toggle("replaced", Boolean(record.replaced_by));
    if (record.capture_id === shownId) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    if (strip.children[index] !== button) strip.insertBefore(button, strip.children[index] ?? null);
  });
  if (strip.scrollWidth > strip.clientWidth) cells.get(shownId)?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function cell(record, choose) {
  const outcome = say(`state_${record.outcome}`), time = clock(record.recorded_at);
  const button = make("button", {
    "data-outcome": record.outcome,
    "aria-label": say("strip_item", { number: record.sequence, outcome, time }),
  }, make("span", { class: "picture" }), shape(record.outcome), make("b", { class: "mark" }),
  make("small", {}, make("b", {}, String(record.sequence)), make("span", {}, time.slice(0, 5))));
  if (record.previews.thumb) {
    const image = make("img", { src: record.previews.thumb, alt: "" });
    image.addEventListener("error", () => image.remove());
    find(".picture", button).append(image);
  }
  button.addEventListener("click", () => choose(record.capture_id));
  return button;
}

const PRESSED = { accept: "accept", retake: "retake", "set aside": "set_aside" };

export function showDecision(record) {
  const decision = record?.decision;
  for (const button of document.querySelectorAll("#actions [data-deed]")) {
    button.setAttribute("aria-pressed", Boolean(decision) && PRESSED[decision.action] === button.dataset.deed);
  }
  find("#done").classList.remove("wrong");
  const reason = decision?.reason_code ? ` (${reasoned(decision.reason_code)})` : "";
  const replaced = record?.replaced_by ? ` ${say("was_replaced")}` : "";
  put(find("#done"), (decision
    ? say(`done_${decision.action}`, { operator: decision.operator, time: clock(decision.at) }) + reason : say("undecided")) + replaced);
}

/** What the daemon says of itself: arriving, waiting, problem, engine, notice; nothing (null) while it is not live. */
export function showPulse(pulse) {
  const [first, ...more] = pulse?.arriving ?? [];
  const arriving = first && say(more.length ? "arriving_more" : "arriving", { name: first, count: more.length });
  put(find("#arriving"), pulse ? arriving ?? say("arriving_none") : "");
  find("#arriving").classList.toggle("busy", Boolean(first));
  put(find("#waiting"), pulse ? say(pulse.waiting ? "waiting" : "waiting_none", { count: pulse.waiting }) : "");
  find("#waiting").classList.toggle("busy", Boolean(pulse?.waiting));
  explain(find("#problem b"), pulse?.problem_of ? say(`about_${pulse.problem_of}`) : say("problem"));
  explain(find("#problem span"), pulse?.problem ?? "");
  find("#problem").hidden = !pulse?.problem;
  document.body.classList.toggle("problem", Boolean(pulse?.problem));
  explain(find("#notice b"), pulse?.notice_of ? say(`about_${pulse.notice_of}`) : "");
  explain(find("#notice span"), pulse?.notice ?? "");
  find("#notice").hidden = !pulse?.notice;
  put(find("#engine"), pulse?.engine ? say("engine", pulse.engine) : pulse ? say("engine_none") : "");
  put(find("#station"), pulse?.station ?? "");
}

export function showDead(reason, remedy) {
  find("#dead").hidden = !reason;
  find("#stale").hidden = !reason;
  explain(find("#dead .why"), reason);
  explain(find("#dead .what"), remedy);
}
