// The view of records: asks the gateway for the page that the address bar names, and draws filters, table and pager from the answer.
// Started by app.js, which has it ask again after an import.
import { byId, h, icon } from './dom.js';
import { number, t } from './i18n.js';
import { prefs } from './prefs.js';
import { listRecords, Problem } from './api.js';
import { go, noFilter, pageSizes, refine, route } from './route.js';
import { figures, liveState } from './live.js';
import { showBanner } from './messages.js';
import { drawTable, drawWaiting, rememberFocus } from './table.js';
import { fillFilters, showFilterErrors, startFilters } from './filters.js';
import { startTiles } from './tiles.js';
import { createRecord, editRecord, startForm } from './form.js';
import { removeRecord, startRemove } from './remove.js';

let answer = null;
let waiting = null;

const question = ({ q, status, owner, sort, limit, page, token }) => ({
  q,
  status,
  owner,
  sort,
  limit,
  ...(token ? { page_token: token } : { skip: page > 1 ? (page - 1) * limit : '' }),
});

const filtered = ({ q, status, owner }) => Boolean(q || status || owner);

function emptyState(place) {
  const none = !filtered(place);
  return h(
    'div',
    { class: 'empty' },
    icon(none ? 'records' : 'search'),
    h('h2', {}, t(none ? 'empty.none' : 'empty.no_match')),
    h('p', {}, t(none ? 'empty.none_hint' : 'empty.no_match_hint')),
    none
      ? h('button', { class: 'button primary', type: 'button', onclick: () => createRecord() }, t('records.new'))
      : h('button', { class: 'button', type: 'button', onclick: () => refine(noFilter) }, t('filter.clear')),
  );
}

function drawPager(place) {
  const count = answer?.items.length ?? 0;
  const from = (place.page - 1) * place.limit + 1;
  const total = typeof answer?.total === 'number' ? number(answer.total) : null;
  byId('pager-count').textContent = count
    ? t(total === null ? 'pager.range' : 'pager.range_of', { from: number(from), to: number(from + count - 1), total })
    : answer
      ? t('pager.none')
      : '';
  const pages = typeof answer?.total === 'number' ? Math.max(1, Math.ceil(answer.total / place.limit)) : null;
  byId('pager-page').textContent =
    pages === null
      ? t('pager.page', { page: number(place.page) })
      : t('pager.page_of', { page: number(place.page), pages: number(Math.max(pages, place.page)) });
  byId('page-first').disabled = place.page <= 1;
  byId('page-previous').disabled = place.page <= 1;
  byId('page-next').disabled = !answer?.next_page_token;
  byId('page-size').value = String(place.limit);
}

function draw() {
  const place = route.value;
  fillFilters(place);
  drawPager(place);
  if (!answer) return;
  const refocus = rememberFocus(byId('table-frame'));
  drawTable(
    byId('table-frame'),
    { items: answer.items, sort: place.sort, empty: emptyState(place), caption: t('nav.records') },
    {
      onOpen: (record) => editRecord(record.id),
      onDelete: removeRecord,
      onOwner: (owner) => refine({ owner }),
      onSort: (sort) => refine({ sort }),
    },
  );
  refocus();
}

/** Live figures that disagree with the list tell that it is out of date. They can only speak for at most one filter, and not for text. */
function drawStale() {
  const { q, status, owner } = route.value;
  const counts = figures.value;
  let expected;
  if (!q && counts?.source?.startsWith('live') && !(status && owner))
    expected = status ? counts.status_counts?.[status] : owner ? counts.owner_counts?.[owner] : counts.total;
  const stale =
    route.value.view === 'records' &&
    !waiting &&
    typeof expected === 'number' &&
    typeof answer?.total === 'number' &&
    expected !== answer.total;
  const shown = byId('stale').childElementCount > 0;
  if (stale === shown) return;
  byId('stale').replaceChildren(
    ...(stale ? [h('button', { class: 'button', type: 'button', onclick: () => reload() }, icon('refresh'), t('stale.text'))] : []),
  );
}

/** Asks for the present page again. Resolves when it is drawn. */
export async function reload() {
  const place = route.value;
  waiting?.abort();
  const own = new AbortController();
  waiting = own;
  const frame = byId('table-frame');
  frame.setAttribute('aria-busy', 'true');
  if (!answer) drawWaiting(frame);
  try {
    const next = await listRecords(question(place), own.signal);
    if (own !== waiting) return;
    if (!next.items.length && place.page > 1 && next.total > 0) {
      go({ page: Math.ceil(next.total / place.limit), token: '' }, { replace: true });
      return;
    }
    answer = next;
    byId('list-problem').replaceChildren();
    showFilterErrors([]);
    draw();
  } catch (problem) {
    if (problem.aborted || own !== waiting) return;
    // A token of another day, or of another gateway: the same page by its number.
    if (place.token && problem.errors?.some(({ field }) => field === 'page_token')) {
      go({ token: '', tokens: [] }, { replace: true });
      return;
    }
    if (!(problem instanceof Problem)) throw problem;
    answer = null;
    frame.replaceChildren();
    drawPager(place);
    const rest = showFilterErrors(problem.errors);
    showBanner(byId('list-problem'), problem, { errors: rest, retry: () => reload() });
  } finally {
    if (own === waiting) {
      waiting = null;
      frame.removeAttribute('aria-busy');
      drawStale();
    }
  }
}

/** The record's row, focused, where it is on this page; otherwise the heading. */
function focusRecord(id) {
  (byId('table-frame').querySelector(`tr[data-id="${id}"] .open`) ?? byId('h-records')).focus();
}

function turn(page) {
  const { tokens } = route.value;
  go({ page, token: page > 1 ? (tokens[page] ?? '') : '' });
}

function next() {
  // A second press before the answer would take the old page's token for the page after the next.
  if (waiting) return;
  const { page, tokens } = route.value;
  const passed = [...tokens];
  passed[page + 1] = answer.next_page_token;
  go({ page: page + 1, token: answer.next_page_token, tokens: passed });
}

export function startRecords() {
  startTiles();
  startFilters();
  const show = async (id) => {
    await reload();
    focusRecord(id);
  };
  startForm({ onSaved: show, onGone: () => reload() });
  startRemove({ onRemoved: show });
  byId('page-size').replaceChildren(...pageSizes.map((size) => h('option', { value: size }, size)));
  byId('page-size').addEventListener('change', (event) => refine({ limit: Number(event.target.value) }));
  byId('page-first').addEventListener('click', () => turn(1));
  byId('page-previous').addEventListener('click', () => turn(route.value.page - 1));
  byId('page-next').addEventListener('click', next);
  byId('page-refresh').addEventListener('click', () => reload());
  byId('open-create').addEventListener('click', () => createRecord());

  route.watch((place) => {
    if (place.view !== 'records') return;
    drawPager(place);
    fillFilters(place);
    reload();
  });
  prefs.language.watch(draw);
  figures.watch(drawStale);
  // The gateway is back: a list that could not be read is read now.
  liveState.watch((state) => {
    if (state === 'live' && byId('list-problem').childElementCount && route.value.view === 'records') reload();
  });
  let address = prefs.api.value;
  prefs.api.watch((value) => {
    if (value === address) return;
    address = value;
    answer = null;
  });
}
