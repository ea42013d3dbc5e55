// Uploads with progress, and the state of the index as it changes. All of it also works without this file.
import { fill, follow, step } from "./events.js";
import { t } from "./texts.js";

const form = document.getElementById("upload");
const input = form.querySelector("#files");
const sent = document.getElementById("sent");
const told = document.getElementById("told");
const words = (name, otherwise = name) => (t(name) === name ? otherwise : t(name));
const here = location.pathname === "/organiser" ? location.href : "/organiser"; // not that of a form
let key = document.getElementById("state").dataset.key;

// The state of the collection: taken anew from the server when it has changed.

async function refresh() {
  const reply = await fetch(here, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const fresh = page.getElementById("state");
  if (!fresh) return location.reload(); // signed out meanwhile
  const state = document.getElementById("state");
  const held = state.contains(document.activeElement) ? document.activeElement : null;
  for (const details of state.querySelectorAll("details[open]")) fresh.querySelector(`#${details.id}`)?.setAttribute("open", "");
  const typed = state.querySelector("#name");
  if (typed && fresh.querySelector("#name")) fresh.querySelector("#name").value = typed.value;
  state.replaceWith(fresh);
  if (!held) return;
  const alike = held.id ? `#${held.id}` : held.closest("details") ? `#${held.closest("details").id} summary` : "a[href]";
  const same = [...fresh.querySelectorAll(alike)].find((element) => element.href === held.href);
  (same ?? fresh.querySelector("#start") ?? form.querySelector("button")).focus({ preventScroll: true });
}

follow(async (run) => {
  const now = `${run.status} ${run.run} ${run.generation ?? ""}`;
  if (now !== key) {
    key = now;
    await refresh().catch(() => {});
    if (run.status === "running") told.textContent = t("run-begun");
    else told.textContent = document.querySelector("#state section p:nth-of-type(2)")?.textContent ?? "";
  }
  const progress = document.getElementById("progress");
  if (run.status !== "running" || !progress) return;
  fill(progress, run);
  document.getElementById("step").textContent = step(run, words);
});

// Uploads, one file at a time, each with its own line.

function line(file) {
  const item = document.createElement("li");
  const what = document.createElement("span");
  const name = document.createElement("bdi");
  const said = document.createElement("bdi");
  const bar = document.createElement("progress");
  what.className = "what";
  name.textContent = file.name;
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  what.append(name, document.createElement("br"), said);
  item.append(what, bar);
  sent.append(item);
  return { file, item, said, bar };
}

function send(upload, replace) {
  const { file, said, bar } = upload;
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("files", file, file.name);
    if (replace) body.append("replace", "1");
    request.upload.onprogress = (event) => {
      bar.value = event.loaded / event.total;
      said.textContent = t("upload-sending", { percent: Math.floor(100 * bar.value) });
    };
    request.onload = () => done(answer(request));
    request.onerror = () => done({ outcome: "lost", words: t("upload-no-server") });
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  });
}

function answer(request) {
  if (request.status === 401) return { outcome: "lost", words: t("upload-signed-out") };
  try {
    const reply = JSON.parse(request.responseText);
    const { outcome = "refused", detail, path } = Array.isArray(reply) ? reply[0] : reply;
    return { outcome, words: detail || t(`upload-${outcome}`, { name: path }), foreign: Boolean(detail) };
  } catch {
    return { outcome: "lost", words: t("upload-failed", { name: request.status }) };
  }
}

async function upload(entry, replace) {
  const { file, item, said, bar } = entry;
  item.querySelector("button")?.remove();
  bar.hidden = false;
  bar.value = 0;
  item.className = "";
  const large = file.size > form.dataset.largest * 1024 * 1024;
  const result = large ? { outcome: "refused", words: t("upload-too-large", { total: form.dataset.largest }) } : await send(entry, replace);
  bar.hidden = true;
  said.textContent = result.words;
  said.lang = result.foreign ? "en" : "";
  if (!result.foreign) said.removeAttribute("lang");
  const good = ["added", "replaced", "there"].includes(result.outcome);
  item.className = good ? "good" : "warn";
  if (["taken", "lost"].includes(result.outcome)) {
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = t(result.outcome === "taken" ? "upload-replace" : "upload-again");
    again.addEventListener("click", () => enqueue([entry], replace || result.outcome === "taken"));
    item.append(again);
  }
  return good;
}

let queue = Promise.resolve();

function enqueue(entries, replace) {
  queue = queue.then(async () => {
    let done = 0;
    for (const entry of entries) done += await upload(entry, replace);
    told.textContent = t("upload-all-done", { done, total: entries.length });
    if (done) await refresh().catch(() => {});
  });
}

function take(files) {
  if (files.length) enqueue([...files].map(line), form.querySelector("[name=replace]").checked);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  take(input.files);
  input.value = "";
});

const drop = form.querySelector(".drop");
for (const kind of ["dragenter", "dragover"]) {
  form.addEventListener(kind, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    drop.classList.add("over");
  });
}
form.addEventListener("dragleave", (event) => form.contains(event.relatedTarget) || drop.classList.remove("over"));
form.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  take(event.dataTransfer.files);
});
form.querySelector(".dropping").hidden = false; // all of it is ready
