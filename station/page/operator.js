// The operator screen: what is known, what is looked at, and what each deed does. The state shown large is always the
// live one. Start here; the other files each have one place on the screen.

import { callWrong, cancel, choose as chooseReason, decide, noteWanted, prepareReasons, tell } from "./decisions.js";
import { faultOf, find, headed, put, say } from "./dom.js";
import { listen } from "./feed.js";
import { listenForKeys } from "./keys.js";
import * as overlays from "./overlays.js";
import * as panels from "./panels.js";
import { showReadings } from "./readings.js";
import { showRetakes } from "./retakes.js";
import { ask, get } from "./server.js";
import { askForName, finish, isJoined, prepareSession, setWaiting, showSession } from "./session.js";
import { play, unlock, unlocked } from "./sounds.js";
import * as stage from "./stage.js";

const KEPT = 20;
const STRAY_KEY_MS = 300; // nobody reacts faster to a new picture: such a key was meant for the one before
const ALARM_MS = 6000; // NO LIVE DATA is heard again after this
const body = document.body;

let records = []; // newest first
const fetched = new Map(); // capture id -> record: earlier ones that were asked for, and those before a retake
let bench = { session: null, retakes: [] };
let chosen = null; // capture id of the earlier one looked at; null: the live one
let dead = null; // {reason, remedy} while nothing may be trusted
let coming = false; // is the next capture arriving or waiting?
let heard = false; // has the server said anything yet?
let offsetMs = 0; // the server's clock minus this one's
let shown = ""; // what stands on the stage
let arrivedAt = 0; // when a new capture last took the place of another
let alarmedAt = 0;

const live = () => records[0] ?? null;
const known = (captureId) => records.find((record) => record.capture_id === captureId) ?? fetched.get(captureId) ?? null;
const looked = () => (chosen && known(chosen)) || live();

function refresh() {
  const record = looked(), earlier = record !== live();
  body.classList.toggle("earlier", earlier);
  find("#earlier").hidden = !earlier;
  if (!isJoined()) showSession(bench.session, live()?.rig ?? "");
  showState();
  panels.showStrip(records, record?.capture_id, choose);
  panels.showDecision(record);
  showBench();
  if (earlier) {
    put(find("#earlier span"), ` ${say("number", { number: record.sequence })} · ${say(`state_${record.outcome}`)}`);
    find("#earlier use").setAttribute("href", `#shape-${record.outcome}`);
    find("#earlier").dataset.outcome = record.outcome;
  }
  const told = JSON.stringify([record?.capture_id, record?.wrong_alarms, overlays.comparing()]);
  if (told !== shown) present(record, told);
}

const showState = () =>
  panels.showState(dead ? "dead" : heard ? panels.stateOf(live()) : "connecting", live(), coming);

function showBench() {
  const record = looked();
  showRetakes(bench.retakes, record?.capture_id, Date.now() + offsetMs, { choose, expect });
}

async function present(record, told) {
  const another = JSON.parse(shown || "[]")[0] !== record?.capture_id;
  shown = told;
  if (another) stage.closeDetail();
  overlays.showCompare(Boolean(record?.retake_of));
  const before = record?.retake_of && overlays.comparing() ? await fetchOne(record.retake_of) : null;
  if (shown !== told) return;
  const showing = stage.show(record, before); // first, so that the pictures are fetched meanwhile
  panels.showFindings(record);
  showReadings(record, records);
  const painted = await showing;
  overlays.showClasses(record);
  // After the frame that holds it: what reads this knows that the picture is on the screen.
  if (painted) requestAnimationFrame(() => setTimeout(() => { body.dataset.sequence = record.sequence; }));
}

async function fetchOne(captureId) {
  if (!known(captureId)) {
    const record = await get(`/api/captures/${captureId}`);
    if (record) fetched.set(captureId, record);
  }
  return known(captureId);
}

async function choose(captureId) {
  chosen = !captureId || captureId === live()?.capture_id ? null : captureId;
  if (chosen && !(await fetchOne(chosen))) chosen = null;
  refresh();
}

function step(by) {
  const index = records.indexOf(looked()) + by;
  if (records[index]) choose(records[index].capture_id);
}

function announce(record) {
  const reasons = stage.worst(record).map((one) => (faultOf(one) ? `${headed(one)}.` : one.message)).join(" ");
  put(find("#announce"), say("announce", { number: record.sequence, outcome: say(`state_${record.outcome}`), reasons }));
  if (setting("sound") && (record.outcome !== "PASS" || setting("pass-sound"))) play(record.outcome);
}

function keep(record) {
  const before = records.find((other) => other.capture_id === record.retake_of), looking = chosen && known(chosen);
  if (before) before.replaced_by = record.capture_id;
  records = [record, ...records.filter((other) => other.capture_id !== record.capture_id)]
    .sort((one, other) => other.sequence - one.sequence).slice(0, KEPT);
  if (looking && !known(chosen)) fetched.set(chosen, looking); // it left the strip, not the screen
}

/** After a new connection: the earlier one that is looked at stays, if the records still hold it. */
async function recall(record) {
  const id = record.capture_id;
  fetched.set(id, record);
  const held = await get(`/api/captures/${id}`);
  if (held) fetched.set(id, held);
  if (held === null) fetched.delete(id);
  if (held === null && chosen === id) [chosen, arrivedAt] = [null, performance.now()];
  refresh();
}

listen(`/api/events?recent=${KEPT}`, Number(body.dataset.silence), {
  batch(batch) {
    const newest = live()?.capture_id, first = !heard, at = chosen && known(chosen);
    records = [];
    fetched.clear();
    batch.forEach(keep);
    heard = true;
    if (at && !known(chosen)) recall(at);
    const another = !first && live()?.capture_id !== newest;
    if (another && chosen === null) arrivedAt = performance.now();
    if (another && live()) announce(live());
    refresh();
  },
  record(record) {
    keep(record);
    if (chosen === null) arrivedAt = performance.now();
    refresh();
    announce(record);
  },
  decision: (decision) => decided(decision.capture_id, decision),
  bench(told) {
    bench = told;
    showBench();
    showSession(bench.session, live()?.rig ?? "");
    setWaiting(bench.retakes);
  },
  state(state) {
    heard = true;
    offsetMs = Date.parse(state.now) - Date.now();
    mourn(state.live ? null : inWords(state), state.pulse);
  },
  silence: () => mourn({ reason: say("dead_connection"), remedy: say("dead_connection_do") }),
});

/** The server's reason in this screen's language. */
function inWords({ reason, remedy, said: [key, remedyKey, places] }) {
  return { reason: key ? say(key, places) : reason, remedy: remedyKey ? say(remedyKey) : remedy };
}

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

setInterval(() => {
  panels.showAge(live(), Date.now() + offsetMs);
  showBench();
}, 500);

// What a person does to a capture.

function decided(captureId, decision) {
  const record = known(captureId);
  if (record) record.decision = decision;
  refresh();
}

function alarmed(captureId, numbers, decision) {
  const record = known(captureId);
  if (record) [record.wrong_alarms, record.decision] = [numbers, decision ?? record.decision];
  refresh();
  if (!decision) tell(say("alarm_kept"));
}

const desk = {
  looked,
  isStray: () => chosen === null && performance.now() - arrivedAt < STRAY_KEY_MS,
  decided,
  alarmed,
};

function nextRetake() {
  const heads = bench.retakes.map((retake) => retake.head), at = heads.indexOf(looked()?.capture_id);
  if (heads.length) choose(heads[(at + 1) % heads.length]);
}

/** The next file is of this retake; without a number: of the one that is looked at. */
async function expect(number, specimen = null) {
  const retake = bench.retakes.find((one) => (number ? one.number === number : one.head === looked()?.capture_id));
  if (!isJoined()) return askForName();
  if (!retake) return tell(say("no_retake_here"), true);
  const { wrong, told } = await ask(`/api/retakes/${retake.number}/await`, { specimen });
  if (wrong) return tell(say("not_saved", { why: wrong }), true);
  tell(say("expecting", { name: told.specimen ?? say("number", { number: retake.sequence ?? "?" }) }));
  return choose(retake.head);
}

/** A scanned code: an open retake is awaited, one without a number gets it, any other specimen is looked up. */
async function scan(code) {
  const open = bench.retakes.find((retake) => retake.specimen === code);
  if (open) return expect(open.number);
  const here = bench.retakes.find((retake) => retake.head === looked()?.capture_id);
  if (here && !here.specimen) return expect(here.number, code);
  const record = await get(`/api/specimens?number=${encodeURIComponent(code)}`);
  if (!record) return tell(record === null ? say("scan_unknown", { code }) : say("no_answer"), true);
  fetched.set(record.capture_id, record);
  await choose(record.capture_id);
  return tell(say("scan_found", { code, number: record.sequence }));
}

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

const wrongAlarm = () => callWrong(stage.openedDetail(), looked() ? stage.worst(looked()) : [], desk);

const DEEDS = {
  accept: () => decide("accept", desk),
  retake: () => decide("retake", desk),
  set_aside: () => decide("set_aside", desk),
  wrong_alarm: wrongAlarm,
  expect: () => expect(null),
  next_retake: nextRetake,
  finish,
  note: noteWanted,
  outlines: overlays.toggleAll,
  compare: () => { overlays.toggleCompare(); refresh(); },
  sound: () => flip("sound"),
  pass_sound: () => flip("pass-sound"),
  later: () => step(-1),
  earlier: () => step(1),
  live: () => choose(null),
  back: () => cancel() || stage.closeDetail() || choose(null),
};

listenForKeys({
  deed: (name) => DEEDS[name](),
  number: (number) => chooseReason(number, desk) || detail(number),
  overlay: overlays.toggleNumber,
  scan,
});
for (const button of document.querySelectorAll("[data-deed]")) {
  button.addEventListener("click", () => DEEDS[button.dataset.deed]());
}
for (const id of ["outlines", "compare", "live", "sound"]) find(`#${id}`).addEventListener("click", () => DEEDS[id]());
find("#pass-sound").addEventListener("click", () => flip("pass-sound"));
prepareReasons((number) => chooseReason(number, desk));
prepareSession({
  started() {
    unlock();
    navigator.wakeLock?.request("screen").catch(() => {}); // a convenience: the screen should not go dark
    showSettings();
  },
});
showSettings();
