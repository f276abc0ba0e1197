// The session: its start is the gesture that sound needs, its end the sign-off. Neither is a dialog over the line:
// captures go on above it.

import { find, put, say } from "./dom.js";
import { ask } from "./server.js";

const FIELDS = ["name", "job", "rig"];
const PANELS = ["session", "actions", "why", "sign-off"];
let joined = false; // has this screen had its gesture?
let running = null; // the session as the server knows it

export const operator = () => (joined ? running?.operator ?? "" : "");
export const isJoined = () => joined;

/** Which of the four stands in the place for the decision. */
export function panel(name) {
  for (const id of PANELS) find(`#${id}`).hidden = id !== name;
}

export const panelShown = () => PANELS.find((id) => !find(`#${id}`).hidden);

/** What the server says; a session that ended elsewhere ends here, one that was handed over is followed. */
export function showSession(session, rig) {
  const ended = joined && running && !session;
  running = session;
  if (ended) leave();
  if (!joined) prefill(session, rig);
  find("#work").hidden = !session;
  put(find("#work > span"), session ? [session.operator, session.job, session.rig].filter(Boolean).join(" · ") : "");
  find("#finish").hidden = !joined;
  put(find("#session [type=submit]"), say(session && find("#name").value === session.operator ? "session_go_on" : "session_start"));
}

function prefill(session, rig) {
  const known = session ? { name: session.operator, job: session.job, rig: session.rig } : { rig };
  for (const id of FIELDS) {
    const field = find(`#${id}`);
    if (field.dataset.touched) continue;
    const value = known[id] || localStorage.getItem(`station.${id === "name" ? "operator" : id}`) || "";
    if (field.value === value) continue;
    field.value = value;
    if (document.activeElement === field) field.select(); // what is typed now takes its place
  }
}

function leave() {
  joined = false;
  panel("session");
  find("#name").focus({ preventScroll: true });
}

/** `on.started()` within the gesture. */
export function prepareSession(on) {
  for (const id of FIELDS) find(`#${id}`).addEventListener("input", () => { find(`#${id}`).dataset.touched = "1"; });
  find("#language").addEventListener("change", (event) => location.assign(`/?lang=${event.target.value}`));
  find("#session").addEventListener("submit", (event) => {
    event.preventDefault();
    start(on.started);
  });
  find("#sign-off").addEventListener("submit", (event) => {
    event.preventDefault();
    signOff();
  });
  find("#finish").addEventListener("click", finish);
  prefill(null, "");
  askForName(false);
}

export function askForName(wanted = true) {
  const name = find("#name");
  if (wanted) put(find("#hint"), say("session_first"));
  find("#session").classList.toggle("wanted", wanted);
  (name.value ? find("#session [type=submit]") : name).focus({ preventScroll: true });
}

async function start(started) {
  const [name, job, rig] = FIELDS.map((id) => find(`#${id}`).value.trim());
  if (!name) return askForName();
  started(); // at once: later it would be no gesture any more
  const { wrong, told } = await ask("/api/session", { operator: name, job, rig });
  if (wrong) {
    put(find("#hint"), say("not_started", { why: wrong }));
    return find("#session").classList.add("wanted");
  }
  [["operator", name], ["job", job], ["rig", rig]].forEach(([key, value]) => localStorage.setItem(`station.${key}`, value));
  FIELDS.forEach((id) => delete find(`#${id}`).dataset.touched);
  joined = true;
  put(find("#hint"), say("session_why"));
  find("#session").classList.remove("wanted");
  document.activeElement?.blur();
  panel("actions");
  showSession(told, rig);
}

let waiting = [];
/** The open retakes, for the sign-off. */
export function setWaiting(retakes) {
  const before = asked();
  waiting = retakes;
  if (panelShown() !== "sign-off") return;
  showSignOff();
  if (asked() !== before) toGive().focus({ preventScroll: true });
}

export function finish() {
  if (!joined) return askForName();
  panel("sign-off");
  showSignOff();
  put(find("#sign-off .said"), "");
  toGive().focus({ preventScroll: true });
}

/** Where the next key belongs: the first field that is asked for and empty, or the button. */
function toGive() {
  const fields = { block: ["#supervisor", "#reason"], acknowledge: ["#reason"] }[asked()] ?? [];
  return find(fields.find((id) => !find(id).value.trim()) ?? "#sign-off [type=submit]");
}

/** The strictest of what the open ones ask for: "block", "acknowledge" or nothing. */
const asked = () => ["block", "acknowledge"].find((policy) => waiting.some((retake) => retake.policy === policy));

function showSignOff() {
  const names = waiting.map((retake) => retake.specimen ?? say("number", { number: retake.sequence ?? "?" }));
  put(find("#sign-off .sum b"), waiting.length
    ? say("sign_off_open", { count: waiting.length, names: names.slice(0, 4).join(", ") + (names.length > 4 ? " …" : "") })
    : say("sign_off_clear", { operator: running?.operator ?? "" }));
  find("#supervisor").parentElement.hidden = asked() !== "block";
  find("#reason").parentElement.hidden = !asked();
}

async function signOff() {
  const [supervisor, reason] = ["#supervisor", "#reason"].map((id) => find(id).value.trim());
  const { wrong } = await ask("/api/session/sign-off", { by: running?.operator ?? "", supervisor, reason });
  if (wrong) {
    put(find("#sign-off .said"), wrong);
    return toGive().focus({ preventScroll: true });
  }
  find("#supervisor").value = find("#reason").value = "";
  running = null;
  find("#work").hidden = true;
  leave();
  put(find("#hint"), say("signed_off"));
}

