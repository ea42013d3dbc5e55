// Saves reloads: asks, opens reports, copies and gives feedback in place. All of it also works without.
import { t } from "./texts.js";
import { enhance } from "./source.js";

const find = (id) => document.getElementById(id);
const conversation = find("conversation");
const status = find("status");
const panel = find("panel");
const panelBody = find("panel-body");
const question = () => find("question");
let opener = null;
let asking = null; // the question whose answer is awaited, to be broken off
let opening = 0;
let shown = location.pathname + location.search;

function element(tag, name, words = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = words;
  return made;
}

class Refused extends Error {}

async function fetchPage(address, signal) {
  const reply = await fetch(address, { headers: { Accept: "text/html" }, signal });
  if (reply.status === 429) throw new Refused(t("asked-too-often", { seconds: reply.headers.get("Retry-After") }));
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  if (reply.status >= 500) throw new Refused(page.querySelector(".problem")?.textContent.trim() || t("server-gone"));
  return page;
}

function showPending(words) {
  status.textContent = ""; // so that the same answer twice is told twice
  conversation.querySelector(".welcome")?.remove();
  conversation.querySelectorAll(".failed").forEach((turn) => turn.remove());
  const turn = element("article", "turn pending");
  turn.append(element("h2", "question", words));
  conversation.append(turn);
  const timers = [
    setTimeout(() => turn.append(element("div", "skeleton")), 300),
    setTimeout(() => { turn.append(element("p", "small", t("slow"))); status.textContent = t("slow"); }, 5000),
  ];
  turn.scrollIntoView({ block: "start" });
  return () => { timers.forEach(clearTimeout); turn.remove(); };
}

function showProblem(words, why) {
  const turn = element("article", "turn failed");
  const card = element("div", "card problem");
  const again = element("button", "again", t("retry"));
  card.setAttribute("role", "alert");
  again.addEventListener("click", () => find("ask").requestSubmit());
  card.append(element("p", "", why), again);
  turn.append(element("h2", "question", words), card);
  conversation.append(turn);
  question().value = words;
}

function adopt(page) {
  const fresh = page.getElementById("conversation");
  if (!fresh) throw new Refused(page.querySelector(".problem")?.textContent.trim() || t("server-gone"));
  const turns = fresh.querySelectorAll(".turn");
  const known = conversation.querySelectorAll(".turn").length;
  if (known && turns.length === known + 1) conversation.append(turns[known]); // the rest stays as it is
  else conversation.replaceChildren(...fresh.childNodes);
  for (const part of ["#asking", "header .new", ".foot"]) document.querySelector(part)?.replaceWith(page.querySelector(part));
  document.title = page.title;
  const last = conversation.querySelector(".turn:last-child");
  last?.scrollIntoView({ block: "start", behavior: "instant" });
  const said = last?.querySelector(".short, .problem")?.textContent ?? "";
  status.textContent = last?.querySelector(".answer") ? t("answer-is", { name: said }) : said;
}

async function ask(form) {
  const words = question().value.trim();
  if (!words || asking) return;
  const address = "/?" + new URLSearchParams(new FormData(form));
  const undo = showPending(words);
  const mine = asking = new AbortController();
  form.querySelector("button").disabled = true;
  try {
    const page = await fetchPage(address, mine.signal);
    undo();
    adopt(page);
    history.pushState(null, "", address);
    shown = address;
  } catch (error) {
    undo();
    if (mine.signal.aborted) return;
    showProblem(words, error instanceof Refused ? error.message : t("server-gone"));
  } finally {
    if (asking === mine) {
      asking = null;
      find("ask").querySelector("button").disabled = false;
      question().focus({ preventScroll: true });
    }
  }
}

async function openReport(link, address = link.href) {
  const number = ++opening;
  const page = await fetchPage(address);
  if (number !== opening) return; // another report was asked for meanwhile
  const paper = page.querySelector(".paper");
  if (!paper) { location.href = address; return; }
  for (const heading of paper.querySelectorAll("h1, h2, h3, h4, h5, h6")) heading.ariaLevel = +heading.tagName[1] + 1; // below the page's own
  panelBody.replaceChildren(paper);
  find("panel-open").href = address;
  if (panel.hidden) opener = link;
  panel.hidden = false;
  panelBody.focus({ preventScroll: true });
  const quote = panelBody.querySelector("#quote");
  panelBody.scrollTop = quote ? panelBody.scrollTop + quote.getBoundingClientRect().top - panelBody.getBoundingClientRect().top - panelBody.clientHeight / 3 : 0;
  enhance(panelBody);
}

function closeReport() {
  panel.hidden = true;
  (opener?.isConnected ? opener : question()).focus({ preventScroll: true });
}

async function copy(link) {
  const reply = await fetch(link.href, { headers: { Accept: "text/plain" } });
  if (!reply.ok) throw new Error();
  await navigator.clipboard.writeText(await reply.text());
  link.dataset.words ??= link.textContent;
  link.textContent = status.textContent = t("copied");
  setTimeout(() => { link.textContent = link.dataset.words; }, 2000);
}

async function giveFeedback(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  const reply = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!reply.ok) throw new Error();
  form.replaceChildren(element("span", "thanks", t("thanks-short")));
  status.textContent = t("thanks-short");
}

function walk(step) {
  const links = [...conversation.querySelectorAll(".quote a.source")].filter((link) => link.checkVisibility());
  const at = links.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step;
  links[next]?.focus();
  links[next]?.closest(".quote").scrollIntoView({ block: "nearest" });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id === "ask") {
    event.preventDefault();
    ask(form);
  } else if (form.action.endsWith("/feedback") && form.method === "post") {
    event.preventDefault();
    const verdict = event.submitter;
    giveFeedback(form, verdict).catch(() => { // the page is left, with the verdict
      const field = element("input", "");
      [field.type, field.name, field.value] = ["hidden", verdict.name, verdict.value];
      form.append(field);
      form.submit();
    });
  }
});

document.addEventListener("click", (event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  const link = event.target.closest("a");
  if (!link) return;
  const inPanel = link.closest("#panel-body") && link.pathname.startsWith("/documents/") && !link.pathname.endsWith("/original");
  if (link.matches(".source") || inPanel) {
    event.preventDefault();
    openReport(link).catch(() => { location.href = link.href; });
  } else if (link.matches(".copy")) {
    event.preventDefault();
    copy(link).catch(() => { status.textContent = t("not-copied"); location.href = link.href; });
  }
});

find("panel-close").addEventListener("click", closeReport);

const KEYS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !panel.hidden) closeReport();
  if (event.metaKey || event.ctrlKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) return;
  if (event.key === "/") {
    event.preventDefault();
    question().focus();
  } else if (event.key === "?") {
    const keys = document.querySelector(".keys");
    keys.open = !keys.open;
    keys.querySelector("summary").focus();
  } else if (event.key in KEYS && !panel.contains(document.activeElement)) {
    event.preventDefault();
    walk(KEYS[event.key]);
  }
});

window.addEventListener("popstate", () => {
  const address = location.pathname + location.search;
  if (address === shown) return; // only the place on the page changed
  shown = address;
  asking?.abort();
  asking = null;
  conversation.querySelectorAll(".pending, .failed").forEach((turn) => turn.remove());
  fetchPage(address).then((page) => shown === address && adopt(page)).catch(() => location.reload());
});

async function suggest(tries) {
  const place = document.querySelector("#suggestions[data-wait]");
  if (!place || !tries) return;
  const reply = await fetch("/suggestions");
  if (reply.status === 204) { setTimeout(suggest, 1500, tries - 1); return; }
  if (!reply.ok) return;
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  place.replaceChildren(...page.body.childNodes);
}

document.querySelector(".turn:last-child")?.scrollIntoView({ block: "start" });
setTimeout(() => suggest(20).catch(() => {}), 1000);
