// Saves reloads: asks and opens reports in place. All of it also works without this file.
const conversation = document.getElementById("conversation");
const form = document.getElementById("ask");
const status = document.getElementById("status");
const panel = document.getElementById("panel");
const panelBody = document.getElementById("panel-body");
const panelLink = document.getElementById("panel-open");
let opener = null;
let asking = false;
let opening = 0;
let shown = location.pathname + location.search;

async function fetchPage(address) {
  const reply = await fetch(address, { headers: { Accept: "text/html" } });
  return new DOMParser().parseFromString(await reply.text(), "text/html");
}

function showPending(question) {
  conversation.querySelector(".welcome")?.remove();
  const turn = document.createElement("article");
  turn.className = "turn";
  const heading = document.createElement("h2");
  heading.className = "question";
  heading.textContent = question;
  turn.append(heading);
  conversation.append(turn);
  const wait = setTimeout(() => {
    const skeleton = document.createElement("div");
    skeleton.className = "skeleton";
    turn.append(skeleton);
  }, 300);
  turn.scrollIntoView({ block: "start" });
  return () => { clearTimeout(wait); turn.remove(); };
}

function showProblem(question, words) {
  const turn = document.createElement("article");
  turn.className = "turn";
  turn.innerHTML = '<h2 class="question"></h2><div class="card problem" role="alert"><p></p></div>';
  turn.querySelector("h2").textContent = question;
  turn.querySelector("p").textContent = words;
  conversation.append(turn);
}

function adopt(page) {
  const fresh = page.getElementById("conversation");
  if (!fresh) throw new Error(page.querySelector(".problem")?.textContent.trim() || "no answer came");
  const turns = fresh.querySelectorAll(".turn");
  const known = conversation.querySelectorAll(".turn").length;
  if (known && turns.length === known + 1) conversation.append(turns[known]); // the rest stays as it is
  else conversation.replaceChildren(...fresh.childNodes);
  form.replaceChildren(...page.getElementById("ask").childNodes);
  document.title = page.title;
  const last = conversation.querySelector(".turn:last-child");
  last?.scrollIntoView({ block: "start", behavior: "instant" });
  status.textContent = last?.querySelector(".short, .problem")?.textContent ?? "";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = form.querySelector("#question");
  const question = field.value.trim();
  if (!question || asking) return;
  const address = "/?" + new URLSearchParams(new FormData(form));
  const undo = showPending(question);
  const button = form.querySelector("button");
  asking = button.disabled = true;
  try {
    const page = await fetchPage(address);
    undo();
    adopt(page);
    history.pushState(null, "", address);
    shown = address;
  } catch (error) {
    undo();
    showProblem(question, error instanceof TypeError ? "The server does not answer. Is it still running? Your question is kept below; ask again." : error.message);
    form.querySelector("#question").value = question;
  } finally {
    asking = false;
    const again = form.querySelector("button");
    if (again) again.disabled = false;
    form.querySelector("#question")?.focus({ preventScroll: true });
  }
});

async function openReport(link) {
  const number = ++opening;
  const page = await fetchPage(link.href);
  if (number !== opening) return; // another report was asked for meanwhile
  const paper = page.querySelector(".paper");
  if (!paper) { location.href = link.href; return; }
  panelBody.replaceChildren(paper);
  panelLink.href = link.href;
  panel.hidden = false;
  opener = link;
  panelBody.focus({ preventScroll: true });
  const quote = panelBody.querySelector("#quote");
  if (quote) panelBody.scrollTop = quote.getBoundingClientRect().top - panelBody.getBoundingClientRect().top - panelBody.clientHeight / 3;
  else panelBody.scrollTop = 0;
}

function closeReport() {
  panel.hidden = true;
  (opener?.isConnected ? opener : form.querySelector("#question")).focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.source");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  openReport(link).catch(() => { location.href = link.href; });
});
document.getElementById("panel-close").addEventListener("click", closeReport);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !panel.hidden) closeReport();
  if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) {
    event.preventDefault();
    form.querySelector("#question").focus();
  }
});
window.addEventListener("popstate", () => {
  const address = location.pathname + location.search;
  if (address === shown) return; // only the place on the page changed
  shown = address;
  fetchPage(address).then(adopt).catch(() => location.reload());
});
document.querySelector(".turn:last-child")?.scrollIntoView({ block: "start" });
