// Tells quietly that the index is being updated, and when newer reports answer.
import { fill, follow, step } from "./events.js";

const line = document.getElementById("live");
const bar = document.getElementById("progress");
const texts = JSON.parse(line.dataset.texts);
const words = (name, otherwise = name) => texts[name] ?? otherwise;

function part(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const parts = {
  newer: () => [part("a", words("live-updated"), { href: "" })], // "": this page's own address
  running: () => [words("live-running"), part("span", "", { "aria-hidden": "true" })], // not each step read aloud
  failed: (run) => [part("span", words("live-failed"), { class: "warn", title: run.error })],
  nothing: () => [],
};

follow((run) => {
  const newer = run.generation && run.generation !== line.dataset.generation;
  if (newer && "reload" in line.dataset) location.reload();
  const kind = newer ? "newer" : run.status in parts ? run.status : "nothing";
  if (kind !== line.dataset.kind) line.replaceChildren(...parts[kind](run));
  line.dataset.kind = kind;
  if (bar) fill(bar, run);
  if (kind === "running") line.lastElementChild.textContent = run.stage && `: ${step(run, words)}`;
});
