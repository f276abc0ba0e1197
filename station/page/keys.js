// Keys, foot pedal, barcode scanner. A scanner types like a keyboard, only faster than a hand can: characters closer
// together than `scanner_ms`, at least FEWEST of them. So a single letter waits that long before it counts as a key.

import { RULES } from "./dom.js";

const FEWEST = 4;
const GAP_MS = RULES.scanner_ms;

const LETTERS = {
  a: "accept", r: "retake", s: "set_aside", w: "wrong_alarm", e: "expect", t: "next_retake", f: "finish", n: "note",
  o: "outlines", b: "compare", m: "sound", p: "pass_sound",
};
const NAMED = { arrowleft: "later", arrowright: "earlier", home: "live", escape: "back" };
const PEDAL = Object.fromEntries(Object.entries(RULES.pedal).map(([key, deed]) => [key.toLowerCase(), deed]));

/** `on.deed(name)`, `on.number(n)`, `on.overlay(n)` for keys; `on.scan(text)` for a scanned code. */
export function listenForKeys(on) {
  let burst = [], field = null, before = "", timer = null;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const typing = event.target.matches("input, select");
    if (event.key.length === 1 && event.key !== " ") {
      const last = burst.at(-1);
      if (last && event.timeStamp - last.at > GAP_MS) finish();
      if (!burst.length) [field, before] = [typing ? event.target : null, event.target.value];
      burst.push({ key: event.key, code: event.code, shift: event.shiftKey, at: event.timeStamp });
      clearTimeout(timer);
      timer = setTimeout(finish, GAP_MS + 5);
      if (!typing && meant(burst[0])) event.preventDefault();
      return;
    }
    if (["Shift", "CapsLock"].includes(event.key)) return; // a scanner presses them between capitals
    if (["Enter", "Tab"].includes(event.key) && burst.length >= FEWEST && !(field && !field.dataset.scan)) {
      event.preventDefault();
      return finish();
    }
    finish();
    const pedal = PEDAL[event.key.toLowerCase()], named = NAMED[event.key.toLowerCase()];
    const deed = pedal ?? (typing && event.key !== "Escape" ? null : named);
    if (!deed) return;
    event.preventDefault();
    on.deed(deed);
  });

  /** The burst is over: a code, or single keys. What is typed into a field stays there, unless the field says otherwise. */
  function finish() {
    clearTimeout(timer);
    const keys = burst, into = field;
    burst = [];
    if (!keys.length || (into && !into.dataset.scan)) return;
    if (keys.length >= FEWEST) {
      if (into) into.value = before;
      on.scan(keys.map(({ key }) => key).join(""));
    } else if (!into) {
      for (const key of keys) strike(key);
    }
  }

  function strike(key) {
    const found = meant(key);
    if (found) on[found[0]](found[1]);
  }
}

/** Digits by their place on the keyboard, for French and Czech ones need Shift for them; letters as they are printed. */
function meant({ key, code, shift }) {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1] ?? (/^[1-9]$/.test(key) ? key : null);
  if (digit) return [shift && code.startsWith("Digit") ? "overlay" : "number", Number(digit)];
  const deed = PEDAL[key.toLowerCase()] ?? LETTERS[key.toLowerCase()];
  return deed ? ["deed", deed] : null;
}
