// Walks a report's quotations and zooms by the keyboard.
export function enhance() {}
