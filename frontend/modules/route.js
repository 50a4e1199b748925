// Where the user is, as the address bar shows it: ?view=…, and for the table its filters, order and page. Reload, back and a sent link
// lead to the same place. The tokens of the pages passed on the way are kept in history.state.
import { signal } from './state.js';

export const views = ['records', 'analytics', 'cluster', 'settings'];
export const pageSizes = [10, 20, 50, 100, 200];
export const sorts = ['-id', 'id', '-updated_at', 'updated_at', '-created_at', 'created_at', 'title', '-title'];

const plain = { view: 'records', q: '', status: '', owner: '', sort: '-id', limit: 20, page: 1, token: '' };

function read() {
  const params = new URLSearchParams(location.search);
  const text = (name) => params.get(name) ?? plain[name];
  const one = (name, allowed) => (allowed.includes(params.get(name)) ? params.get(name) : plain[name]);
  const limit = Number(params.get('limit'));
  const page = Number(params.get('page'));
  return {
    view: one('view', views),
    q: text('q'),
    status: text('status'),
    owner: text('owner'),
    sort: one('sort', sorts),
    limit: pageSizes.includes(limit) ? limit : plain.limit,
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
    token: text('token'),
    tokens: Array.isArray(history.state?.tokens) ? history.state.tokens : [],
  };
}

function write(place) {
  const params = new URLSearchParams();
  for (const [name, normal] of Object.entries(plain)) {
    if (place[name] !== normal && (name === 'view' || place.view === 'records')) params.set(name, place[name]);
  }
  const query = params.toString();
  return query ? `?${query}` : location.pathname;
}

export const route = signal(read());

let recordsPlace = route.value;
route.watch((place) => {
  if (place.view === 'records') recordsPlace = place;
});

/** Goes on from the present place. `replace` leaves no step to go back to. */
export function go(change, { replace = false } = {}) {
  const place = { ...route.value, ...change };
  history[replace ? 'replaceState' : 'pushState']({ tokens: place.tokens }, '', write(place));
  route.set(place);
}

/** Another filter or order: the first page of it. */
export const refine = (change, options) => go({ view: 'records', page: 1, token: '', tokens: [], ...change }, options);

/** The table without any filter, in the present order and page size. */
export const noFilter = { q: '', status: '', owner: '' };

/** The address of the table with only this filter, for links. */
export const filterLink = (change) => write({ ...plain, ...change });

/** Follows popstate and the clicks on links marked data-route. Called once by app.js. */
export function startRouting() {
  addEventListener('popstate', () => route.set(read()));
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-route]');
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (link.dataset.viewLink === 'records' && route.value.view !== 'records') return go(recordsPlace);
    history.pushState(null, '', link.getAttribute('href'));
    route.set(read());
  });
}
