// Tells quietly that the index is being updated, and when newer reports answer; lets the organiser
// start a run.
const line = document.getElementById("live");
let events = null;
let latest = null; // what is known of the runs
let begun = null; // the number of the run that was begun here and has not ended

function part(tag, words, attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = words;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const parts = {
  newer: () => [part("a", "Show the updated reports", { href: "" })], // "": this page's own address
  running: () => ["The index is being updated", part("span", "", { "aria-hidden": "true" })], // not each step read aloud
  failed: (run) => [part("span", "The index could not be updated", { class: "warn", title: run.error })],
  nothing: () => [],
};

function steps(run) {
  return run.total ? `: ${run.stage}, ${run.done} of ${run.total}` : run.stage && `: ${run.stage}`;
}

function show(run) {
  const newer = run.generation && run.generation !== line.dataset.generation;
  const kind = newer ? "newer" : run.status in parts ? run.status : "nothing";
  if (kind !== line.dataset.kind) line.replaceChildren(...parts[kind](run));
  line.dataset.kind = kind;
  if (kind === "running") line.lastElementChild.textContent = steps(run);
}

function listen() {
  if (events || document.hidden) return; // a hidden page would hold one of the browser's few connections
  events = new EventSource("/index/events");
  for (const status of ["idle", "running", "finished", "failed"]) {
    events.addEventListener(status, (event) => {
      latest = JSON.parse(event.data);
      show(latest);
      tellOutcome();
    });
  }
}

function rest() {
  events?.close();
  events = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
window.addEventListener("pagehide", rest);
window.addEventListener("pageshow", listen);
listen();

function outcome(run) {
  const left = run.result ? [...run.result.unread.first, ...run.result.stale.first] : [];
  const went = run.status === "failed" ? `The run failed: ${run.error}.` : "The index is up to date.";
  return [run.busy ? `Nothing was done: ${run.busy}.` : went, ...(run.busy || run.error ? [] : left)].join("\n");
}

function tellOutcome() {
  const told = document.getElementById("updated");
  if (!told || latest?.run !== begun || latest.status === "running") return;
  begun = null;
  told.textContent = outcome(latest);
}

async function begin(token) {
  const bytes = String.fromCharCode(...new TextEncoder().encode(token)); // as the server compares it
  const reply = await fetch("/index", { method: "POST", headers: { Authorization: `Bearer ${bytes}` } });
  const said = await reply.json().catch(() => ({ detail: `The server answered with ${reply.status}.` }));
  if (!reply.ok) return said.detail;
  begun = said.run;
  return "The run has begun.";
}

// Listened to here and not at the form, which the chat's script takes away and brings back.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("#update");
  if (!form) return;
  event.preventDefault();
  const [token, button] = [form.querySelector("input"), form.querySelector("button")];
  const told = document.getElementById("updated");
  told.textContent = "";
  button.disabled = true;
  told.textContent = await begin(token.value).catch(() => "The server cannot be reached.");
  button.disabled = false;
  if (begun !== null) token.value = "";
  tellOutcome();
});
