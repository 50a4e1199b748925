// A summary under way, with its progress and the way to give it up, and the runs of the past. Drawn by analytics.js.
import { byId, h } from './dom.js';
import { duration, localTime, number, t } from './i18n.js';
import { listRuns, runSummary } from './api.js';

let giveUp = null;
let past = null;

function stageText({ stage, records_read: read }) {
  if (stage === 'connecting') return t('run.connecting');
  return stage === 'finishing' ? t('run.finishing') : t('run.reading', { n: number(read) });
}

function show(progress) {
  const bar = byId('run-bar');
  // Without a value the bar says that it does not know.
  if (progress.percent === undefined) bar.removeAttribute('value');
  else bar.value = progress.percent;
  byId('run-stage').textContent = stageText(progress);
}

/** Runs a summary; its progress is on the page meanwhile. Throws the Problem; one that is `aborted` was given up. */
export async function follow() {
  giveUp = new AbortController();
  show({ stage: 'connecting' });
  byId('run-progress').hidden = false;
  try {
    return await runSummary({ onProgress: show, signal: giveUp.signal });
  } finally {
    byId('run-progress').hidden = true;
    giveUp = null;
    // What has been given up is noted a little later, once its job has been ended.
    for (const wait of [300, 1500, 4000]) setTimeout(loadRuns, wait);
  }
}

const outcomeLook = { done: 'done', failed: 'archived', cancelled: 'pending' };
const outcomeText = { done: () => t('run.done'), failed: () => t('run.failed'), cancelled: () => t('run.cancelled') };

function row(run) {
  const longest = Math.max(...past.map(({ duration_ms: ms }) => ms), 1);
  const look = run.engine === 'flink' ? outcomeLook[run.outcome] : 'pending';
  const engine = t(run.engine === 'flink' ? 'run.engine_flink' : 'run.engine_sql');
  return h(
    'tr',
    { title: run.fallback_reason },
    h('td', { class: 'num' }, localTime(run.started_at, true)),
    h('td', {}, h('span', { class: `badge ${look}` }, h('i', { class: `dot ${look}` }), engine)),
    h('td', {}, (outcomeText[run.outcome] ?? outcomeText.failed)()),
    h('td', { class: 'num' }, run.outcome === 'done' ? number(run.total) : '–'),
    h('td', { class: 'num' }, duration(run.duration_ms), h('meter', { 'max': longest, 'value': run.duration_ms, 'aria-hidden': 'true' })),
  );
}

export function drawRuns() {
  if (!past?.length) {
    byId('run-history').replaceChildren();
    return;
  }
  const heads = [t('run.started'), t('run.engine'), t('run.outcome'), t('run.total'), t('run.duration')];
  byId('run-history').replaceChildren(
    h('h3', {}, t('run.past')),
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, heads.map((text) => h('th', { scope: 'col' }, text)))),
      h('tbody', {}, past.map(row)),
    ),
  );
}

/** They are a look back: where they cannot be had, the page goes without. */
export async function loadRuns() {
  past = await listRuns().catch(() => null);
  drawRuns();
}

export function startRuns() {
  byId('run-cancel').addEventListener('click', () => giveUp?.abort());
}
