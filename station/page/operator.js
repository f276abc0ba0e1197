// The operator screen: what is known, what is looked at, and the keys. The state shown large is always the live one.

import { listen } from "./feed.js";
import { find, put, say } from "./dom.js";
import * as panels from "./panels.js";
import { play, unlock, unlocked } from "./sounds.js";
import * as stage from "./stage.js";

const KEPT = 20;
const STRAY_KEY_MS = 300; // nobody reacts faster to a new picture: such a key was meant for the one before
const ALARM_MS = 6000; // NO LIVE DATA is heard again after this
const body = document.body;

let records = []; // newest first
let chosen = null; // capture id of the earlier one looked at; null: the live one
let dead = null; // {reason, remedy} while nothing may be trusted
let coming = false; // is the next capture arriving or waiting?
let heard = false; // has the server said anything yet?
let offsetMs = 0; // the server's clock minus this one's
let shownId = null;
let arrivedAt = 0; // when a new capture last took the place of another
let alarmedAt = 0;
let operator = "";

const live = () => records[0] ?? null;
const looked = () => records.find((record) => record.capture_id === chosen) ?? live();

function refresh() {
  const record = looked(), earlier = record !== live();
  body.classList.toggle("earlier", earlier);
  find("#earlier").hidden = !earlier;
  showState();
  panels.showStrip(records, record?.capture_id, choose);
  panels.showDecision(record?.decision);
  if (earlier) {
    put(find("#earlier span"), ` ${say("number", { number: record.sequence })} · ${say(`state_${record.outcome}`)}`);
    find("#earlier use").setAttribute("href", `#shape-${record.outcome}`);
    find("#earlier").dataset.outcome = record.outcome;
  }
  if (record?.capture_id !== shownId) present(record);
}

const showState = () =>
  panels.showState(dead ? "dead" : !heard ? "connecting" : live()?.outcome ?? "waiting", live(), coming);

async function present(record) {
  shownId = record?.capture_id;
  stage.closeDetail();
  const showing = stage.show(record); // first, so that the picture is fetched meanwhile
  panels.showFindings(record);
  const painted = await showing;
  // After the frame that holds it: what reads this knows that the picture is on the screen.
  if (painted) requestAnimationFrame(() => setTimeout(() => { body.dataset.sequence = record.sequence; }));
}

function choose(captureId) {
  chosen = captureId === live()?.capture_id ? null : captureId;
  refresh();
}

function step(by) {
  const index = records.indexOf(looked()) + by;
  if (records[index]) choose(records[index].capture_id);
}

function announce(record) {
  const reasons = stage.worst(record).map((finding) => finding.message).join(" ");
  put(find("#announce"), say("announce", { number: record.sequence, outcome: say(`state_${record.outcome}`), reasons }));
  if (setting("sound") && (record.outcome !== "PASS" || setting("pass-sound"))) play(record.outcome);
}

function keep(record) {
  records = [record, ...records.filter((other) => other.capture_id !== record.capture_id)]
    .sort((one, other) => other.sequence - one.sequence).slice(0, KEPT);
  if (!records.some((other) => other.capture_id === chosen)) chosen = null;
}

listen(`/api/events?recent=${KEPT}`, Number(body.dataset.silence), {
  batch(batch, state) {
    if (!batch.length && !state.live) return; // the records did not answer: what was known stays, covered
    const newest = live()?.capture_id, first = !heard;
    records = [];
    batch.forEach(keep);
    heard = true;
    if (!first && live() && live().capture_id !== newest) announce(live());
    refresh();
  },
  record(record) {
    keep(record);
    if (chosen === null) arrivedAt = performance.now();
    refresh();
    announce(record);
  },
  decision(decision) {
    const record = records.find((other) => other.capture_id === decision.capture_id);
    if (!record) return;
    record.decision = decision;
    refresh();
  },
  state(state) {
    heard = true;
    offsetMs = Date.parse(state.now) - Date.now();
    mourn(state.live ? null : state, state.pulse);
  },
  silence: () => mourn({ reason: say("dead_connection"), remedy: say("dead_connection_do") }),
});

/** Cover the screen with NO LIVE DATA, or take the cover away (null). */
function mourn(state, pulse = null) {
  if (state && !dead) put(find("#announce"), `${say("state_dead")}. ${state.reason} ${state.remedy}`);
  dead = state;
  coming = Boolean(pulse?.arriving.length || pulse?.waiting);
  panels.showPulse(dead ? null : pulse);
  panels.showDead(state?.reason ?? "", state?.remedy ?? "");
  showState();
  if (dead && setting("sound") && performance.now() - alarmedAt > ALARM_MS) {
    alarmedAt = performance.now();
    play("dead");
  }
  if (!dead) alarmedAt = 0;
}

setInterval(() => panels.showAge(live(), Date.now() + offsetMs), 500);

async function decide(action) {
  const record = looked();
  if (!operator) return askForName();
  if (!record) return panels.tellDecision(say("nothing_to_decide"), true);
  if (chosen === null && performance.now() - arrivedAt < STRAY_KEY_MS) return panels.tellDecision(say("just_arrived"), true);
  panels.tellDecision(say("saving"), false);
  const wrong = await post(record.capture_id, action).catch(() => say("no_answer"));
  if (wrong) panels.tellDecision(say("not_saved", { why: wrong }), true);
}

/** Store the decision; answers what went wrong, or nothing. */
async function post(captureId, action) {
  const answer = await fetch(`/api/captures/${captureId}/decisions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ action, operator }),
    signal: AbortSignal.timeout(5000),
  });
  const told = await answer.json();
  if (!answer.ok) return typeof told.detail === "string" ? told.detail : answer.statusText;
  const record = records.find((other) => other.capture_id === captureId);
  if (record) record.decision = told;
  refresh();
  return "";
}

// The session: the operator's name, and the gesture that sound needs.
const name = find("#name");
name.value = localStorage.getItem("station.operator") ?? "";

function askForName() {
  put(find("#hint"), say("session_first"));
  find("#session").classList.add("wanted");
  (name.value ? find("#session button") : name).focus();
}

function startSession(event) {
  event.preventDefault();
  operator = name.value.trim();
  if (!operator) return askForName();
  localStorage.setItem("station.operator", operator);
  unlock();
  navigator.wakeLock?.request("screen").catch(() => {}); // a convenience: the screen should not go dark
  put(find("#who span"), operator);
  session(true);
  return document.activeElement.blur();
}

function session(started) {
  find("#session").hidden = started;
  find("#actions").hidden = !started;
  showSettings();
}

find("#session").addEventListener("submit", startSession);
find("#change").addEventListener("click", () => {
  operator = "";
  session(false);
  name.focus();
});

// Switches, remembered on this computer.
const DEFAULTS = { sound: true, "pass-sound": false };
const setting = (id) => (localStorage.getItem(`station.${id}`) ?? String(DEFAULTS[id])) === "true";

function flip(id) {
  localStorage.setItem(`station.${id}`, !setting(id));
  showSettings();
  if (setting(id)) play(id === "sound" ? "WARN" : "PASS");
}

function showSettings() {
  for (const id of Object.keys(DEFAULTS)) {
    const sounding = setting(id) && unlocked() && setting("sound");
    find(`#${id}`).setAttribute("aria-pressed", sounding);
    put(find(`#${id} b`), say(sounding ? "on" : "off"));
  }
}

function detail(number) {
  const record = looked(), finding = record && stage.worst(record)[number - 1];
  if (stage.openedDetail() === number) stage.closeDetail();
  else if (finding?.crop) stage.openDetail(finding, number);
}

function back() {
  if (!stage.closeDetail()) choose(null);
}

const KEYS = {
  a: () => decide("accept"),
  r: () => decide("retake"),
  s: () => decide("set aside"),
  m: () => flip("sound"),
  p: () => flip("pass-sound"),
  o: () => stage.toggleOutlines(),
  arrowleft: () => step(-1),
  arrowright: () => step(1),
  home: () => choose(null),
  escape: back,
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input") && event.key !== "Escape";
  if (typing || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  const key = event.key.toLowerCase();
  const act = /^[1-9]$/.test(key) ? () => detail(Number(key)) : KEYS[key];
  if (!act) return;
  event.preventDefault();
  act();
});
for (const button of document.querySelectorAll("#actions [data-action]")) {
  button.addEventListener("click", () => decide(button.dataset.action));
}
for (const id of Object.keys(DEFAULTS)) find(`#${id}`).addEventListener("click", () => flip(id));
find("#outlines").addEventListener("click", () => stage.toggleOutlines());
find("#live").addEventListener("click", () => choose(null));
showSettings();
(name.value ? find("#session button") : name).focus({ preventScroll: true });
