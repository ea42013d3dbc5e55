// Walks a report's quotations and zooms by the keyboard: ← → (or p n), + and -. The links do the same.
const KEYS = { ArrowLeft: "before", p: "before", ArrowRight: "after", n: "after", "+": "larger", "-": "smaller" };

export function enhance(root) {
  const sheet = root.querySelector(".sheet");
  const box = sheet?.querySelector("rect");
  if (!box) return;
  const [inner, outer] = [box.getBoundingClientRect(), sheet.getBoundingClientRect()];
  sheet.scrollTop += inner.top - outer.top - sheet.clientHeight / 3;
  sheet.scrollLeft += inner.left - outer.left - sheet.clientWidth / 4;
}

document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  if (event.key.startsWith("Arrow") && event.target.closest(".sheet")) return; // there they scroll
  const link = document.querySelector(`.paper a[data-key="${KEYS[event.key]}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});

if (document.body.classList.contains("report")) enhance(document);
