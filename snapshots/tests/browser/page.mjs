// How long a page takes to be drawn, and how long a frame takes while the reader points, moves and zooms.
//
//   cargo run --release --features snapshots --example pictures -- target/pictures
//   node snapshots/tests/browser/page.mjs target/pictures/long.html [picture.png [light|dark]]
//
// Times are wall time of this machine, for people to look at: nothing here fails because of them.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launch } from "./cdp.mjs";

const [file, picture, theme] = process.argv.slice(2);
if (!file) throw new Error("which page? node page.mjs target/pictures/long.html");
const browser = await launch();
const { send, evaluate, until } = browser;
const url = `${pathToFileURL(resolve(file))}${theme ? `#theme=${theme}` : ""}`;

async function load() {
  await send("Page.navigate", { url: "about:blank" });
  const before = performance.now();
  await send("Page.navigate", { url });
  await until("document.body?.dataset.drawn", "drawing");
  // A frame after it was drawn it is on the screen.
  await evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
  return performance.now() - before;
}

const told = values => {
  if (!values.length) return "none";
  const sorted = [...values].sort((a, b) => a - b), at = part => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  return `${sorted.length} frames, median ${at(0.5).toFixed(1)} ms, 95 % below ${at(0.95).toFixed(1)} ms, longest ${at(1).toFixed(1)} ms`;
};

// Frames while something is done, as the page sees them, and how long drawing took in each.
async function frames(what, act) {
  await evaluate(`(() => {
    const seen = globalThis.seen = { frames: [], draws: [], last: 0, on: true }, original = globalThis.original ||= drawAll;
    globalThis.drawAll = () => { const start = performance.now(); original(); seen.draws.push(performance.now() - start); };
    const frame = now => { if (seen.last) seen.frames.push(now - seen.last); seen.last = now; if (seen.on) requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
  })()`);
  await act();
  const seen = await evaluate("seen.on = false, seen");
  console.log(`${what}: ${told(seen.frames)}`);
  console.log(`  drawing: ${told(seen.draws)}`);
}
const mouse = (type, x, y, more = {}) => send("Input.dispatchMouseEvent", { type, x, y, ...more });

console.log(await evaluate("navigator.userAgent"));
for (let n = 0; n < 3; n++) console.log(`load: ${(await load()).toFixed(0)} ms from navigation to drawn`);
console.log(await evaluate(`document.getElementById("count").textContent + ", " + document.body.dataset.drawn + " drawn"`));
for (const scale of ["order", "time"]) for (const zoomed of [false, true]) {
  await evaluate(`setScale("${scale}")`);
  if (zoomed) await evaluate("zoom(0.02)");
  await evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
  const where = `scale of ${scale}, ${zoomed ? "a fiftieth of it" : "all of it"}`;
  await frames(`hover, ${where}`, async () => {
    for (let n = 0; n < 100; n++) await mouse("mouseMoved", 200 + n * 9, 120 + (n * 37) % 500);
  });
  await frames(`pan, ${where}`, async () => {
    await mouse("mousePressed", 900, 300, { button: "left", buttons: 1, clickCount: 1 });
    for (let n = 0; n < 100; n++) await mouse("mouseMoved", 900 - n * 5, 300 - n, { button: "left", buttons: 1 });
    await mouse("mouseReleased", 400, 200, { button: "left", clickCount: 1 });
  });
}
await frames("zoom", async () => {
  await evaluate(`setScale("order")`);
  for (let n = 0; n < 60; n++) await send("Input.dispatchMouseEvent", { type: "mouseWheel", x: 700, y: 300, deltaX: 0, deltaY: n < 30 ? -60 : 60 });
});
await frames("find", () => evaluate(`find("round 19")`));
if (picture) {
  await load();
  await evaluate(`document.body.clientWidth > 0 && zoom(0.002)`);
  await evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
  const { data } = await send("Page.captureScreenshot", { format: "png" });
  writeFileSync(picture, Buffer.from(data, "base64"));
}
await browser.close();
