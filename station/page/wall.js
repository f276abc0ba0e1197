// The wall keeps itself fresh, and says in large letters when it cannot.

const live = document.getElementById("live");
const dead = document.getElementById("dead");
const choices = document.getElementById("choices");
const EVERY_MS = 2000;
const GLANCE_MS = 100;
const SILENCE_MS = 3000;
const STALE_MS = 10000;
let heard = performance.now();
let refreshed = heard;

choices.classList.add("by-itself");
choices.addEventListener("change", () => choices.requestSubmit());

async function refresh() {
  const answer = await fetch(`/wall/now${location.search}`, { signal: AbortSignal.timeout(SILENCE_MS) });
  if (answer.status === 401 || answer.status === 403) location.reload();
  if (!answer.ok) throw new Error(answer.statusText);
  const html = await answer.text();
  const kept = document.activeElement?.closest?.(".table")?.getAttribute("aria-label");
  live.innerHTML = html;
  if (kept) live.querySelector(`.table[aria-label="${CSS.escape(kept)}"]`)?.focus({ preventScroll: true });
  heard = refreshed = performance.now();
}

async function again() {
  if (!document.hidden) await refresh().catch(() => {});
  setTimeout(again, EVERY_MS);
}

// Whether each rig lives is asked oftener than all the rest: what changed is shown at once.
async function glance() {
  if (!document.hidden) {
    const answer = await fetch("/api/stations", { signal: AbortSignal.timeout(SILENCE_MS) });
    if (!answer.ok) return;
    const lives = await answer.json();
    heard = performance.now();
    const cards = [...live.querySelectorAll(".rig")];
    const changed = cards.filter(({ dataset }) => lives[dataset.station] === (dataset.health === "dead"));
    changed.filter(({ dataset }) => !lives[dataset.station]).forEach(bury);
    if (changed.length) await refresh();
  }
}

function bury(card) {
  card.dataset.health = "dead";
  const word = Object.assign(document.createElement("p"), { className: "dead" });
  word.textContent = dead.querySelector(".word").textContent;
  card.querySelector("header").append(word);
}

async function glanceAgain() {
  await glance().catch(() => {});
  setTimeout(glanceAgain, GLANCE_MS);
}

setInterval(() => {
  const now = performance.now();
  const silent = !document.hidden && (now - heard > SILENCE_MS || now - refreshed > STALE_MS);
  dead.hidden = !silent;
  live.classList.toggle("stale", silent);
}, 250);
document.addEventListener("visibilitychange", () => { heard = refreshed = performance.now(); });
setTimeout(again, EVERY_MS);
setTimeout(glanceAgain, GLANCE_MS);
