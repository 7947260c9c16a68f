// The file of a backup goes up in pieces, each on disk before the next; then the box starts again.
"use strict";
(() => {
  const PIECE = 2 ** 19;
  const TRIES = 5;
  const PAUSE_MS = 1_000;
  // By then whoever answers is the new one, though nobody saw the old one go.
  const SURELY_MS = 6_000;
  const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

  const form = document.getElementById("upload");
  if (form) {
    const [bar, cut, full] = ["sent", "cut-off", "no-room"].map((name) => document.getElementById(name));
    const button = form.querySelector("button");
    const csrf = JSON.parse(document.getElementById("staff").getAttribute("hx-headers"));
    const headers = { ...csrf, "X-Background": "1", "Content-Type": "application/octet-stream" };
    // How far this file has come; a piece that was cut off is asked for again by the box.
    let file = null;
    let offset = 0;

    const step = async () => {
      const piece = file.slice(offset, offset + PIECE);
      const answer = await fetch(`${form.dataset.to}?offset=${offset}`, { method: "POST", body: piece, headers });
      if (answer.status === 507) return false;
      if (answer.status !== 200 && answer.status !== 409) throw new Error(`${answer.status}`);
      const { size } = await answer.json();
      offset = size > file.size ? 0 : size;
      bar.value = offset / file.size;
      if (answer.status === 409) throw new Error("out of place");
      return true;
    };

    const send = async () => {
      for (let tries = 0; offset < file.size;) {
        try {
          if (!await step()) { full.hidden = false; return; }
          tries = 0;
        } catch (error) {
          tries += 1;
          if (tries === TRIES) throw error;
          await pause(PAUSE_MS * tries);
        }
      }
      location.assign("/restore");
    };

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const [chosen] = form.elements.file.files;
      if (!chosen || !chosen.size) return;
      if (chosen !== file) { file = chosen; offset = 0; }
      cut.hidden = full.hidden = true;
      bar.hidden = false;
      button.disabled = true;
      try { await send(); } catch { cut.hidden = false; } finally { button.disabled = false; }
    });
  }

  const waiting = document.getElementById("restarting");
  if (waiting) {
    const began = Date.now();
    let gone = false;
    const look = async () => {
      try {
        const answer = await fetch("/healthz", { cache: "no-store" });
        if (answer.ok && (gone || Date.now() - began > SURELY_MS)) return location.assign(waiting.dataset.next);
      } catch { gone = true; }
      setTimeout(look, PAUSE_MS / 2);
    };
    setTimeout(look, PAUSE_MS / 2);
  }
})();
