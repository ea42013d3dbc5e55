// Follows the runs of the index, and what answers, for as long as the page can be seen.
export function follow(tell) {
  let events = null;
  function listen() {
    if (events || document.hidden) return; // a hidden page would hold one of the browser's few connections
    events = new EventSource("/index/events");
    for (const status of ["idle", "running", "finished", "failed"]) {
      events.addEventListener(status, (event) => tell(JSON.parse(event.data)));
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
}

// What the run does now, in the reader's language, which `words` gives by name.
export function step(run, words) {
  const stage = run.stage && words(`stage-${run.stage.split(" ")[0]}`, run.stage);
  if (!run.total) return stage;
  return words("live-step").replace("{stage}", stage).replace("{done}", run.done).replace("{total}", run.total);
}

// Shows how far a run is, in a <progress>, which is hidden while none is at work.
export function fill(bar, run) {
  bar.hidden = run.status !== "running";
  if (!run.total) return bar.removeAttribute("value");
  bar.max = run.total;
  bar.value = run.done;
}
