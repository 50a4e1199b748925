// The documentation page: reads /openapi.json, draws navigation and operations, searches them. Loaded by docs.html; its modules stand in
// docs/ and are served beside this file.
import { block, byId, h, lazy, own, paragraphs, rich } from '/docs/elements.js';
import { examplesOf, load, membersOf, nameOf, objectsIn, operations, resolve, spec, typeOf } from '/docs/document.js';
import { trialView } from '/docs/trial.js';
import { applyTheme, applyWords, switchLanguage } from '/docs/words.js';

const narrow = matchMedia('(max-width: 800px)');
const deepest = 5; // objects within objects; none of ours goes deeper

// ---- one operation ----

const needed = (yes) => yes && own('span', 'required', { class: 'row-note needed' });

/** Lines break between alternatives only. */
const typeView = (schema) =>
  h(
    'span',
    { class: 'type' },
    typeOf(schema)
      .split(' | ')
      .map((each, index) => [index > 0 && ' | ', h('span', {}, each)]),
  );

function row(name, notes, schema, description, ...inside) {
  return h(
    'div',
    { class: 'row' },
    h('div', { class: 'row-name' }, h('code', {}, name), notes),
    h('div', { lang: 'en' }, typeView(schema), inside, description && h('p', {}, rich(description))),
  );
}

const rows = (...inside) => h('div', { class: 'rows' }, inside);

function insideView(schema, depth) {
  if (depth >= deepest) return [];
  const inside = objectsIn(schema);
  // One object alone is named by the type.
  const name = (each) => (inside.length > 1 ? h('summary', {}, nameOf(each)) : own('summary', 'fields'));
  return inside.map((each) => lazy(h('details', { class: 'inside' }, name(each)), () => fieldRows(each, depth + 1)));
}

function fieldRows(given, depth = 0) {
  return rows(
    membersOf(given).map(({ name, schema, required }) =>
      row(name, needed(required), schema, resolve(schema).description, insideView(schema, depth)),
    ),
  );
}

function parameterRows(parameters) {
  return rows(
    parameters.map((each) => {
      const preset = resolve(each.schema).default;
      const usual = preset !== undefined && h('span', { class: 'type' }, ' · ', own('span', 'default'), ` ${preset}`);
      return row(each.name, [h('span', { class: 'row-note' }, each.in), needed(each.required)], each.schema, each.description, usual);
    }),
  );
}

function contentView(content = {}) {
  return Object.entries(content).map(([type, media]) => {
    const objects = objectsIn(media.schema);
    const words = resolve(media.schema).description;
    return [
      h('p', { class: 'media' }, h('code', {}, type), nameOf(media.schema) && ` · ${nameOf(media.schema)}`),
      words && objects.length === 0 && h('p', { lang: 'en' }, rich(words)),
      objects.map((each) => fieldRows(each)),
      examplesOf(media).map(({ title, text }) => [h('p', { class: 'media' }, own('span', 'example'), title && ` · ${title}`), block(text)]),
    ];
  });
}

function answerView([status, given]) {
  const answer = resolve(given);
  const summary = h(
    'summary',
    {},
    h('span', { class: `status status-${status[0]}` }, status),
    h('span', { lang: 'en' }, rich(answer.description)),
  );
  const headers = Object.entries(answer.headers ?? {}).map(([name, each]) => ({ name, ...resolve(each) }));
  return lazy(h('details', { class: 'answer' }, summary), () =>
    h(
      'div',
      { class: 'answer-body' },
      contentView(answer.content),
      headers.length > 0 && own('p', 'headers', { class: 'media' }),
      headers.length > 0 && rows(headers.map((each) => row(each.name, null, each.schema, each.description))),
    ),
  );
}

const part = (key, ...inside) => h('section', { class: 'part' }, own('h4', key), inside);

function operationView(it) {
  const summary = h(
    'summary',
    {},
    h('span', { class: `method ${it.method}` }, it.method),
    h('h3', {}, it.path),
    h('span', { class: 'op-summary', lang: 'en' }, it.summary),
  );
  return lazy(h('details', { class: 'op', id: it.operationId }, summary), () =>
    h(
      'div',
      { class: 'op-body' },
      h(
        'div',
        { class: 'op-text' },
        paragraphs(it.description),
        it.parameters.length > 0 && part('parameters', parameterRows(it.parameters)),
        it.body && part('body', contentView(it.body.content)),
        part('answers', rows(Object.entries(it.responses).map(answerView))),
      ),
      h('div', { class: 'op-try' }, trialView(it)),
    ),
  );
}

// ---- the page ----

const linkView = (it) =>
  h(
    'a',
    { class: 'nav-link', href: `#${it.operationId}` },
    h('span', { class: `method ${it.method}` }, it.method),
    h('span', { lang: 'en' }, it.summary),
  );

function introView({ title, version, summary, description }) {
  return h(
    'header',
    { class: 'intro' },
    h('h1', {}, title, ' ', h('span', { class: 'version' }, version)),
    h('p', { class: 'lead', lang: 'en' }, summary),
    paragraphs(description),
  );
}

/** Everything that the document says; gives the operations with their elements, and the tags with theirs. */
function draw() {
  const list = operations().map((it) => ({ ...it, link: linkView(it), view: operationView(it) }));
  const tags = spec.tags.map(({ name, description }) => {
    const mine = list.filter((it) => it.tags.includes(name));
    const nav = h(
      'section',
      {},
      h('p', { class: 'nav-tag', lang: 'en' }, name),
      mine.map((it) => it.link),
    );
    const view = h(
      'section',
      { class: 'tag' },
      h('h2', { lang: 'en' }, name),
      h('p', { lang: 'en' }, description),
      mine.map((it) => it.view),
    );
    return { nav, view, mine };
  });
  byId('intro').replaceChildren(introView(spec.info));
  byId('nav').replaceChildren(...tags.map((tag) => tag.nav));
  byId('operations').replaceChildren(...tags.map((tag) => tag.view));
  byId('side').hidden = false;
  return { list, tags };
}

function search({ list, tags }) {
  const wanted = byId('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const it of list) it.view.hidden = it.link.hidden = !wanted.every((word) => it.text.includes(word));
  for (const { nav, view, mine } of tags) nav.hidden = view.hidden = mine.every((it) => it.view.hidden);
  const found = list.filter((it) => !it.view.hidden).length;
  byId('found').textContent = wanted.length ? `${found} / ${list.length}` : '';
  byId('none').hidden = found > 0;
  if (narrow.matches && wanted.length) byId('contents').open = true;
}

/** Opens the operation that the address names. */
function follow({ list }) {
  for (const it of list) {
    const named = location.hash === `#${it.operationId}`;
    if (named) it.link.setAttribute('aria-current', 'location');
    else it.link.removeAttribute('aria-current');
    if (!named) continue;
    it.view.open = true;
    // On a phone the list stands above the operations and has done its work.
    if (narrow.matches) byId('contents').open = false;
    it.view.scrollIntoView();
    it.view.querySelector('summary').focus({ preventScroll: true });
  }
}

async function start() {
  try {
    await load();
    const page = draw();
    byId('search').addEventListener('input', () => search(page));
    addEventListener('hashchange', () => follow(page));
    follow(page);
  } catch (error) {
    const retry = own('button', 'retry', { class: 'button', type: 'button', onclick: start });
    byId('intro').replaceChildren(
      h('div', { class: 'notice bad' }, h('p', {}, own('span', 'failed'), ` ${error.message}`), h('p', {}, retry)),
    );
  }
  document.documentElement.classList.add('ready');
}

applyTheme();
applyWords();
byId('contents').open = !narrow.matches;
byId('language').hidden = false;
byId('language').addEventListener('click', switchLanguage);
addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select')) return;
  event.preventDefault();
  byId('search').focus();
});
start();
