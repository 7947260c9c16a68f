// Keeps the page of a request true while it is open. Without this file it loads again by itself.
"use strict";
(() => {
  const holder = document.getElementById("request");
  const PACE_MS = 2000;
  const SLOW_MS = 8000;
  let failed = 0;
  let timer = 0;

  const now = () => holder.querySelector("[data-mark]");

  const look = async () => {
    try {
      const answer = await fetch(holder.dataset.from, { cache: "no-store" });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const fresh = document.createElement("template");
      fresh.innerHTML = await answer.text();
      const section = fresh.content.querySelector("[data-mark]");
      failed = 0;
      // A finger may be on the button: only what changed is put in its place.
      if (section && section.dataset.mark !== now().dataset.mark) {
        section.classList.add("changed");
        holder.replaceChildren(section);
        if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(80);
      }
    } catch {
      failed += 1;
    }
    later();
  };

  const later = () => {
    clearTimeout(timer);
    if (document.hidden || now().hasAttribute("data-over")) return;
    timer = setTimeout(look, failed ? SLOW_MS : PACE_MS);
  };

  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  later();
})();
