// The table of records: headers that sort, rows that open, edit and delete; on a phone each row is a card (styles/records.css).
// Draws what records.js gives it and knows no requests.
import { h, icon } from './dom.js';
import { localTime, statusName, t } from './i18n.js';
import { prefs } from './prefs.js';

const columns = [
  { key: 'id', sort: 'id', firstDown: true },
  { key: 'title', sort: 'title' },
  { key: 'owner' },
  { key: 'status' },
  { key: 'updated_at', sort: 'updated_at', firstDown: true },
  { key: 'created_at', sort: 'created_at', firstDown: true },
  { key: 'actions' },
];

function header(column, sort, onSort) {
  const label = t(`field.${column.key}`);
  const attributes = { role: 'columnheader', scope: 'col', class: `col-${column.key}` };
  if (column.key === 'actions') return h('th', attributes, h('span', { class: 'hidden' }, label));
  if (!column.sort) return h('th', attributes, label);
  const active = sort.replace('-', '') === column.sort;
  const down = sort.startsWith('-');
  const next = active ? (down ? column.sort : `-${column.sort}`) : `${column.firstDown ? '-' : ''}${column.sort}`;
  return h(
    'th',
    { ...attributes, 'aria-sort': active ? (down ? 'descending' : 'ascending') : 'none' },
    h(
      'button',
      { 'class': 'sort', 'type': 'button', 'data-sort': column.sort, 'onclick': () => onSort(next) },
      label,
      icon('down', active && !down ? 'small up' : 'small'),
    ),
  );
}

/** Day and hour apart, so that a narrow column can set one below the other. */
function time(value) {
  const [day, hour] = localTime(value).split(' ');
  return h('time', { class: 'num', datetime: value, title: value }, h('span', {}, day), hour && [' ', h('span', { class: 'hour' }, hour)]);
}

export const badge = (status) => h('span', { class: `badge ${status}` }, h('i', { class: `dot ${status}` }), statusName(status));

/** One of eight calm colours, the same for the same owner. */
function tint(owner) {
  let sum = 0;
  for (const letter of owner) sum = (sum * 31 + letter.codePointAt(0)) >>> 0;
  return sum % 8;
}

function initials(owner) {
  const words = owner.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();
}

const person = (owner) =>
  h(
    'span',
    { class: 'person' },
    h('span', { 'class': `avatar tint-${tint(owner)}`, 'aria-hidden': 'true' }, initials(owner)),
    h('span', { class: 'person-name' }, owner),
  );

function row(record, { onOpen, onDelete, onOwner }) {
  const name = t('record.name', { id: record.id, title: record.title });
  const cell = (key, ...content) => h('td', { role: 'cell', class: `col-${key}` }, content);
  return h(
    'tr',
    { 'role': 'row', 'data-id': record.id },
    cell('id', h('span', { class: 'num id' }, record.id)),
    cell(
      'title',
      h('button', { class: 'open', type: 'button', onclick: () => onOpen(record) }, record.title),
      record.description && h('span', { class: 'excerpt' }, record.description.slice(0, 200)),
    ),
    cell(
      'owner',
      h(
        'button',
        { class: 'plain', type: 'button', title: t('filter.by_owner', { owner: record.owner }), onclick: () => onOwner(record.owner) },
        person(record.owner),
      ),
    ),
    cell('status', badge(record.status)),
    cell('updated_at', h('span', { class: 'card-label' }, t('field.updated_at')), time(record.updated_at)),
    cell('created_at', h('span', { class: 'card-label' }, t('field.created_at')), time(record.created_at)),
    cell(
      'actions',
      h(
        'button',
        {
          'class': 'button ghost square',
          'type': 'button',
          'data-act': 'edit',
          'aria-label': t('edit.label', { name }),
          'title': t('edit'),
          'onclick': () => onOpen(record),
        },
        icon('edit'),
      ),
      h(
        'button',
        {
          'class': 'button ghost square',
          'type': 'button',
          'data-act': 'delete',
          'aria-label': t('delete.label', { name }),
          'title': t('delete'),
          'onclick': () => onDelete(record),
        },
        icon('trash'),
      ),
    ),
  );
}

function table(sort, caption, onSort, body) {
  return h(
    'table',
    { role: 'table', class: 'records' },
    h('caption', { class: 'hidden' }, caption),
    h(
      'thead',
      { role: 'rowgroup' },
      h(
        'tr',
        { role: 'row' },
        columns.map((column) => header(column, sort, onSort)),
      ),
    ),
    body,
  );
}

/** Moves only what is not in its place: a row that stays is never taken out, not even for a moment, so that a press on it counts. */
function arrange(body, rows) {
  for (const node of [...body.children]) if (!rows.includes(node)) node.remove();
  rows.forEach((node, index) => {
    if (body.children[index] !== node) body.insertBefore(node, body.children[index] ?? null);
  });
}

/** What each frame shows: its table's head and body, and the rows by all that they say. */
const drawn = new WeakMap();

/** The whole table, or `empty` in its place. What has not changed since the last time stays. */
export function drawTable(frame, { items, sort, empty, caption }, actions) {
  if (!items.length) {
    frame.replaceChildren(empty);
    return;
  }
  const head = `${prefs.language.value} ${sort}`;
  let last = drawn.get(frame);
  if (last?.head !== head || !frame.contains(last.body)) {
    last = { head, body: h('tbody', { role: 'rowgroup' }), rows: new Map() };
    frame.replaceChildren(table(sort, caption, actions.onSort, last.body));
    drawn.set(frame, last);
  }
  const said = items.map((record) => JSON.stringify(record));
  last.rows = new Map(items.map((record, index) => [said[index], last.rows.get(said[index]) ?? row(record, actions)]));
  arrange(last.body, [...last.rows.values()]);
}

/** Grey lines while the first answer is on its way. */
export function drawWaiting(frame) {
  frame.replaceChildren(
    h(
      'div',
      { 'class': 'waiting', 'aria-hidden': 'true' },
      Array.from({ length: 8 }, () => h('div', { class: 'waiting-row' }, h('i'), h('i'), h('i'), h('i'))),
    ),
  );
}

/** What had the focus before the table was drawn anew, to find it again after. */
export function rememberFocus(frame) {
  const focused = frame.contains(document.activeElement) ? document.activeElement : null;
  if (!focused) return () => {};
  const sort = focused.dataset.sort;
  const id = focused.closest('tr')?.dataset.id;
  const kind = focused.dataset.act ? `[data-act="${focused.dataset.act}"]` : `.${focused.className.split(' ')[0]}`;
  return () => (sort ? frame.querySelector(`[data-sort="${sort}"]`) : frame.querySelector(`tr[data-id="${id}"] ${kind}`))?.focus();
}
