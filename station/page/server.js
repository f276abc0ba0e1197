// Asking the server to store something; an answer that does not come is said, never waited for without end.

import { say } from "./dom.js";

/** POST an object; {told} is the answer, {wrong} in words why there is none. */
export async function ask(address, body) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(5000),
    });
    const told = await answer.json();
    if (answer.ok) return { told };
    return { wrong: typeof told.detail === "string" ? told.detail : answer.statusText };
  } catch {
    return { wrong: say("no_answer") };
  }
}

/** GET an object; null when there is none, undefined when nobody could say. */
export async function get(address) {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(5000) });
    if (answer.ok) return await answer.json();
    return answer.status === 404 ? null : undefined;
  } catch {
    return undefined;
  }
}
