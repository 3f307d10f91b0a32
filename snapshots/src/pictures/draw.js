"use strict";
// Drawing: from steps to pixels. Only what is visible is drawn, and of steps that fall on the same pixel of a lane one.
const GUTTER = 150, AXIS = 20, LANE = 22;
const page = JSON.parse(document.getElementById("data").textContent);
const view = { scale: "order", from: 0, to: 1 };
const panels = page.traces.map((trace, index) => ({ trace, index, scroll: 0, found: [], marked: new Set(), selected: -1, hovered: -1, wide: GUTTER + 1, high: 0 }));
let colors = {};

// Where steps stand on either scale. On the scale of time the steps of an instant stand side by side, before the next instant.
for (const panel of panels) {
  const { steps } = panel.trace, count = steps.length;
  panel.lane = Uint32Array.from(steps, step => step.task);
  panel.order = Float64Array.from(steps, (_, index) => index);
  panel.time = new Float64Array(count);
  const last = count ? steps[count - 1].ns : 0, widest = (last || 1) * 0.5 / Math.max(1, count);
  panel.firsts = [];
  for (let start = 0; start < count;) {
    let end = start;
    while (end < count && steps[end].ns === steps[start].ns) end++;
    const room = end < count ? steps[end].ns - steps[start].ns : Infinity, width = Math.min(widest, room / (end - start));
    for (let at = start; at < end; at++) panel.time[at] = steps[start].ns + (at - start) * width;
    panel.firsts.push(start);
    start = end;
  }
  // The steps of each lane, so that those of lanes out of sight cost nothing.
  panel.lanes = panel.trace.tasks.map(() => []);
  for (let index = 0; index < count; index++) panel.lanes[panel.lane[index]].push(index);
  panel.stale = true;
  panel.between = new Map();
  for (const row of panel.trace.between) panel.between.set(row.step, [...panel.between.get(row.step) || [], row.what]);
}

const places = panel => panel[view.scale];
// The first index whose place is not below x.
function lower(array, x) {
  let low = 0, high = array.length;
  while (low < high) { const middle = (low + high) >> 1; if (array[middle] < x) low = middle + 1; else high = middle; }
  return low;
}
function extent() {
  let end = 1;
  for (const panel of panels) { const all = places(panel); if (all.length) end = Math.max(end, all[all.length - 1]); }
  return [-end * 0.01 - (view.scale === "order" ? 0.5 : 0), end * 1.03 + (view.scale === "order" ? 0.7 : 0)];
}
// As it was when it was last drawn: to ask the document for each step takes longer than to draw it.
const width = panel => panel.wide - GUTTER;
const toX = (panel, place) => GUTTER + (place - view.from) / (view.to - view.from) * width(panel);
const toPlace = (panel, x) => view.from + (x - GUTTER) / width(panel) * (view.to - view.from);
const toY = (panel, lane) => AXIS + lane * LANE + LANE / 2 - panel.scroll;
const hue = task => `hsl(${(task * 137.508) % 360} 60% ${colors.light})`;

function readColors() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["back", "panel", "ink", "soft", "line", "choice", "part", "match", "light"]) colors[name] = style.getPropertyValue(`--${name}`).trim();
}

function ns(value) {
  for (const [unit, size] of [["s", 1e9], ["ms", 1e6], ["µs", 1e3]]) if (Math.abs(value) >= size) return `${+(value / size).toPrecision(7)}${unit}`;
  return value ? `${+value.toPrecision(4)}ns` : "0s";
}

function drawAxis(panel, context, low, high) {
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  const height = panel.high;
  const tick = (place, text) => {
    const x = Math.round(toX(panel, place)) + 0.5;
    if (x < GUTTER) return;
    context.fillStyle = colors.line;
    context.fillRect(x, AXIS, 1, height);
    context.fillStyle = colors.soft;
    context.fillText(text, x + 3, AXIS / 2);
  };
  if (view.scale === "time") {
    const rough = (view.to - view.from) / Math.max(2, width(panel) / 110), power = 10 ** Math.floor(Math.log10(rough));
    const gap = [1, 2, 5, 10].map(n => n * power).find(n => n >= rough);
    for (let n = Math.max(0, Math.ceil(view.from / gap)); n * gap <= view.to; n++) tick(n * gap, ns(n * gap));
    return;
  }
  // On the scale of order: each instant where it begins, as far as there is room.
  let free = -Infinity;
  for (let at = Math.max(0, lower(panel.firsts, low)); at < panel.firsts.length && panel.firsts[at] <= high; at++) {
    const place = panel.firsts[at] - 0.5, x = toX(panel, place);
    if (x < free) continue;
    tick(place, panel.trace.steps[panel.firsts[at]].at);
    free = x + 70;
  }
}

function drawArrow(panel, context, index) {
  const by = panel.trace.steps[index].by;
  if (by === undefined) return;
  const top = Math.min(panel.lane[by], panel.lane[index]), bottom = Math.max(panel.lane[by], panel.lane[index]);
  if (toY(panel, bottom) < 0 || toY(panel, top) > panel.high) return;
  const all = places(panel), x1 = toX(panel, all[by]), x2 = toX(panel, all[index]), y1 = toY(panel, panel.lane[by]), y2 = toY(panel, panel.lane[index]);
  const side = Math.min(30, Math.abs(x2 - x1) / 2), sign = y2 > y1 ? 1 : -1, tip = y2 - sign * 6;
  context.beginPath();
  context.moveTo(x1, y1);
  context.bezierCurveTo(x1 + side, y1 + sign * 8, x2, y1 + sign * 8, x2, tip);
  context.moveTo(x2 - 3, tip - sign * 4);
  context.lineTo(x2, tip);
  context.lineTo(x2 + 3, tip - sign * 4);
  context.stroke();
}

// The first of a lane's steps, from the n-th on, that is not left of a place.
function lowerOf(own, all, place, n = 0) {
  let low = n, high = own.length;
  while (low < high) { const middle = (low + high) >> 1; if (all[own[middle]] < place) low = middle + 1; else high = middle; }
  return low;
}

function drawStep(panel, context, index, x, y, color, gap) {
  const step = panel.trace.steps[index], { box } = panel, marked = panel.marked.has(index), tall = marked ? 16 : 10;
  context.fillStyle = marked ? colors.match : color;
  context.fillRect(x - box / 2, y - tall / 2, box, tall);
  if (step.end && box >= 5) { context.fillStyle = colors.back; context.fillRect(x - 1, y - 3, 2, 6); }
  if (step.choice && step.choice[0] > 0 && box < 6) {
    context.fillStyle = colors.choice;
    context.fillRect(x - 1, y - 9, 2, 3);
  } else if (step.choice && box >= 6) {
    context.beginPath();
    context.moveTo(x, y - 11); context.lineTo(x + 4, y - 7); context.lineTo(x, y - 3); context.lineTo(x - 4, y - 7); context.closePath();
    context.fillStyle = step.choice[0] > 0 ? colors.choice : colors.back;
    context.strokeStyle = colors.choice;
    context.fill();
    context.stroke();
  }
  if (step.log !== undefined) {
    // A line of the log is a mark below the step, an error or warning one that is seen from afar.
    context.fillStyle = step.log < 2 ? colors.choice : colors.ink;
    context.fillRect(x - 1, y + 7, 2, step.log < 2 ? 4 : 3);
  }
  if (view.scale === "order" && gap > 90 && step.what.length) {
    context.fillStyle = colors.ink;
    const text = step.what.join(", "), room = Math.floor((gap - box - 8) / 6);
    context.fillText(text.length > room ? `${text.slice(0, room - 1)}…` : text, x + box / 2 + 4, y);
  }
}

// Steps of a lane. Where several fall on one pixel the first is drawn, and those that the search has found.
function visibleSteps(panel, lane) {
  const own = panel.lanes[lane], all = places(panel), found = [];
  for (let n = lowerOf(own, all, view.from); n < own.length && all[own[n]] < view.to;) {
    found.push(own[n]);
    const next = lowerOf(own, all, toPlace(panel, Math.round(toX(panel, all[own[n]])) + 0.5), n + 1);
    if (panel.marked.size) for (n++; n < next; n++) if (panel.marked.has(own[n])) found.push(own[n]);
    n = next;
  }
  return found;
}

function drawLane(panel, context, lane, gap) {
  const found = visibleSteps(panel, lane), all = places(panel), color = hue(lane), y = toY(panel, lane);
  if (panel.box >= 5 || panel.marked.size) {
    for (const index of found) drawStep(panel, context, index, toX(panel, all[index]), y, color, gap);
    return found.length;
  }
  // Small ones: one colour after the other, and on whole pixels, which is several times as fast.
  const { steps } = panel.trace, { box } = panel, xs = found.map(index => Math.round(toX(panel, all[index]))), top = Math.round(y);
  context.fillStyle = color;
  for (const x of xs) context.fillRect(x - 1, top - 5, Math.round(box), 10);
  context.fillStyle = colors.choice;
  found.forEach((index, n) => { if (steps[index].choice?.[0] > 0) context.fillRect(xs[n] - 1, top - 9, 2, 3); });
  found.forEach((index, n) => { if (steps[index].log < 2) context.fillRect(xs[n] - 1, top + 7, 2, 4); });
  context.fillStyle = colors.ink;
  found.forEach((index, n) => { if (steps[index].log >= 2) context.fillRect(xs[n] - 1, top + 7, 2, 3); });
  return found.length;
}

// All but what the pointer changes.
function drawBase(panel, base, ratio) {
  const { canvas, trace, wide, high: height } = panel;
  base.width = canvas.width;
  base.height = canvas.height;
  const context = base.getContext("2d"), all = places(panel);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = colors.back;
  context.fillRect(0, 0, wide, height);
  const low = lower(all, view.from), after = lower(all, view.to), visible = after - low;
  drawAxis(panel, context, low, after);
  context.save();
  context.beginPath();
  context.rect(GUTTER, AXIS, wide, height);
  context.clip();
  const firstLane = Math.max(0, Math.floor(panel.scroll / LANE)), lastLane = Math.min(trace.tasks.length - 1, Math.ceil((panel.scroll + height) / LANE));
  context.fillStyle = colors.line;
  for (let lane = firstLane; lane <= lastLane; lane++) context.fillRect(GUTTER, toY(panel, lane), wide, 1);
  const parting = page.parting;
  if (parting !== undefined && parting < all.length) {
    context.fillStyle = colors.part;
    context.fillRect(toX(panel, all[parting]) - (view.scale === "order" ? toX(panel, 0.5) - toX(panel, 0) : 4), AXIS, 2, height);
  }
  if (visible < 1500) {
    context.strokeStyle = colors.soft;
    context.lineWidth = 1;
    for (let index = low; index < after; index++) drawArrow(panel, context, index);
  }
  // How wide a step may be: up to its neighbour.
  const gap = visible > 1 ? (toX(panel, all[after - 1]) - toX(panel, all[low])) / (visible - 1) : 40;
  panel.box = Math.max(2, Math.min(12, view.scale === "order" ? gap * 0.7 : Math.min(10, gap * 2)));
  context.font = "11px system-ui, sans-serif";
  let drawn = 0;
  for (let lane = firstLane; lane <= lastLane; lane++) drawn += drawLane(panel, context, lane, gap);
  context.restore();
  context.font = "12px system-ui, sans-serif";
  for (let lane = firstLane; lane <= lastLane; lane++) {
    context.fillStyle = hue(lane);
    if (toY(panel, lane) > AXIS + 4) context.fillText(trace.tasks[lane].name, 8, toY(panel, lane), GUTTER - 16);
  }
  return drawn;
}

// The picture without the pointer is kept: pointing at a step draws nothing but its frame.
function draw(panel) {
  const { canvas } = panel, ratio = devicePixelRatio || 1;
  panel.wide = canvas.clientWidth;
  panel.high = canvas.clientHeight;
  const wide = Math.round(panel.wide * ratio), height = Math.round(panel.high * ratio);
  if (canvas.width !== wide || canvas.height !== height) {
    canvas.width = wide;
    canvas.height = height;
    panel.stale = true;
  }
  panel.base ||= document.createElement("canvas");
  if (panel.stale) panel.drawn = drawBase(panel, panel.base, ratio);
  panel.stale = false;
  const context = canvas.getContext("2d"), all = places(panel);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.drawImage(panel.base, 0, 0);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.save();
  context.beginPath();
  context.rect(GUTTER, AXIS, panel.wide, panel.high);
  context.clip();
  for (const [index, color] of [[panel.hovered, colors.soft], [panel.selected, colors.ink]]) {
    if (index < 0 || index >= all.length) continue;
    context.strokeStyle = color;
    context.lineWidth = 2;
    context.strokeRect(toX(panel, all[index]) - panel.box / 2 - 3, toY(panel, panel.lane[index]) - 9, panel.box + 6, 18);
    drawArrow(panel, context, index);
  }
  context.restore();
  return panel.drawn;
}
