/* SPDX-License-Identifier: Apache-2.0 */
(function () {
"use strict";
var root = document.documentElement, form = document.getElementById("filter"), out = document.getElementById("shown");
var rows = Array.prototype.slice.call(document.querySelectorAll("table.f tbody tr"));
var tables = Array.prototype.slice.call(document.querySelectorAll("table.f"));
var texts = [], collator = new Intl.Collator(undefined, {numeric: true, sensitivity: "base"});

function theme(name) {
	root.setAttribute("data-theme", name);
	document.getElementById("theme").textContent = name === "dark" ? "Light" : "Dark";
}
function isDark() {
	var t = root.getAttribute("data-theme");
	return t ? t === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
}
document.getElementById("theme").addEventListener("click", function () {
	theme(isDark() ? "light" : "dark");
});
if (isDark()) document.getElementById("theme").textContent = "Light";

/* ---- details of a finding: the shared text, and what the row alone knows ---- */

function fact(list, name, value) {
	if (!value) return;
	var dt = document.createElement("dt"), dd = document.createElement("dd");
	dt.textContent = name;
	dd.textContent = value;
	list.append(dt, dd);
}
function close(row) {
	var next = row.nextElementSibling;
	if (!next || next.className !== "more") return;
	next.remove();
	row.querySelector(".x a").setAttribute("aria-expanded", "false");
}
function open(row) {
	var more = document.createElement("tr"), cell = document.createElement("td"), d = row.dataset;
	var shared = document.getElementById("d" + d.d).cloneNode(true), list = document.createElement("dl");
	shared.removeAttribute("id");
	list.className = "facts";
	fact(list, "Package", d.purl);
	fact(list, "Source package", d.src);
	fact(list, "Found in", d.path);
	var option = form.querySelector('option[value="' + d.t + '"]');
	fact(list, "Result", option && option.textContent.trim());
	fact(list, "Status", d.status);
	fact(list, "Severity from", d.from);
	fact(list, "Matched by", d.match);
	fact(list, "Advisories", d.adv);
	shared.insertBefore(list, shared.children[1] || null);
	cell.colSpan = row.cells.length;
	cell.append(shared);
	more.className = "more";
	more.append(cell);
	row.after(more);
	row.querySelector(".x a").setAttribute("aria-expanded", "true");
}
function toggle(row) {
	var next = row.nextElementSibling;
	if (next && next.className === "more") close(row); else open(row);
}
document.addEventListener("click", function (e) {
	var a = e.target.closest(".x a");
	if (!a) return;
	e.preventDefault();
	toggle(a.closest("tr"));
});
document.addEventListener("keydown", function (e) {
	if (e.key === " " && e.target.matches(".x a")) {
		e.preventDefault();
		toggle(e.target.closest("tr"));
	}
});
rows.forEach(function (row) {
	var a = row.querySelector(".x a");
	a.setAttribute("role", "button");
	a.setAttribute("aria-expanded", "false");
	a.setAttribute("aria-label", "Details of " + row.querySelector(".id").firstChild.textContent);
});

/* ---- filter ---- */

function text(i) {
	if (texts[i] === undefined) {
		var d = rows[i].dataset, shared = document.getElementById("d" + d.d);
		texts[i] = [rows[i].textContent, d.purl, d.src, d.path, d.adv, shared.firstElementChild.nextElementSibling.textContent].join(" ").toLowerCase();
	}
	return texts[i];
}
function chosen() {
	return Array.prototype.filter.call(form.elements.sev, function (c) { return c.checked; }).map(function (c) { return c.value; });
}
function show() {
	var sev = chosen(), words = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean), n = 0;
	var fix = form.elements.fix.checked, kev = form.elements.kev.checked;
	var target = form.elements.target.value, layer = form.elements.layer ? form.elements.layer.value : "";
	var per = {};
	rows.forEach(function (row, i) {
		var d = row.dataset;
		var yes = sev.indexOf(d.s) >= 0 && (!fix || d.f) && (!kev || d.k) && (!target || d.t === target || d.r === target) && (!layer || d.l === layer) &&
			words.every(function (w) { return text(i).indexOf(w) >= 0; });
		row.hidden = !yes;
		if (!yes) close(row);
		n += yes ? 1 : 0;
		per[d.r] = (per[d.r] || 0) + (yes ? 1 : 0);
	});
	tables.forEach(function (t) {
		var none = t.parentElement.nextElementSibling;
		if (none) none.hidden = Boolean(per[t.dataset.r]);
	});
	root.setAttribute("data-visible", n);
	out.textContent = n === rows.length ? n + (n === 1 ? " finding" : " findings") : n + " of " + rows.length;
}
form.addEventListener("input", show);
form.addEventListener("submit", function (e) { e.preventDefault(); });
form.addEventListener("reset", function () { setTimeout(show, 0); });

/* ---- order ---- */

function sort(table, column, down) {
	var body = table.tBodies[0], list = Array.prototype.slice.call(body.rows).filter(function (r) { return r.className !== "more"; });
	list.forEach(function (r) { if (r.dataset.d) close(r); });
	var keyed = list.map(function (r, i) {
		var cell = r.cells[column], v = cell.dataset.v;
		return {row: r, at: i, number: v !== undefined, key: v !== undefined ? parseFloat(v) : cell.textContent};
	});
	keyed.sort(function (a, b) {
		var c = a.number && b.number ? a.key - b.key : collator.compare(a.key, b.key);
		return (down ? -c : c) || a.at - b.at;
	});
	var all = document.createDocumentFragment();
	keyed.forEach(function (k) { all.append(k.row); });
	body.append(all);
	Array.prototype.forEach.call(table.tHead.rows[0].cells, function (th, i) {
		if (th.hasAttribute("aria-sort")) th.setAttribute("aria-sort", i === column ? (down ? "descending" : "ascending") : "none");
	});
}
document.querySelectorAll("th.so").forEach(function (th) {
	var b = document.createElement("button"), table = th.closest("table");
	b.type = "button";
	b.textContent = th.textContent;
	th.replaceChildren(b);
	th.setAttribute("aria-sort", th.dataset.first || "none");
	b.addEventListener("click", function () {
		var now = th.getAttribute("aria-sort");
		sort(table, th.cellIndex, now === "none" ? th.dataset.down === "1" : now === "ascending");
	});
});

/* ---- a link to a view: #q=openssl&sev=HIGH,CRITICAL&fix=1&kev=1&target=1.2&layer=1.3&sort=4&theme=dark&open=1 ---- */

function preset() {
	var hash = location.hash.slice(1);
	if (hash.indexOf("=") < 0) return;
	var p = new URLSearchParams(hash);
	if (p.has("q")) form.elements.q.value = p.get("q");
	if (p.has("sev")) {
		var want = p.get("sev").toUpperCase().split(",");
		form.elements.sev.forEach(function (c) { c.checked = want.indexOf(c.value) >= 0; });
	}
	form.elements.fix.checked = p.get("fix") === "1";
	form.elements.kev.checked = p.get("kev") === "1";
	if (p.has("target")) form.elements.target.value = p.get("target");
	if (p.has("layer") && form.elements.layer) form.elements.layer.value = p.get("layer");
	if (p.get("theme") === "dark" || p.get("theme") === "light") theme(p.get("theme"));
	if (p.has("sort")) tables.forEach(function (t) {
		var column = parseInt(p.get("sort"), 10), th = t.tHead.rows[0].cells[Math.abs(column)];
		if (th && th.classList.contains("so")) sort(t, Math.abs(column), column < 0);
	});
}
preset();
show();
form.parentElement.hidden = rows.length === 0;
if (/(^#|&)open=1(&|$)/.test(location.hash)) {
	var first = rows.filter(function (r) { return !r.hidden; })[0];
	if (first) open(first);
}
window.addEventListener("hashchange", function () { preset(); show(); });
}());
