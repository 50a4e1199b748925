// The row of figures above the table: all records and each status, live; a press filters the table. Drawn by records.js.
import { byId, h } from './dom.js';
import { number, statuses, statusName, t } from './i18n.js';
import { prefs } from './prefs.js';
import { figures } from './live.js';
import { refine, route } from './route.js';

export function startTiles() {
  const tiles = ['', ...statuses].map((status) => {
    const name = h('span', { class: 'tile-name' });
    const count = h('span', { class: 'tile-count num' });
    const node = h(
      'button',
      {
        'class': 'tile',
        'type': 'button',
        'data-status': status || 'all',
        'onclick': () => refine({ status: route.value.status === status ? '' : status }),
      },
      h('span', { class: 'tile-head' }, h('i', { class: `dot ${status || 'all'}` }), name),
      count,
    );
    return { status, name, count, node };
  });
  byId('tiles').replaceChildren(...tiles.map(({ node }) => node));

  const draw = () => {
    const counts = figures.value;
    for (const { status, name, count, node } of tiles) {
      name.textContent = status ? statusName(status) : t('tiles.all');
      count.textContent = number(status ? counts?.status_counts?.[status] : counts?.total);
      node.setAttribute('aria-pressed', String(route.value.status === status));
    }
  };
  figures.watch(draw);
  route.watch(draw);
  prefs.language.watch(draw);
}
