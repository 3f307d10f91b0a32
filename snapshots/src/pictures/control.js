"use strict";
// What the reader does: zoom, move, point, search.
const $ = id => document.getElementById(id);
let waiting = false, matches = [], match = -1;

// Draws what has changed: the pointer only, or everything.
function point() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(drawAll);
}
function redraw() {
  for (const panel of panels) panel.stale = true;
  point();
}
function drawAll() {
  waiting = false;
  document.body.dataset.drawn = panels.map(draw).join(" ");
}

function say(panel, index) {
  const { trace } = panel, step = trace.steps[index], task = trace.tasks[step.task], lines = [];
  lines.push(`${step.at}  ${task.name} (${task.path}), step ${step.n}${task.spawned ? `, spawned at ${task.spawned}` : ""}`);
  for (const what of panel.between.get(index) || []) lines.push(`  before it: ${what}`);
  if (step.choice) lines.push(`  picked by a choice: ${step.choice[0]} of ${step.choice[1]}${step.choice[0] ? ", not the default" : ", the default"}`);
  if (step.by !== undefined) lines.push(`  ready since ${trace.tasks[trace.steps[step.by].task].name} step ${trace.steps[step.by].n}`);
  for (const what of step.what) lines.push(`  ${what}`);
  if (index + 1 === trace.steps.length) for (const what of panel.between.get(index + 1) || []) lines.push(`  after it: ${what}`);
  if (index === page.parting) lines.push("  here the two executions part");
  return lines.join("\n");
}

function show(from, to) {
  const [low, high] = extent(), whole = high - low, span = Math.min(whole, Math.max(to - from, view.scale === "order" ? 1 : whole / 1e9));
  const start = Math.min(Math.max(low, from), high - span), end = start + span;
  if (start === view.from && end === view.to) return;
  view.from = start;
  view.to = end;
  redraw();
}
const fit = () => show(...extent());
function zoom(factor, place = (view.from + view.to) / 2) {
  show(place - (place - view.from) * factor, place + (view.to - place) * factor);
}
function scrollTo(panel, y) {
  const most = panel.trace.tasks.length * LANE + AXIS + 8 - panel.canvas.clientHeight;
  const scroll = Math.max(0, Math.min(most, y));
  if (scroll === panel.scroll) return;
  panel.scroll = scroll;
  redraw();
}

function select(panel, index, centre) {
  if (index < 0 || index >= panel.trace.steps.length) return;
  for (const other of panels) other.selected = -1;
  panel.selected = index;
  $("detail").textContent = say(panel, index);
  const place = places(panel)[index];
  if (centre || place < view.from || place > view.to) {
    // Near enough to tell it from its neighbours.
    const span = centre ? Math.min(view.to - view.from, view.scale === "order" ? 40 : Infinity) : view.to - view.from;
    show(place - span / 2, place + span / 2);
  }
  const y = panel.lane[index] * LANE;
  if (y < panel.scroll || y > panel.scroll + panel.canvas.clientHeight - 2 * LANE - AXIS) scrollTo(panel, y - panel.canvas.clientHeight / 2);
  point();
}

// The step nearest to a point, within some pixels of its lane.
function nearest(panel, x, y) {
  const lane = Math.floor((y - AXIS + panel.scroll) / LANE), all = places(panel);
  if (y < AXIS || x < GUTTER) return -1;
  let best = -1, distance = 8;
  for (let index = lower(all, toPlace(panel, x - 8)); index < all.length && toX(panel, all[index]) <= x + 8; index++) {
    const off = Math.abs(toX(panel, all[index]) - x);
    if (panel.lane[index] === lane && off <= distance) { best = index; distance = off; }
  }
  return best;
}

function find(text) {
  text = text.toLowerCase();
  matches = [];
  match = -1;
  for (const panel of panels) {
    panel.marked.clear();
    if (!text) continue;
    panel.texts ||= panel.trace.steps.map(step => `${panel.trace.tasks[step.task].name}\n${step.what.join("\n")}`.toLowerCase());
    panel.texts.forEach((candidate, index) => { if (candidate.includes(text)) { panel.marked.add(index); matches.push([panel, index]); } });
  }
  $("found").textContent = text ? `${matches.length} step${matches.length === 1 ? "" : "s"}` : "";
  redraw();
}
function next(by) {
  if (!matches.length) return;
  match = (match + by + matches.length) % matches.length;
  select(...matches[match], true);
  $("found").textContent = `${match + 1} of ${matches.length}`;
}

function setScale(scale) {
  view.scale = scale;
  for (const name of ["order", "time"]) $(name).setAttribute("aria-pressed", name === scale);
  fit();
  redraw();
}

for (const panel of panels) {
  const section = document.createElement("section");
  if (panels.length > 1) {
    const title = document.createElement("h2");
    title.textContent = panel.index ? "beside it" : "this execution";
    section.append(title);
  }
  panel.canvas = document.createElement("canvas");
  panel.canvas.setAttribute("aria-label", "lanes of tasks");
  section.append(panel.canvas);
  $("panels").append(section);
  let drag = null;
  const tip = $("tip"), { canvas } = panel;
  canvas.addEventListener("wheel", event => {
    event.preventDefault();
    if (event.shiftKey) scrollTo(panel, panel.scroll + event.deltaY + event.deltaX);
    else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) { const by = event.deltaX / width(panel) * (view.to - view.from); show(view.from + by, view.to + by); }
    else zoom(Math.exp(event.deltaY * 0.002), toPlace(panel, event.offsetX));
  }, { passive: false });
  canvas.addEventListener("pointerdown", event => {
    drag = { x: event.offsetX, y: event.offsetY, from: view.from, to: view.to, scroll: panel.scroll, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointerup", event => {
    if (drag && !drag.moved) select(panel, nearest(panel, event.offsetX, event.offsetY), false);
    drag = null;
  });
  canvas.addEventListener("pointermove", event => {
    if (drag) {
      drag.moved ||= Math.abs(event.offsetX - drag.x) + Math.abs(event.offsetY - drag.y) > 4;
      const by = (drag.x - event.offsetX) / width(panel) * (drag.to - drag.from);
      show(drag.from + by, drag.to + by);
      scrollTo(panel, drag.scroll + drag.y - event.offsetY);
      return;
    }
    const hovered = nearest(panel, event.offsetX, event.offsetY);
    if (hovered !== panel.hovered) point();
    panel.hovered = hovered;
    tip.hidden = panel.hovered < 0;
    if (!tip.hidden) {
      tip.textContent = say(panel, panel.hovered);
      tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8))}px`;
      tip.style.top = `${Math.max(4, Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8))}px`;
    }
  });
  canvas.addEventListener("pointerleave", () => { panel.hovered = -1; tip.hidden = true; point(); });
}

function goToParting() {
  const panel = panels.find(panel => page.parting < panel.trace.steps.length);
  select(panel, page.parting, true);
}
$("order").onclick = () => setScale("order");
$("time").onclick = () => setScale("time");
$("in").onclick = () => zoom(0.6);
$("out").onclick = () => zoom(1 / 0.6);
$("fit").onclick = fit;
$("part").onclick = goToParting;
$("part").hidden = page.parting === undefined;
$("find").oninput = event => find(event.target.value);
$("next").onclick = () => next(1);
$("theme").onclick = () => {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark" ||
    (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  readColors();
  redraw();
};
addEventListener("keydown", event => {
  if (event.target === $("find")) {
    if (event.key === "Enter") next(event.shiftKey ? -1 : 1);
    if (event.key === "Escape") { $("find").value = ""; find(""); $("find").blur(); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const panel = panels.find(panel => panel.selected >= 0) || panels[0];
  const keys = { "+": () => zoom(0.6), "-": () => zoom(1 / 0.6), f: fit, "/": () => { event.preventDefault(); $("find").focus(); },
    ArrowRight: () => select(panel, panel.selected + 1, false), ArrowLeft: () => select(panel, panel.selected - 1, false) };
  keys[event.key]?.();
});
addEventListener("resize", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColors(); redraw(); });

$("count").textContent = page.traces.map(trace => `${trace.tasks.length} tasks, ${trace.steps.length} steps`).join(" | ");
readColors();
setScale("order");
// A link may say what to look at: #find=text, #scale=time, #theme=dark, #part.
const wanted = new URLSearchParams(location.hash.slice(1));
if (wanted.has("theme")) { document.documentElement.dataset.theme = wanted.get("theme"); readColors(); }
if (wanted.get("scale") === "time") setScale("time");
if (wanted.has("find")) { $("find").value = wanted.get("find"); find(wanted.get("find")); next(1); }
if (wanted.has("part") && page.parting !== undefined) goToParting();
drawAll();
