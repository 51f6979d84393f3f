// Where answers come from: the server, or the report in which this script is.

const DATA = JSON.parse(document.getElementById("data").textContent);

/** What the page was made with. */
export function told() {
  return DATA;
}

/** What could not be had, and what helps. */
export class Trouble extends Error {
  constructor(reason, remedy) {
    super(reason);
    this.remedy = remedy ?? "";
  }
}

const PATIENCE = 120_000;

/** The rows of an answer; `givenUp` ends the wait for it. Throws Trouble. */
export async function ask(name, wanted = {}, givenUp = undefined) {
  if (!DATA.live) return DATA.answers[name] ?? [];
  const given = Object.entries(wanted).filter(([, value]) => value);
  const address = `answers/${encodeURIComponent(name)}?${new URLSearchParams(given)}`;
  let response;
  try {
    const signals = [AbortSignal.timeout(PATIENCE), givenUp].filter(Boolean);
    response = await fetch(address, { signal: AbortSignal.any(signals) });
  } catch (error) {
    if (error.name === "TimeoutError")
      throw new Trouble("The records take long to answer.", "Choose a shorter time, or wait.");
    throw new Trouble("The dashboard does not answer.", "Start it again: promote dashboard.");
  }
  return rowsOf(response);
}

async function rowsOf(response) {
  let answer;
  try {
    answer = await response.json();
  } catch {
    throw new Trouble(`The dashboard answered ${response.status}, without a reason.`);
  }
  if (!response.ok) throw new Trouble(answer.reason ?? "No answer.", answer.remedy);
  return answer.rows;
}

/** What happened to one promotion; null where a report does not have it. */
export async function timelineOf(promotion, givenUp) {
  if (DATA.live) return ask("timeline", { promotion }, givenUp);
  return Object.hasOwn(DATA.timelines, promotion) ? DATA.timelines[promotion] : null;
}
