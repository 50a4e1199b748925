// Import of a file (dialog with picker, drag and drop, progress, errors by line) and the export links, which follow the table's filter.
// Started by app.js.
import { byId, h, icon, segments } from './dom.js';
import { bytes, number, percent, t } from './i18n.js';
import { prefs } from './prefs.js';
import { exportUrl, importFile } from './api.js';
import { route } from './route.js';
import { bannerOf, openDialog, prepareDialog } from './dialogs.js';
import { showBanner, showNotice } from './messages.js';

const types = { csv: 'text/csv', ndjson: 'application/x-ndjson' };
const dialog = byId('import-dialog');
const form = byId('import-form');
let file = null;
let running = null;
let result = null;
let done = () => {};

function drawFile() {
  byId('drop-name').textContent = file ? file.name : t('import.drop');
  byId('drop-hint').textContent = file ? `${bytes(file.size)} · ${t('import.other_file')}` : t('import.drop_hint');
  byId('drop').classList.toggle('filled', Boolean(file));
  byId('import-start').disabled = !file || Boolean(running);
}

/** By the name's ending, else by the first character: a line of NDJSON starts with a brace. */
async function formatOf(chosen) {
  if (/\.csv$/i.test(chosen.name)) return 'csv';
  if (/\.(ndjson|jsonl|json)$/i.test(chosen.name)) return 'ndjson';
  return (await chosen.slice(0, 64).text()).trimStart().startsWith('{') ? 'ndjson' : 'csv';
}

async function choose(chosen) {
  if (!chosen || running) return;
  file = chosen;
  clearResult();
  drawFile();
  form.elements.format.value = await formatOf(chosen);
}

function clearResult() {
  result = null;
  byId('import-result').replaceChildren();
  bannerOf(dialog).replaceChildren();
}

const errorTable = (errors) =>
  h(
    'div',
    { 'class': 'line-errors', 'tabindex': '0', 'role': 'region', 'aria-label': t('import.errors') },
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ['line', 'field', 'message'].map((name) => h('th', { scope: 'col' }, t(`import.${name}`))),
        ),
      ),
      h(
        'tbody',
        {},
        errors.map(({ line, field, message }) =>
          h('tr', {}, h('td', { class: 'num' }, number(line)), h('td', {}, field && h('code', {}, field)), h('td', {}, message)),
        ),
      ),
    ),
  );

function drawResult() {
  if (!result) return;
  const { imported = 0, failed = 0, errors = [], errors_truncated: truncated } = result;
  const kind = failed ? (imported ? 'warn' : 'bad') : 'good';
  const title = failed && !imported ? t('import.nothing') : t('import.imported', { n: imported });
  byId('import-result').replaceChildren(
    h(
      'div',
      { class: `notice ${kind}` },
      icon(kind === 'good' ? 'check' : 'warn'),
      h('div', { class: 'notice-text' }, h('strong', {}, title), failed > 0 && h('p', {}, t('import.failed', { n: failed }))),
    ),
    ...(errors.length ? [errorTable(errors)] : []),
    ...(truncated ? [h('p', { class: 'hint' }, t('import.truncated'))] : []),
  );
}

function drawProgress(share) {
  const label = share < 1 ? t('import.sending', { share: percent(share) }) : t('import.storing');
  byId('import-result').replaceChildren(
    h('p', { class: 'progress-label' }, label),
    h('progress', share < 1 ? { 'max': 1, 'value': share, 'aria-label': label } : { 'aria-label': label }),
  );
}

async function start() {
  clearResult();
  running = new AbortController();
  drawFile();
  drawProgress(0);
  try {
    result = await importFile(file, {
      type: types[form.elements.format.value],
      mode: form.elements.mode.value,
      onProgress: drawProgress,
      signal: running.signal,
    });
    drawResult();
    if (result.imported) done();
  } catch (problem) {
    byId('import-result').replaceChildren();
    // Nothing stored because of bad lines is an answer, not an accident.
    if (problem.status === 422 && typeof problem.body?.failed === 'number') {
      result = problem.body;
      drawResult();
    } else if (!problem.aborted) showBanner(bannerOf(dialog), problem);
    else showNotice(bannerOf(dialog), 'warn', t('import.stopped'));
  } finally {
    running = null;
    drawFile();
  }
}

function startDrop() {
  const zone = byId('drop');
  const over = (on) => (event) => {
    event.preventDefault();
    zone.classList.toggle('over', on);
  };
  // Anywhere in the dialog: a file that misses the zone must not replace the page.
  dialog.addEventListener('dragover', over(true));
  dialog.addEventListener('dragleave', over(false));
  dialog.addEventListener('drop', (event) => {
    over(false)(event);
    choose(event.dataTransfer.files[0]);
  });
}

function drawExport() {
  const { q, status, owner, sort } = route.value;
  for (const format of ['csv', 'ndjson']) byId(`export-${format}`).href = exportUrl(format, { q, status, owner, sort });
  byId('export-note').textContent = t(q || status || owner ? 'export.filtered' : 'export.all');
}

function startMenu() {
  const menu = byId('export-menu');
  const close = () => {
    menu.open = false;
  };
  document.addEventListener('click', (event) => {
    if (!menu.contains(event.target)) close();
  });
  menu.addEventListener('click', (event) => {
    if (event.target.closest('a')) close();
  });
  menu.addEventListener('focusout', (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) close();
  });
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    close();
    menu.querySelector('summary').focus();
  });
}

function drawChoices() {
  const { format, mode } = form.elements;
  const before = { format: format.value || 'csv', mode: mode?.value || 'partial' };
  format.replaceChildren(h('option', { value: 'csv' }, t('export.csv')), h('option', { value: 'ndjson' }, t('export.ndjson')));
  format.value = before.format;
  segments(
    byId('import-mode'),
    'mode',
    ['partial', 'atomic'].map((value) => ({ value, label: t(`import.${value}`) })),
    before.mode,
  );
  drawFile();
  drawResult();
  drawExport();
}

/** `onImported()` after records have come in. */
export function startExchange({ onImported }) {
  done = onImported;
  prepareDialog(dialog, {
    onClose: () => {
      running?.abort();
    },
  });
  byId('open-import').addEventListener('click', () => {
    file = null;
    form.reset();
    clearResult();
    drawFile();
    openDialog(dialog);
  });
  byId('import-file').addEventListener('change', (event) => choose(event.target.files[0]));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (file && !running) start();
  });
  startDrop();
  startMenu();
  prefs.language.watch(drawChoices);
  prefs.api.watch(drawExport);
  route.watch(drawExport);
}
