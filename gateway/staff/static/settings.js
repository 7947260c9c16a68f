// The logo is made as small as pages need it before it is sent; what is chosen is seen at once.
"use strict";
(() => {
  const chooser = document.querySelector(".logo-chosen");
  if (!chooser) return;
  const WIDTH = 480;
  const HEIGHT = 160;
  const BYTES = 32 * 1024;
  const SMALLER = 0.8;
  const LIGHT = 210;
  const INK = "#1b1b19";
  const [value, file] = chooser.querySelectorAll("input");
  const canvas = chooser.querySelector("canvas");
  const none = chooser.querySelector("button");
  const bad = chooser.querySelector("[role=alert]");

  const draw = (picture, scale) => {
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    const on = canvas.getContext("2d");
    on.imageSmoothingQuality = "high";
    on.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return on;
  };

  // White letters on nothing would be lost on a white page.
  const ground = (on) => {
    const { data } = on.getImageData(0, 0, canvas.width, canvas.height);
    let [seen, light, through] = [0, 0, 0];
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] < 128) { through += 1; continue; }
      seen += 1;
      light += (data[at] * 2 + data[at + 1] * 5 + data[at + 2]) / 8;
    }
    if (!through || !seen || light / seen < LIGHT) return;
    on.globalCompositeOperation = "destination-over";
    on.fillStyle = INK;
    on.fillRect(0, 0, canvas.width, canvas.height);
  };

  const written = () => new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });

  const inBase64 = async (blob) => {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  };

  const show = (is) => { canvas.hidden = none.hidden = !is; };

  const take = async (chosen) => {
    const picture = await createImageBitmap(chosen);
    let scale = Math.min(1, WIDTH / picture.width, HEIGHT / picture.height);
    for (;;) {
      ground(draw(picture, scale));
      const blob = await written();
      if (blob.size <= BYTES) { value.value = await inBase64(blob); break; }
      scale *= SMALLER;
    }
    show(true);
  };

  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    if (!chosen) return;
    bad.hidden = true;
    try { await take(chosen); } catch { bad.hidden = false; file.value = ""; }
  });

  none.addEventListener("click", () => {
    value.value = file.value = "";
    show(false);
    file.focus();
  });

  if (value.value) {
    const bytes = Uint8Array.from(atob(value.value), (letter) => letter.charCodeAt(0));
    createImageBitmap(new Blob([bytes], { type: "image/png" }))
      .then((picture) => { draw(picture, 1); show(true); })
      .catch(() => { none.hidden = false; });
  }
})();
