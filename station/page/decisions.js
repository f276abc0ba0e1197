// A person's word on a capture. What goes against the verdict, and what is set aside, wants a reason: one more key.

import { find, make, put, reasoned, RULES, say } from "./dom.js";
import { ask } from "./server.js";
import { askForName, operator, panel, panelShown } from "./session.js";

const ACTIONS = { accept: "accept", retake: "retake", set_aside: "set aside" };
let pending = null; // {record, action} while a reason is asked for

export function tell(text, wrong = false) {
  find("#done").classList.toggle("wrong", wrong);
  put(find("#done"), text);
}

/** `desk`: looked(), isStray(), decided(captureId, decision), alarmed(captureId, numbers, decision). */
export async function decide(deed, desk) {
  const record = ready(desk), action = ACTIONS[deed];
  if (!record) return;
  const against = action === "accept" && record.policy !== "INFORM" && record.outcome !== "PASS";
  if (against || action === "set aside") return askWhy(record, action);
  await send(record, action, "", "", desk);
}

/** The capture a key is meant for; nothing when there is none, no session, or it came too quickly after a new one. */
function ready(desk) {
  const record = desk.looked();
  if (!operator()) return askForName();
  if (!record) return tell(say("nothing_to_decide"), true);
  if (desk.isStray()) return tell(say("just_arrived"), true);
  return record;
}

function askWhy(record, action) {
  pending = { record, action };
  find("#note").value = "";
  put(find("#why b"), say(action === "accept" ? "why_accept" : "why_set_aside", { number: record.sequence }));
  panel("why");
}

/** Reason number n of the list; true when one was asked for. */
export function choose(number, desk) {
  const code = RULES.reasons[number - 1];
  if (panelShown() !== "why" || !pending || !code) return panelShown() === "why";
  const { record, action } = pending;
  send(record, action, code, find("#note").value.trim(), desk);
  return true;
}

/** Leave what was asked; true when something was. */
export function cancel() {
  if (!["why", "sign-off"].includes(panelShown())) return false;
  pending = null;
  document.activeElement?.blur();
  panel("actions");
  return true;
}

async function send(record, action, reason, note, desk) {
  cancel();
  tell(say("saving"));
  const body = { action, operator: operator(), reason_code: reason, note };
  const { wrong, told } = await ask(`/api/captures/${record.capture_id}/decisions`, body);
  if (wrong) return tell(say("not_saved", { why: wrong }), true);
  desk.decided(record.capture_id, told);
}

/** Call a finding wrong: the opened one, else the worst nobody has called wrong yet. */
export async function callWrong(opened, findings, desk) {
  const record = ready(desk);
  if (!record) return;
  const open = findings.filter((finding) => !record.wrong_alarms.includes(finding.place));
  const finding = findings.find((_, index) => index + 1 === opened) ?? open[0];
  if (!finding) return tell(say(findings.length ? "all_called_wrong" : "nothing_wrong"), true);
  const body = { finding: finding.place, operator: operator() };
  const { wrong, told } = await ask(`/api/captures/${record.capture_id}/wrong-alarms`, body);
  if (wrong) return tell(say("not_saved", { why: wrong }), true);
  desk.alarmed(record.capture_id, told.wrong_alarms, told.decision);
}

/** `pick(n)` for a click on reason n. */
export function prepareReasons(pick) {
  const buttons = RULES.reasons.map((code, index) => {
    const button = make("button", { "data-code": code }, make("kbd", {}, String(index + 1)), make("span", {}, reasoned(code)));
    button.addEventListener("click", () => pick(index + 1));
    return button;
  });
  find("#why .codes").append(...buttons);
  find("#note").dataset.scan = "1";
  find("#note").addEventListener("keydown", (event) => event.key === "Enter" && event.target.blur());
}

export const noteWanted = () => panelShown() === "why" && find("#note").focus();
