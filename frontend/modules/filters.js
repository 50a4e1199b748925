// The controls above the table: text, status, owner, and on a phone the order. They write to the address bar through route.js and are
// filled from it. Started by records.js.
import { byId, debounce, h } from './dom.js';
import { statuses, statusName, t } from './i18n.js';
import { prefs } from './prefs.js';
import { noFilter, refine, route, sorts } from './route.js';
import { figures } from './live.js';
import { showFieldErrors } from './messages.js';

const pause = 250;

const controls = () => byId('filters').elements;

const typed = () => ({ q: controls().q.value.trim(), owner: controls().owner.value.trim() });

const differs = () => Object.entries(typed()).some(([name, value]) => value !== route.value[name]);

const applyTyped = debounce(() => {
  if (differs()) refine(typed(), { replace: true });
}, pause);

/** Puts the place's filters into the controls, but leaves alone what the user is typing. */
export function fillFilters(place) {
  const { q, owner, status, sort } = controls();
  for (const control of [q, owner]) {
    if (document.activeElement !== control || control.value.trim() !== place[control.name]) control.value = place[control.name];
  }
  status.value = place.status;
  sort.value = place.sort;
  byId('filter-clear').hidden = !(place.q || place.status || place.owner);
}

/** Returns the errors that belong to no control here. */
export const showFilterErrors = (errors) => showFieldErrors(byId('filters'), errors).rest;

function drawChoices() {
  const { status, sort } = controls();
  status.replaceChildren(
    h('option', { value: '' }, t('filter.any_status')),
    ...statuses.map((value) => h('option', { value }, statusName(value))),
  );
  if (route.value.status && !statuses.includes(route.value.status))
    status.append(h('option', { value: route.value.status }, route.value.status));
  sort.replaceChildren(...sorts.map((value) => h('option', { value }, t(`sort.${value}`))));
  fillFilters(route.value);
}

export function startFilters() {
  const form = byId('filters');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    applyTyped.flush();
  });
  form.addEventListener('input', (event) => {
    if ((event.target.name === 'q' || event.target.name === 'owner') && !event.isComposing) applyTyped();
  });
  form.addEventListener('compositionend', applyTyped);
  form.addEventListener('change', ({ target }) => {
    if (target.name === 'status' || target.name === 'sort') refine({ ...typed(), [target.name]: target.value });
    else applyTyped.flush();
  });
  byId('filter-clear').addEventListener('click', () => {
    refine(noFilter);
    form.elements.q.focus();
  });
  prefs.language.watch(drawChoices);

  let known = '';
  figures.watch((counts) => {
    const owners = Object.keys(counts?.owner_counts ?? {});
    if (owners.join('\n') === known) return;
    known = owners.join('\n');
    byId('owner-list').replaceChildren(...owners.map((value) => h('option', { value })));
  });
}
