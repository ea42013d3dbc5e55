// The words that scripts show. The page carries them, in the reader's language, in <meta name="texts">.
const words = JSON.parse(document.querySelector('meta[name="texts"]')?.content || "{}");

export function t(name, values = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (slot, key) => values[key] ?? slot);
}
