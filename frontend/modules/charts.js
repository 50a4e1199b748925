// Charts as SVG of our own: a ring of statuses and bars of owners. Each keeps its elements, so that changes move instead of jumping.
// Drawn by analytics.js.
import { h, s } from './dom.js';
import { number, percent, statuses, statusName, t } from './i18n.js';
import { filterLink } from './route.js';

const radius = 42;
const around = 2 * Math.PI * radius;
const gap = 2.5;

/** A ring with a legend; the legend's rows lead to the records. Returns the function that shows counts. */
export function createRing(host) {
  const arcs = statuses.map((status) => s('circle', { class: `arc ${status}`, cx: 60, cy: 60, r: radius }));
  const total = s('text', { class: 'ring-total', x: 60, y: 60 });
  const label = s('text', { class: 'ring-label', x: 60, y: 75 });
  const ring = s(
    'svg',
    { class: 'ring', viewBox: '0 0 120 120', role: 'img' },
    s('circle', { class: 'ring-ground', cx: 60, cy: 60, r: radius }),
    s('g', { transform: 'rotate(-90 60 60)' }, arcs),
    total,
    label,
  );
  const rows = statuses.map((status) => {
    const count = h('span', { class: 'num legend-count' });
    const share = h('span', { class: 'num legend-share' });
    const name = h('span', { class: 'legend-name' });
    return {
      status,
      count,
      share,
      name,
      node: h(
        'li',
        {},
        h(
          'a',
          { 'class': 'legend-row', 'href': filterLink({ status }), 'data-route': true },
          h('i', { class: `dot ${status}` }),
          name,
          count,
          share,
        ),
      ),
    };
  });
  host.replaceChildren(
    h(
      'div',
      { class: 'ring-frame' },
      ring,
      h(
        'ul',
        { class: 'legend' },
        rows.map((row) => row.node),
      ),
    ),
  );

  return (counts) => {
    const of = (status) => counts?.status_counts?.[status] ?? 0;
    const sum = statuses.reduce((all, status) => all + of(status), 0);
    let start = 0;
    statuses.forEach((status, index) => {
      const length = sum ? (of(status) / sum) * around : 0;
      const shown = length >= around ? around : Math.max(0, length - gap);
      arcs[index].style.strokeDasharray = `${shown} ${around}`;
      arcs[index].style.strokeDashoffset = `${-(start + (length >= around ? 0 : gap / 2))}`;
      arcs[index].classList.toggle('none', length === 0);
      start += length;
      const row = rows[index];
      row.name.textContent = statusName(status);
      row.count.textContent = counts ? number(of(status)) : '–';
      row.share.textContent = sum ? percent(of(status) / sum) : '';
    });
    total.textContent = counts ? number(counts.total ?? sum) : '–';
    total.classList.toggle('long', total.textContent.length > 6);
    total.classList.toggle('longer', total.textContent.length > 9);
    label.textContent = t('ring.records');
    ring.setAttribute(
      'aria-label',
      counts ? statuses.map((status) => `${statusName(status)} ${number(of(status))}`).join(', ') : t('figures.none'),
    );
  };
}

const barsShown = 8;

/** Horizontal bars, most records first, the rest as one. Returns the function that shows counts. */
export function createBars(host) {
  const list = h('ul', { class: 'bars' });
  list.style.setProperty('--most', barsShown + 1);
  const rows = new Map();
  host.replaceChildren(list);

  function row(key, owner) {
    if (rows.has(key)) return rows.get(key);
    const bar = s('rect', { class: owner === null ? 'bar others' : 'bar', x: 0, y: 0, width: 100, height: 8 });
    const name = h('span', { class: 'bar-name' });
    const count = h('span', { class: 'num bar-count' });
    const parts = [
      name,
      count,
      s(
        'svg',
        { 'class': 'bar-frame', 'viewBox': '0 0 100 8', 'preserveAspectRatio': 'none', 'aria-hidden': 'true' },
        s('rect', { class: 'bar-ground', width: 100, height: 8 }),
        bar,
      ),
    ];
    const node = h(
      'li',
      {},
      owner === null
        ? h('div', { class: 'bar-row' }, parts)
        : h('a', { 'class': 'bar-row', 'href': filterLink({ owner }), 'data-route': true }, parts),
    );
    const made = { bar, name, count, node };
    rows.set(key, made);
    return made;
  }

  return (counts) => {
    const owners = Object.entries(counts?.owner_counts ?? {}).sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
    const top = owners.slice(0, barsShown);
    const others = (counts?.total ?? 0) - top.reduce((all, [, count]) => all + count, 0);
    const shown = top.map(([owner, count]) => ({ key: `=${owner}`, owner, name: owner, count }));
    if (others > 0) shown.push({ key: 'others', owner: null, name: t('bars.others'), count: others });
    const most = Math.max(1, ...shown.map(({ count }) => count));
    const drawn = shown.map(({ key, owner, name, count }) => {
      const made = row(key, owner);
      made.name.textContent = name;
      made.count.textContent = number(count);
      made.bar.style.transform = `scaleX(${count / most})`;
      return made.node;
    });
    for (const [key] of rows) if (!shown.some((entry) => entry.key === key)) rows.delete(key);
    if (drawn.length !== list.children.length || drawn.some((node, index) => node !== list.children[index])) list.replaceChildren(...drawn);
    if (!shown.length) list.replaceChildren(h('li', { class: 'empty-line' }, t('figures.none')));
  };
}
