// The search page: words asked for -> sections that hold them all, best first.
"use strict";

const MOST = 40;
const { sections, words: holders } = window.bookIndex;

// As words() in search.py.
function divided(text) {
  const runs = text.toLowerCase().match(/[a-z0-9\u0370-\u03ff]+|[\u4e00-\u9fff]+/g) ?? [];
  return runs.flatMap((run) =>
    run[0] >= "\u4e00" && run.length > 2
      ? Array.from({ length: run.length - 1 }, (_, i) => run.slice(i, i + 2))
      : [run],
  );
}

// section -> weight, for one word; a word that only begins with it counts a third.
function weights(asked) {
  const found = new Map();
  for (const [word, places] of Object.entries(holders)) {
    if (!word.startsWith(asked)) continue;
    const part = word === asked ? 1 : 1 / 3;
    for (let i = 0; i < places.length; i += 2) {
      const weight = part * Math.log1p(places[i + 1]);
      found.set(places[i], Math.max(found.get(places[i]) ?? 0, weight));
    }
  }
  return found;
}

function search(query) {
  const each = divided(query).map(weights);
  if (!each.length) return [];
  const sums = [...each[0].keys()]
    .filter((place) => each.every((found) => found.has(place)))
    .map((place) => [place, each.reduce((sum, found) => sum + found.get(place), 0)]);
  return sums.sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([place]) => sections[place]);
}

// Text in which Chinese is marked as such.
function spoken(tag, text) {
  const element = document.createElement(tag);
  for (const part of text.split(/([\u4e00-\u9fff]+)/)) {
    if (!part) continue;
    if (part[0] < "\u4e00" || part[0] > "\u9fff") element.append(part);
    else element.append(Object.assign(document.createElement("span"), { lang: "zh-Hans", textContent: part }));
  }
  return element;
}

function show(query) {
  const found = search(query);
  const list = document.getElementById("found");
  list.replaceChildren(
    ...found.slice(0, MOST).map(([address, page, title, excerpt]) => {
      const link = Object.assign(spoken("a", title), { href: address });
      const item = document.createElement("li");
      item.append(link, spoken("small", title === page ? "" : page), spoken("p", excerpt));
      return item;
    }),
  );
  const more = found.length > MOST ? `, the best ${MOST} shown` : "";
  document.getElementById("count").textContent = query.trim()
    ? `${found.length} found for “${query.trim()}”${more}.`
    : "";
}

const box = document.getElementById("query");
box.value = new URLSearchParams(location.search).get("q") ?? "";
box.addEventListener("input", () => show(box.value));
show(box.value);
box.focus();
