// Tells quietly that the index is being updated, and when newer reports answer; lets the organiser
// start a run.
const line = document.getElementById("live");
let events = null;

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
    events.addEventListener(status, (event) => show(JSON.parse(event.data)));
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

async function update(form, told) {
  const token = form.elements.token.value;
  let words = "The run has begun.";
  try {
    const reply = await fetch(form.action, { method: "POST", headers: { Authorization: `Bearer ${token}` } });
    if (!reply.ok) words = (await reply.json()).detail;
  } catch {
    words = "The server cannot be reached, or the token has signs that no token can have.";
  }
  told.textContent = words;
}

const organiser = document.getElementById("organiser");
if (organiser) {
  organiser.hidden = false; // without this script nothing could send the token
  document.getElementById("update").addEventListener("submit", (event) => {
    event.preventDefault();
    update(event.target, document.getElementById("updated"));
  });
}
