// A screen that stands in the shop: a scanner in keyboard mode opens the article from any page, and
// half a minute after the last touch the first page is back, in the shop's own language.
(() => {
  "use strict";

  const { home, find, language, stay, leaving } = document.currentScript.dataset;
  const QUIET_MS = 30_000;
  const WARNED_MS = 10_000;
  const BETWEEN_KEYS_MS = 50; // no hand types as fast as a scanner
  const SHORTEST_CODE = 6;

  // Back to the start -------------------------------------------------------------------------

  const atStart = () =>
    (location.pathname + location.search).replace(/\/$/, "") === home &&
    !scrollY && !document.getElementById("q")?.value;
  const bar = document.createElement("div");
  bar.className = "leaving";
  bar.hidden = true;
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  const left = document.createElement("span");
  left.className = "number";
  left.setAttribute("aria-hidden", "true");
  const button = document.createElement("button");
  button.className = "button primary";
  button.textContent = stay;
  bar.append(said, left, button);
  document.body.append(bar);

  let touched = performance.now();
  const touch = () => { touched = performance.now(); };
  const warn = (shown) => {
    if (bar.hidden !== shown) return;
    bar.hidden = !shown;
    said.textContent = shown ? leaving : "";
  };
  button.addEventListener("click", () => warn(false));
  // Not where a mouse is: a shelf that trembles moves it.
  for (const kind of ["pointerdown", "keydown", "wheel", "scroll", "input"]) {
    addEventListener(kind, touch, { capture: true, passive: true });
  }
  // A page that the browser kept comes back as old as it was left.
  addEventListener("pageshow", touch);
  setInterval(() => {
    if (atStart()) touch();
    const rest = QUIET_MS - (performance.now() - touched);
    if (rest <= 0) {
      touch();
      // A gateway that starts anew just now is no reason to show the browser's own error for ever.
      fetch(home, { cache: "no-store" }).then((answer) => answer.ok && location.replace(home), () => {});
      return;
    }
    left.textContent = Math.ceil(rest / 1000);
    // What lies under a finger does not go before the finger does.
    warn(rest <= WARNED_MS);
  }, 500);

  // What a scanner types ----------------------------------------------------------------------

  let code = "";
  let last = -Infinity;
  addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      const fast = event.timeStamp - last <= BETWEEN_KEYS_MS;
      if (event.key === "Enter" || event.key === "Tab") {
        const scanned = fast && code.length >= SHORTEST_CODE ? code : "";
        code = "";
        if (!scanned) return;
        // Or the field, or a link that has the focus, would take the key.
        event.preventDefault();
        event.stopPropagation();
        const asked = new URLSearchParams({ q: scanned });
        if (language) asked.set("lang", language);
        location.assign(`${find}?${asked}`);
      } else if (event.key.length === 1) {
        code = (fast ? code : "") + event.key;
        last = event.timeStamp;
      }
    },
    true,
  );
})();
