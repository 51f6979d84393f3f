// The page asks again every ten seconds while somebody can see it, unless it is paused.

import { el } from "./dom.js";

const EVERY = 10_000;

/** Calls `load` now and then; one call at a time, but `now` does not wait for an older one. */
export function refresherOf(load, live) {
  let timer = null;
  let took = 0;
  const again = () => {
    clearTimeout(timer);
    // A source that takes long is asked less often.
    if (live && followed.checked && !document.hidden)
      timer = setTimeout(run, Math.max(EVERY, 2 * took));
  };
  const run = async () => {
    clearTimeout(timer);
    const began = performance.now();
    await load();
    took = performance.now() - began;
    again();
  };
  const followed = el("input", {
    type: "checkbox",
    id: "follow",
    checked: true,
    onchange: () => (followed.checked ? run() : again()),
  });
  document.addEventListener("visibilitychange", () => {
    if (live && !document.hidden && followed.checked) run();
    else clearTimeout(timer);
  });
  const box = el("label", { class: "follow" }, followed, el("span", {}, "Live"));
  return { box, now: run };
}
