// The page: a row of figures, sections of cards, or the timeline of one promotion.

import { ask, timelineOf, told, Trouble } from "./answers.js";
import { cardOf } from "./cards.js";
import { el, refill } from "./dom.js";
import { figuresOf } from "./figures.js";
import { filtersOf } from "./filters.js";
import { sectionsOf } from "./layout.js";
import { refresherOf } from "./refresher.js";
import { themeSwitch } from "./theme.js";
import { promotionInAddress, showTimeline } from "./timeline.js";
import { exactly, moment, utc, zone } from "./units.js";

const page = told();
const place = (id) => document.getElementById(id);
const cards = new Map();
const figuresBox = figuresOf();
const filters = filtersOf(() => refresher.now());
const refresher = refresherOf(loadAll, page.live);
let latest = 0;
let asking = new AbortController();

begin();

function begin() {
  place("source").textContent = page.title;
  place("source").title = page.title;
  const sections = sectionsOf(page.queries).map(({ title, queries }) => {
    const made = queries.map((query) => {
      const card = cardOf(query);
      cards.set(query.name, card);
      return card.box;
    });
    return el(
      "section",
      { "aria-label": title },
      el("h2", {}, title),
      el("div", { class: "cards" }, ...made),
    );
  });
  refill(place("overview"), figuresBox.box, ...sections);
  refill(
    place("bar"),
    ...(page.live ? [...filters.boxes, refresher.box] : [reported()]),
    themeSwitch(),
  );
  addEventListener("hashchange", route);
  addEventListener("keydown", (event) => event.key === "Escape" && closeNotes());
  addEventListener("click", (event) => event.target.closest("details") || closeNotes());
  route();
}

function closeNotes() {
  for (const notes of document.querySelectorAll("details[open]")) notes.open = false;
}

/** What the address says is shown. */
function route() {
  const promotion = promotionInAddress();
  const had = place("overview").hidden;
  document.documentElement.dataset.view = promotion === null ? "overview" : "promotion";
  place("overview").hidden = promotion !== null;
  place("promotion").hidden = promotion === null;
  if (promotion !== null || had) scrollTo(0, 0);
  if (promotion !== null && had === false) place("main").focus({ preventScroll: true });
  document.title = promotion === null ? "Model promotions" : `${promotion} – Model promotions`;
  refresher.now();
}

async function loadAll() {
  latest += 1;
  const turn = latest;
  // What was asked for before is wanted by nobody any more.
  asking.abort();
  asking = new AbortController();
  const promotion = promotionInAddress();
  try {
    await (promotion === null ? loadOverview(turn) : loadPromotion(turn, promotion));
    if (turn === latest) recovered();
  } catch (error) {
    if (turn === latest) troubled(error);
  }
  if (turn === latest) document.documentElement.dataset.ready = "true";
}

/** Every answer is asked for at once; each is drawn when it comes. */
async function loadOverview(turn) {
  const wanted = filters.wanted();
  const next = {};
  const { signal } = asking;
  const scoped = ask("scope", {}, signal).then((rows) => {
    if (turn !== latest) return;
    filters.offer(rows);
    showState(rows);
  });
  const asked = [...cards].map(async ([name, card]) => {
    const rows = await ask(name, wanted, signal);
    if (turn !== latest) return;
    next[name] = rows;
    card.show(rows);
    figuresBox.show(next);
  });
  const failed = (await Promise.allSettled([scoped, ...asked])).find(
    (one) => one.status === "rejected",
  );
  if (failed) throw failed.reason;
}

async function loadPromotion(turn, promotion) {
  const { signal } = asking;
  const [rows, known] = await Promise.all([
    timelineOf(promotion, signal),
    knownOf(promotion, signal),
  ]);
  if (turn === latest) showTimeline(place("promotion"), promotion, rows, known);
}

async function knownOf(promotion, givenUp) {
  const rows = await ask("promotions", { promotion }, givenUp);
  return rows.find((row) => row.promotion_id === promotion) ?? null;
}

function showState(rows) {
  const last = rows
    .map((row) => row.last_at)
    .filter(Boolean)
    .sort()
    .at(-1);
  refill(
    place("state"),
    el(
      "p",
      {},
      "Last record ",
      last ? el("time", { datetime: last, title: utc(last) }, exactly(last)) : "none yet",
    ),
    el("p", { class: "quiet" }, `Times: ${zone()}`),
  );
}

function reported() {
  const { since, until, route: name, stage, promotion } = page.wanted;
  const told = [
    `Report of ${moment(page.made_at)}`,
    since || until
      ? `records ${since ? `from ${moment(since)} ` : ""}${until ? `until ${moment(until)}` : ""}`.trim()
      : "all records",
    name ? `route ${name}` : null,
    stage ? `stage ${stage}` : null,
    promotion ? `promotion ${promotion}` : null,
    page.left_out
      ? `timelines of the newest promotions; ${page.left_out} older ones are left out`
      : null,
  ];
  return el("p", { class: "reported", title: utc(page.made_at) }, told.filter(Boolean).join(" · "));
}

function troubled(error) {
  const known = error instanceof Trouble;
  if (!known) console.error(error);
  const reason = known ? error.message : "The page cannot show the answers.";
  refill(
    place("trouble"),
    el("p", {}, el("strong", {}, reason), " ", known ? error.remedy : "Load it again."),
    el(
      "button",
      { type: "button", "data-key": "retry", onclick: () => refresher.now() },
      "Try again",
    ),
  );
  place("trouble").hidden = false;
  document.documentElement.dataset.stale = "true";
}

function recovered() {
  place("trouble").hidden = true;
  delete document.documentElement.dataset.stale;
}
