// What people read for names of columns and for words of the records.

const LABELS = {
  p50_s: "Median",
  p95_s: "95 of 100",
  longest_s: "Longest",
  total_s: "Total",
  promotion_id: "Promotion",
  last_promotion: "Last promotion",
  lead_time_p50_s: "Median lead time",
  time_to_restore_p50_s: "Median time to restore",
  change_failure_rate: "Change failure rate",
  waited_s: "Waited",
  took_s: "Took",
  whom: "For whom",
  by_whom: "By",
};

const FACTS = {
  requested: "Promotion began",
  evidence: "Evidence read",
  gate_evaluated: "Gate",
  copied: "Copied to the registry",
  asset_shared: "Asset shared",
  waiting: "Waits",
  approval_requested: "Approval wanted",
  approval_rejected: "Approval refused",
  smoke_tested: "Smoke test",
  verified: "Verification",
  deploying: "Deployment began",
  traffic_shifted: "Traffic shifted",
  traffic_mirrored: "Traffic mirrored",
  handed_over: "Handed over",
  handover_ended: "Hand-over ended",
  rejected: "Refused",
};

const TONES = {
  succeeded: "good",
  passed: "good",
  approved: "good",
  resumed: "good",
  failed: "bad",
  error: "bad",
  retirement_failed: "bad",
  rollback_failed: "bad",
  notice_failed: "bad",
  write_back_failed: "bad",
  rejected: "refused",
  approval_rejected: "refused",
  decision_refused: "refused",
  inconclusive: "refused",
  bypassed: "refused",
  rolled_back: "back",
  rolled_back_later: "later",
  stopped: "back",
  taking_back: "back",
  by_hand: "later",
  automatic: "back",
  under_way: "busy",
  waiting: "idle",
  approval_requested: "idle",
  held: "idle",
  cancelled: "idle",
  superseded: "gone",
  ignored: "gone",
  duplicate: "gone",
  decision_ignored: "gone",
};

// Columns whose texts are words of the service, not names that somebody chose.
const CODED = new Set([
  "outcome",
  "phase",
  "fact",
  "decision",
  "how",
  "waiting_for",
  "what",
  "last_where",
]);
const TONED = new Set(["outcome", "decision", "how", "what"]);

/** The heading of a column. */
export function label(column) {
  return LABELS[column] ?? sentence(column.replace(/_s$/, ""));
}

/** With a capital, and spaces. */
export function sentence(word) {
  const text = word.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A word of a record: rolled_back is "rolled back". */
export function said(column, text) {
  return CODED.has(column) && /^[a-z]+(_[a-z]+)+$/.test(text) ? text.replaceAll("_", " ") : text;
}

/** What happened, as the heading of a step. */
export function happened(fact) {
  return Object.hasOwn(FACTS, fact) ? FACTS[fact] : sentence(fact);
}

/** How good a word of a record is: good, bad, refused, back, later, busy, idle, gone, or null. */
export function tone(word) {
  return Object.hasOwn(TONES, word) ? TONES[word] : null;
}

/** Whether the words of a column have a colour. */
export function toned(column) {
  return TONED.has(column);
}
