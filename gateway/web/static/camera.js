// Reads codes with the camera, or from a photo: with the browser's own reader where it has one, else with ZXing as
// WebAssembly, which is fetched when it is first wanted. Each code is told once as the event "scanned".
"use strict";
(() => {
  const place = document.querySelector("[data-camera]");
  if (!place) return;
  const FORMATS = ["qr_code", "ean_13", "ean_8", "upc_a", "upc_e", "code_128", "data_matrix", "itf"];
  const ZXING = ["QRCode", "EAN13", "EAN8", "UPCA", "UPCE", "Code128", "DataMatrix", "ITF", "DataBar"];
  // A code stays before the camera for a while: again counts only after so long without it.
  const SAME_MS = 2_000;
  const PAUSE_MS = 80;
  const WIDEST = 960;
  const part = (name) => place.querySelector(`[data-part=${name}]`);
  const [open, live, video, seen, close, torch, photo, problem] = ["open", "live", "video", "seen", "close", "torch", "photo", "problem"].map(part);
  const canvas = document.createElement("canvas");
  const drawing = canvas.getContext("2d", { willReadFrequently: true });

  let zxing = null;
  const withZxing = () => {
    zxing ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = place.dataset.reader;
      script.onerror = () => { zxing = null; reject(new Error("the reader did not load")); };
      script.onload = () => {
        ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => place.dataset.wasm } });
        resolve((image) => ZXingWASM.readBarcodes(image, { formats: ZXING, tryHarder: true, maxNumberOfSymbols: 1 }));
      };
      document.head.append(script);
    });
    return zxing;
  };

  let own = null;
  const withOwn = async () => {
    if (!("BarcodeDetector" in window)) return null;
    const known = await BarcodeDetector.getSupportedFormats();
    return FORMATS.slice(0, 6).every((format) => known.includes(format)) ? new BarcodeDetector({ formats: FORMATS.filter((one) => known.includes(one)) }) : null;
  };

  const drawn = (source, width, height) => {
    const scale = Math.min(1, WIDEST / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    drawing.drawImage(source, 0, 0, canvas.width, canvas.height);
    return drawing.getImageData(0, 0, canvas.width, canvas.height);
  };

  // The text of the one code in the picture, '' for none.
  const read = async (source, width, height) => {
    own ??= withOwn().catch(() => null);
    const detector = await own;
    if (detector) return (await detector.detect(source))[0]?.rawValue ?? "";
    const reader = await withZxing();
    return (await reader(drawn(source, width, height)))[0]?.text ?? "";
  };

  const tell = (text) => {
    seen.textContent = text;
    place.dispatchEvent(new CustomEvent("scanned", { bubbles: true, detail: text }));
  };

  const says = (name) => {
    problem.hidden = !name;
    for (const one of problem.children) one.hidden = one.dataset.why !== name;
  };

  let stream = null;
  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = video.srcObject = null;
    live.hidden = true;
    open.hidden = false;
  };

  const watch = async (mine) => {
    let [last, at] = ["", 0];
    while (stream === mine) {
      const text = video.videoWidth ? await read(video, video.videoWidth, video.videoHeight) : "";
      const now = performance.now();
      if (text && (text !== last || now - at > SAME_MS)) { last = text; tell(text); }
      if (text === last) at = now;
      await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
    }
  };

  const start = async () => {
    says("");
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: 1280 } } });
    } catch (error) {
      says(error.name === "NotAllowedError" ? "denied" : "none");
      return;
    }
    const [track] = stream.getVideoTracks();
    torch.hidden = !track.getCapabilities?.().torch;
    torch.setAttribute("aria-pressed", "false");
    video.srcObject = stream;
    open.hidden = true;
    live.hidden = false;
    live.scrollIntoView({ block: "nearest" });
    await video.play().catch(() => {});
    watch(stream).catch(() => { stop(); says("broken"); });
  };

  torch.addEventListener("click", async () => {
    const on = torch.getAttribute("aria-pressed") !== "true";
    const [track] = stream.getVideoTracks();
    await track.applyConstraints({ advanced: [{ torch: on }] }).catch(() => {});
    torch.setAttribute("aria-pressed", `${on}`);
  });
  open.addEventListener("click", start);
  close.addEventListener("click", stop);
  document.addEventListener("visibilitychange", () => { if (document.hidden && stream) stop(); });
  photo.addEventListener("change", async () => {
    const [file] = photo.files;
    if (!file) return;
    says("");
    try {
      const picture = await createImageBitmap(file);
      const text = await read(picture, picture.width, picture.height);
      if (text) tell(text); else says("nothing");
    } catch { says("broken"); }
    photo.value = "";
  });

  place.hidden = false;
  // Without a safe connection a browser gives no camera; a photo it does.
  open.hidden = !navigator.mediaDevices?.getUserMedia;
})();
