// Keeps a staff page true while it is open: hears from the box what changed, and asks again for
// exactly what the page shows. Without this file every page still works, only not by itself.
"use strict";
(() => {
  const staff = document.getElementById("staff");
  if (!staff) return;
  const BACKGROUND = { "X-Background": "1" };
  const ROWS_PACE_MS = 150;
  const ALL_AGAIN_MS = 60000;
  const LOST_AFTER_MS = 1500;
  const RETRY_MS = 3000;
  const STILL_MS = 1000;
  const ROWS_AT_ONCE = 100;

  // What the page shows -----------------------------------------------------------------------

  const ask = async (address) => {
    const answer = await fetch(address, { headers: BACKGROUND, credentials: "same-origin" });
    if (answer.headers.has("X-Locked")) lock();
    else if (answer.status === 401) ended();
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.text();
  };

  const parsed = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content;
  };

  // Calls `work` soon, but never more often than every `pace` ms and never twice at once.
  const paced = (work, pace) => {
    let waiting = false;
    let running = false;
    let last = -Infinity;
    const run = async () => {
      waiting = false;
      if (running) return later();
      running = true;
      try {
        await work();
      } catch {
        // The connection bar says what is wrong; the next look puts it right.
      }
      last = performance.now();
      running = false;
    };
    const later = () => {
      if (waiting) return;
      waiting = true;
      setTimeout(run, Math.max(0, last + pace - performance.now()));
    };
    return later;
  };

  const focusedIn = (node) => (node.contains(document.activeElement) ? document.activeElement : null);

  const putRow = (old, fresh) => {
    const changed = old.dataset.mark !== fresh.dataset.mark;
    const focused = focusedIn(old);
    if (changed) fresh.classList.add("changed");
    old.replaceWith(fresh);
    if (focused) fresh.querySelector("a")?.focus({ preventScroll: true });
  };

  const wanted = new Set();
  const freshRows = paced(async () => {
    const list = document.querySelector("[data-rows]");
    if (!list || !wanted.size) return;
    const ids = [...wanted].slice(0, ROWS_AT_ONCE);
    ids.forEach((id) => wanted.delete(id));
    const query = new URLSearchParams(ids.map((id) => ["id", id]));
    for (const fresh of parsed(await ask(`${list.dataset.rows}?${query}`)).querySelectorAll("[data-label]")) {
      const old = document.getElementById(fresh.id);
      if (old) putRow(old, fresh);
    }
    if (wanted.size) freshRows();
  }, ROWS_PACE_MS);

  const wantRows = (ids) => {
    for (const row of document.querySelectorAll("[data-rows] > [data-label]")) {
      if (!ids || ids.has(row.dataset.label)) wanted.add(row.dataset.label);
    }
    if (wanted.size) freshRows();
  };

  // What is decided about: a button waits a moment when that has changed under the finger.
  const seen = (node) => [...node.querySelectorAll("[name=seen]")].map((one) => one.value).join();
  const keepStill = (section) => {
    const buttons = [...section.querySelectorAll("[name=seen] ~ button")];
    for (const button of buttons) button.disabled = true;
    setTimeout(() => { for (const button of buttons) button.disabled = false; }, STILL_MS);
  };

  const sections = new WeakMap();
  const freshSection = (section) => {
    if (!sections.has(section)) {
      sections.set(section, paced(async () => {
        if (!section.isConnected || section.contains(document.activeElement?.closest("input"))) return;
        if (!section.dataset.from) return location.reload();
        const open = section.querySelector("details")?.open;
        const before = section.querySelector("[data-mark]")?.dataset.mark;
        const fresh = parsed(await ask(section.dataset.from));
        const inner = fresh.querySelector("[data-mark]");
        if (inner && inner.dataset.mark !== before) inner.classList.add("changed");
        const details = fresh.querySelector("details");
        if (details && open !== undefined) details.open = open;
        const other = seen(fresh) !== seen(section);
        section.replaceChildren(fresh);
        hear();
        if (other) keepStill(section);
      }, Number(section.dataset.pace)));
    }
    sections.get(section)();
  };

  const again = (name, ids) => {
    for (const section of document.querySelectorAll("[data-again]")) {
      const concerned = section.dataset.again.split(" ").includes(name);
      if (concerned && (!section.dataset.key || !ids || ids.has(section.dataset.key))) {
        freshSection(section);
      }
    }
  };

  const everything = () => {
    wantRows(null);
    again("labels", null);
    again("overview", null);
  };

  // A shopper asks: heard and felt, and louder again and again while nobody has seen it late -------

  const LOUD_EVERY_MS = 10000;
  const QUIET = [[660, 0], [880, 0.18]];
  const LOUD = [[880, 0], [660, 0.16], [880, 0.32], [660, 0.48], [1046, 0.64]];
  const heard = new Set();
  let audio = null;

  // Browsers let a page sound only after somebody has touched it.
  const wake = () => {
    if (!window.AudioContext) return;
    audio ??= new AudioContext();
    if (audio.state === "suspended") audio.resume();
  };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, wake, true);

  const ring = (loud) => {
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(loud ? [300, 100, 300, 100, 300] : [200]);
    document.dispatchEvent(new CustomEvent("rings", { detail: loud }));
    if (audio?.state !== "running") return;
    for (const [pitch, after] of loud ? LOUD : QUIET) {
      const begins = audio.currentTime + after;
      const [tone, volume] = [audio.createOscillator(), audio.createGain()];
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(loud ? 0.6 : 0.25, begins);
      volume.gain.exponentialRampToValueAtTime(0.001, begins + 0.35);
      tone.connect(volume).connect(audio.destination);
      tone.start(begins);
      tone.stop(begins + 0.4);
    }
  };

  const hear = () => {
    const waiting = [...document.querySelectorAll("[data-request]")];
    const fresh = waiting.filter((one) => !heard.has(one.dataset.request + (one.dataset.late ?? "")));
    for (const one of fresh) heard.add(one.dataset.request + (one.dataset.late ?? ""));
    if (fresh.length) ring(fresh.some((one) => one.dataset.late));
  };
  setInterval(() => { if (document.querySelector("[data-request][data-late]")) ring(true); }, LOUD_EVERY_MS);
  hear();
  for (const section of document.querySelectorAll("[data-first]")) freshSection(section);

  // A shared device locks itself; what is on the page stays, forms and all ----------------------

  const locked = document.getElementById("lock");
  let lockTimer = 0;

  function lock() {
    if (!locked || locked.open) return;
    locked.showModal();
    // Behind the lock is another's work: nobody reads it over a shoulder.
    staff.inert = true;
    staff.classList.add("behind-lock");
  }

  const lockLater = () => {
    if (!locked || locked.open) return;
    clearTimeout(lockTimer);
    lockTimer = setTimeout(lock, Number(locked.dataset.after) * 1000);
  };

  if (locked) {
    const wrong = locked.querySelector("[data-wrong]");
    const form = locked.querySelector("form");
    const field = form.elements.secret;
    locked.addEventListener("cancel", (event) => event.preventDefault());
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const body = new URLSearchParams({ secret: field.value });
      field.value = "";
      const answer = await fetch(form.action, { method: "POST", body, headers: BACKGROUND });
      if (answer.redirected) return location.assign(answer.url);
      wrong.hidden = answer.status === 204;
      if (answer.status !== 204) return field.focus();
      locked.close();
      staff.inert = false;
      staff.classList.remove("behind-lock");
      lockLater();
      everything();
    });
    for (const kind of ["pointerdown", "keydown", "input"]) addEventListener(kind, lockLater, true);
    document.body.addEventListener("htmx:responseError", (event) => {
      if (event.detail.xhr.getResponseHeader("X-Locked")) lock();
    });
    lockLater();
  }

  // A file is looked at first; it stays here until somebody takes it ------------------------------

  const chooses = document.getElementById("import");
  if (chooses) {
    const [busy, gone, found] = ["busy", "lost", "found"].map((name) => document.getElementById(`import-${name}`));
    const send = async (address) => {
      const [file] = chooses.elements.file.files;
      if (!file) return;
      gone.hidden = true;
      busy.hidden = false;
      found.replaceChildren();
      try {
        const token = JSON.parse(staff.getAttribute("hx-headers"))["X-CSRF-Token"];
        const headers = { ...BACKGROUND, "X-CSRF-Token": token, "Content-Type": "text/csv" };
        const answer = await fetch(address, { method: "POST", body: file, headers });
        if (answer.headers.has("X-Locked")) return lock();
        if (answer.status !== 200 && answer.status !== 422) throw new Error(`${answer.status}`);
        found.replaceChildren(parsed(await answer.text()));
        found.querySelector("section")?.focus();
      } catch {
        gone.hidden = false;
      } finally {
        busy.hidden = true;
      }
    };
    chooses.addEventListener("submit", (event) => { event.preventDefault(); send(chooses.dataset.look); });
    chooses.elements.file.addEventListener("change", () => found.replaceChildren());
    found.addEventListener("click", (event) => { if (event.target.id === "import-take") send(chooses.dataset.take); });
  }

  // The connection ----------------------------------------------------------------------------

  const bar = document.getElementById("lost");
  let source = null;
  let over = false;
  let barTimer = 0;

  const found = () => {
    clearTimeout(barTimer);
    barTimer = 0;
    bar.hidden = true;
  };

  const lost = () => {
    if (!barTimer && !over) barTimer = setTimeout(() => { bar.hidden = false; }, LOST_AFTER_MS);
  };

  function ended() {
    if (over) return;
    over = true;
    source?.close();
    clearTimeout(barTimer);
    bar.querySelector("[data-lost]").hidden = true;
    bar.querySelector("[data-ended]").hidden = false;
    bar.hidden = false;
  }

  const connect = () => {
    if (over) return;
    // The stream begins where the page was made, or says that anything may have changed since.
    source = new EventSource(staff.dataset.live);
    source.onopen = found;
    source.onerror = () => {
      lost();
      // A refusal ends an event source for good: is the session over, or the box just starting?
      if (source.readyState === EventSource.CLOSED) {
        ask(staff.dataset.session).catch(() => {}).finally(() => setTimeout(connect, RETRY_MS));
      }
    };
    source.addEventListener("labels", (event) => {
      const ids = new Set(JSON.parse(event.data));
      wantRows(ids);
      again("labels", ids);
    });
    source.addEventListener("overview", () => again("overview", null));
    source.addEventListener("anything", everything);
  };

  connect();
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) { connect(); everything(); } });
  // Times pass and confirmations become late without anything being written.
  setInterval(() => { if (!document.hidden && !over) everything(); }, ALL_AGAIN_MS);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !over) everything(); });

  // Binding with a scanner in keyboard mode: Enter goes on ---------------------------------------

  const scan = document.getElementById("scan");
  if (!scan) return;
  const [label, article] = [scan.elements.label, scan.elements.article];
  const said = document.getElementById("said");
  const forget = () => said.querySelector(".said")?.remove();
  let filming = false;
  document.addEventListener("scanned", () => { filming = true; });
  // With the camera no keyboard is wanted on the screen.
  const next = () => {
    if (filming) return;
    const field = label.value.trim() ? article : label;
    field.focus();
    field.select();
  };
  // Heard and felt without looking: a high short tone is good, a low long one is not.
  let sound = null;
  const signal = (good) => {
    navigator.vibrate?.(good ? 40 : [90, 60, 90]);
    try {
      sound ??= new AudioContext();
      const [tone, loud, now] = [sound.createOscillator(), sound.createGain(), sound.currentTime];
      tone.frequency.value = good ? 1_200 : 280;
      loud.gain.setValueAtTime(0.12, now);
      loud.gain.linearRampToValueAtTime(0, now + (good ? 0.12 : 0.4));
      tone.connect(loud).connect(sound.destination);
      tone.start(now);
      tone.stop(now + 0.4);
    } catch { /* a browser without sound */ }
  };
  // Says at once what the label is: nobody should walk to the article for a label we do not know.
  let checked = "";
  let latest = 0;
  const check = async () => {
    const asked = label.value.trim();
    if (!asked || asked === checked) return;
    checked = asked;
    const mine = ++latest;
    let fresh;
    try {
      fresh = parsed(await ask(`${scan.dataset.check}?${new URLSearchParams({ label: asked })}`));
    } catch {
      checked = "";
      return;
    }
    // What was said about the article meanwhile is newer.
    if (mine !== latest || label.value.trim() !== asked) return;
    forget();
    const answer = fresh.querySelector("[data-go]");
    const unknown = answer.dataset.go === "label";
    said.prepend(fresh);
    if (answer.dataset.article && !article.value) {
      // The other way round: the label comes next.
      article.value = answer.dataset.article;
      label.value = checked = "";
      signal(true);
      next();
      return;
    }
    if (unknown) signal(false);
    // A scan that is under way is not torn in two.
    if (!unknown || article.value) return;
    label.focus();
    label.select();
  };
  const hasLabel = () => {
    // The article was there first.
    if (article.value.trim()) { scan.requestSubmit(); return; }
    next();
    check();
  };
  label.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !label.value.trim()) return;
    event.preventDefault();
    hasLabel();
  });
  // One trigger that reads twice is one scan.
  scan.addEventListener("submit", (event) => {
    if (article.value.trim() !== label.value.trim() || !label.value.trim()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    article.value = "";
  }, true);
  // A scanner types wherever the page is, as fast as nobody does.
  document.addEventListener("keydown", (event) => {
    const away = document.activeElement === document.body || document.activeElement === null;
    if (away && event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey) next();
  });
  document.addEventListener("scanned", (event) => {
    if (!label.value.trim()) {
      label.value = event.detail;
      hasLabel();
    } else {
      article.value = event.detail;
      scan.requestSubmit();
    }
  });
  label.addEventListener("change", check);
  // What was said is about the label before.
  label.addEventListener("input", () => {
    checked = "";
    forget();
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    const answer = said.querySelector("[data-go]");
    if (!answer) return;
    latest += 1;
    signal(answer.dataset.tone !== "trouble");
    const onlyArticle = answer.dataset.go === "article";
    if (!onlyArticle) label.value = "";
    if (answer.dataset.label) label.value = answer.dataset.label;
    checked = label.value;
    article.value = "";
    if (!filming) (onlyArticle ? article : label).focus();
  });

  // Between shelves the network goes and comes: what was scanned waits here and is sent in order, one by one.
  const waiting = document.getElementById("waiting");
  const KEPT = `waiting ${scan.getAttribute("action")}`;
  const SEND_AGAIN_MS = 3_000;
  let pairs = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
  let sending = false;
  const show = () => {
    sessionStorage.setItem(KEPT, JSON.stringify(pairs));
    waiting.hidden = !pairs.length;
    const lines = pairs.map((pair) => {
      const line = document.createElement("li");
      line.textContent = `${pair.label} → ${pair.article}`;
      if (pair.refused) line.append(Object.assign(document.createElement("strong"), { className: "trouble", textContent: ` ${pair.refused}` }));
      return line;
    });
    waiting.querySelector("ul").replaceChildren(...lines);
    waiting.querySelector("button").hidden = !pairs.some((pair) => pair.refused);
  };
  const sendWaiting = async () => {
    if (sending || over) return;
    sending = true;
    try {
      for (let pair; (pair = pairs.find((one) => !one.refused));) {
        const body = new URLSearchParams({ csrf: scan.elements.csrf.value, label: pair.label, article: pair.article });
        const answer = await fetch(scan.action, { method: "POST", body, headers: { ...BACKGROUND, "HX-Request": "true" } });
        if (answer.headers.has("X-Locked")) lock();
        if (!answer.ok) throw new Error(`${answer.status}`);
        const fresh = parsed(await answer.text());
        const done = fresh.querySelector("[data-go]");
        if (done && (done.dataset.tone === "good" || done.dataset.tone === "plain")) pairs = pairs.filter((one) => one !== pair);
        else pair.refused = done?.innerText.trim().replace(/\s+/g, " ") ?? "";
        show();
        said.replaceChildren(fresh);
        htmx.process(said);
        signal(!pair.refused);
      }
    } catch {
      setTimeout(sendWaiting, SEND_AGAIN_MS);
    } finally { sending = false; }
  };
  const keep = (pair) => {
    pairs.push(pair);
    show();
    label.value = article.value = checked = "";
    forget();
    next();
    sendWaiting();
  };
  document.body.addEventListener("htmx:sendError", (event) => {
    if (event.detail.elt !== scan) return;
    const sent = event.detail.requestConfig.parameters;
    keep({ label: sent.label, article: sent.article });
  });
  waiting.querySelector("button").addEventListener("click", () => {
    pairs = pairs.filter((pair) => !pair.refused);
    show();
    next();
  });
  addEventListener("online", sendWaiting);
  show();
  sendWaiting();
})();
