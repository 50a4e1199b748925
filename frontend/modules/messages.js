// What the page says to the user: toasts in the corner, banners inside a dialog or panel, and messages beside a field. Turns a Problem
// into words. Used by every module that sends requests.
import { h, icon, byId } from './dom.js';
import { has, t } from './i18n.js';

/** What a Problem says, in the user's language as far as we know it. */
function describe(problem) {
  const key = problem.status ? `problem.${problem.status}` : `problem.${problem.kind}`;
  const title = has(key) ? t(key) : problem.title || t('problem.other');
  const wait = problem.retryAfter && t('problem.retry_after', { seconds: problem.retryAfter });
  return { title, detail: [problem.detail, wait].filter(Boolean).join(' ') };
}

/** The errors that no field of the form has shown. */
const errorLines = (errors) =>
  errors.length > 0 &&
  h(
    'ul',
    { class: 'notice-list' },
    errors.map(({ field, message }) => h('li', {}, field && h('code', {}, field), field && ' ', message)),
  );

function notice(kind, { title, detail, trace, errors = [] }, ...more) {
  return h(
    'div',
    { class: `notice ${kind}`, role: kind === 'bad' ? 'alert' : null },
    icon(kind === 'good' ? 'check' : 'warn'),
    h(
      'div',
      { class: 'notice-text' },
      h('strong', {}, title),
      detail && h('p', {}, detail),
      errorLines(errors),
      trace && h('p', { class: 'trace' }, t('trace'), ' ', h('code', {}, trace)),
    ),
    more,
  );
}

const problemNotice = (problem, errors, ...more) => notice('bad', { ...describe(problem), trace: problem.traceId, errors }, ...more);

/** Puts a problem into `host`; `retry` adds a button. */
export function showBanner(host, problem, { errors = problem.errors, retry } = {}) {
  host.replaceChildren(
    problemNotice(problem, errors, retry && h('button', { class: 'button', type: 'button', onclick: retry }, t('retry'))),
  );
}

export function showNotice(host, kind, title, detail = '') {
  host.replaceChildren(notice(kind, { title, detail }));
}

const goodStays = 6000;

function toast(node, stays) {
  const remove = () => node.remove();
  node.append(
    h('button', { 'class': 'button ghost square', 'type': 'button', 'aria-label': t('close'), 'onclick': remove }, icon('close')),
  );
  if (stays) {
    let timer = setTimeout(remove, stays);
    node.addEventListener('pointerenter', () => clearTimeout(timer));
    node.addEventListener('pointerleave', () => {
      timer = setTimeout(remove, stays);
    });
  }
  const toasts = byId('toasts');
  toasts.append(node);
  while (toasts.children.length > 4) toasts.firstElementChild.remove();
}

export const tell = (title, detail = '') => toast(notice('good', { title, detail }), goodStays);

export const tellProblem = (problem) => {
  if (!problem.aborted) toast(problemNotice(problem, problem.errors));
};

/** Shows each error beside the control of that name, and gives back those that have none. An empty list clears all. */
export function showFieldErrors(form, errors) {
  for (const old of form.querySelectorAll('.field-error')) old.remove();
  for (const control of form.querySelectorAll('[aria-invalid]')) {
    control.removeAttribute('aria-invalid');
    control.removeAttribute('aria-describedby');
  }
  const rest = [];
  let first = null;
  for (const error of errors) {
    const named = form.elements.namedItem(error.field ?? '');
    const control = named instanceof RadioNodeList ? named[0] : named;
    const place = control?.closest('.field');
    if (!place) {
      rest.push(error);
      continue;
    }
    const id = `error-${form.id}-${error.field}`;
    place.querySelector('.field-error')?.remove();
    place.append(h('p', { class: 'field-error', id }, error.message));
    control.setAttribute('aria-invalid', 'true');
    control.setAttribute('aria-describedby', id);
    first ??= control;
  }
  return { rest, first };
}
