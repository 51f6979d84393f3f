// Which answers stand where. A query that is named nowhere comes last, under "More".

const SECTIONS = [
  { title: "Now", names: ["waiting-now", "what-serves"] },
  { title: "Outcomes", names: ["promotions-by-outcome", "promotions"] },
  { title: "Speed", names: ["lead-time", "where-the-time-goes", "four-keys"] },
  { title: "Why not", names: ["refusals", "rollbacks", "failures"] },
  { title: "People", names: ["decisions"] },
  { title: "Intake", names: ["intake-delay", "duplicates-and-ignored"] },
];
const HALVES = new Set([
  "lead-time",
  "where-the-time-goes",
  "intake-delay",
  "duplicates-and-ignored",
]);

// What an answer without rows says, and what to do.
const EMPTY = {
  "waiting-now": ["Nothing waits.", "Nobody has to do anything."],
  "what-serves": [
    "Nothing came into service in this time range.",
    "Choose a longer one to see what came before.",
  ],
  "promotions-by-outcome": [
    "No promotion in this time range.",
    "Choose a longer one, or register a model version.",
  ],
  promotions: [
    "No promotion in this time range.",
    "Choose a longer one, or register a model version.",
  ],
  refusals: ["No version was refused.", null],
  rollbacks: ["Nothing was rolled back.", null],
  failures: ["Nothing failed.", null],
  decisions: ["Nobody decided anything.", null],
  "duplicates-and-ignored": ["No event came again, and each concerned a route.", null],
};

/** The sections, with those of the queries that exist. */
export function sectionsOf(queries) {
  const overview = queries.filter((query) => !query.needs.length && query.name !== "scope");
  const placed = new Set(SECTIONS.flatMap((section) => section.names));
  const rest = overview.map((query) => query.name).filter((name) => !placed.has(name));
  return [...SECTIONS, { title: "More", names: rest }]
    .map(({ title, names }) => ({
      title,
      queries: names.map((name) => overview.find((query) => query.name === name)).filter(Boolean),
    }))
    .filter((section) => section.queries.length);
}

/** Whether it takes half of the width. */
export function isHalf(name) {
  return HALVES.has(name);
}

/** What to say where there is no row: what it is, and what to do. */
export function emptiness(name) {
  return EMPTY[name] ?? ["No record in this time range tells of that.", "Choose a longer one."];
}
