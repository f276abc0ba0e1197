// Specimens that are owed a photograph: always on the screen, because they still lie on the bench.

import { find, make, put, say, shape, titled } from "./dom.js";

/** `retakes` as the event `bench` tells them; `chosen`: capture id that is looked at; `on.choose(id)`, `on.expect(number)`. */
export function showRetakes(retakes, chosen, nowMs, on) {
  const place = find("#owed");
  place.classList.toggle("some", retakes.length > 0);
  put(find("h2 b", place), String(retakes.length));
  find("p", place).hidden = retakes.length > 0;
  find("h2 kbd", place).hidden = !retakes.length;
  const told = JSON.stringify([retakes, chosen, Math.floor(nowMs / 60000)]);
  if (place.dataset.told === told) return;
  place.dataset.told = told;
  find("ul", place).replaceChildren(...retakes.map((retake) => card(retake, retake.head === chosen, nowMs, on)));
}

function card(retake, isChosen, nowMs, on) {
  const minutes = Math.max(0, Math.round((nowMs - Date.parse(retake.opened_at)) / 60000));
  const open = make("button", { class: "open", "aria-current": isChosen ? "true" : null },
    shape(retake.outcome ?? "FAIL"),
    make("b", {}, retake.specimen ?? say("retake_unnamed")),
    make("span", {}, [
      say("number", { number: retake.sequence ?? "?" }),
      retake.attempts > 1 ? say("attempt", { count: retake.attempts }) : null,
      minutes ? say("age_minutes", { count: minutes }) : say("age_now"),
    ].filter(Boolean).join(" · ")),
    make("span", { class: "title" }, retake.code ? titled(retake) : say("retake_wanted")));
  open.addEventListener("click", () => on.choose(retake.head));
  const item = make("li", { class: retake.awaited ? "awaited" : null }, open);
  if (retake.awaited) item.append(make("em", {}, say("awaited")));
  else if (isChosen) {
    const expect = make("button", { class: "expect" }, make("kbd", {}, "E"), say("expect"));
    expect.addEventListener("click", () => on.expect(retake.number));
    item.append(expect);
  }
  return item;
}
