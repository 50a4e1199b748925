// The view of figures: live ring and bars, starting and stopping the live stream, and the Flink summary with its progress, its
// result and the runs before it.
// Started by app.js.
import { byId, h, icon } from './dom.js';
import { duration, localTime, number, t } from './i18n.js';
import { prefs } from './prefs.js';
import { createBars, createRing } from './charts.js';
import { figures, liveState, toggleLive } from './live.js';
import { showBanner, tell } from './messages.js';
import { drawRuns, follow, loadRuns, startRuns } from './runs.js';

let summary = null;

function drawFigures(charts) {
  const counts = figures.value;
  for (const chart of charts) chart(counts);
  byId('figures-source').textContent = counts
    ? t(`figures.${counts.source}`, { time: localTime(counts.as_of ?? counts.generated_at, true), lag: number(counts.lag_ms ?? 0) })
    : t('figures.none');
}

function drawToggle() {
  const on = prefs.live.value === 'on';
  byId('live-toggle').replaceChildren(icon(on ? 'pause' : 'play'), t(on ? 'live.stop' : 'live.start'));
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not a secure origin: select and copy as a hand would.
    const range = document.createRange();
    range.selectNodeContents(byId('run-json'));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    document.execCommand('copy');
  }
  tell(t('run.copied'));
}

function facts(result) {
  const rows = [
    ['run.total', number(result.total)],
    ['run.duration', duration(result.duration_ms)],
    ['run.parallelism', number(result.parallelism)],
    ['run.job_name', result.job_name],
    ['run.job_id', result.job_id],
    ['run.generated_at', result.generated_at && localTime(result.generated_at, true)],
    ['run.as_of', result.as_of && localTime(result.as_of, true)],
  ];
  return h(
    'dl',
    { class: 'facts' },
    rows.filter(([, value]) => value).map(([key, value]) => h('div', {}, h('dt', {}, t(key)), h('dd', { class: 'num' }, value))),
  );
}

function drawResult() {
  if (!summary) {
    byId('run-result').replaceChildren(h('p', { class: 'run-none' }, t('run.none')));
    return;
  }
  const fallback = summary.engine === 'sql_fallback';
  const text = JSON.stringify(summary, null, 2);
  byId('run-result').replaceChildren(
    h(
      'p',
      { class: 'engine' },
      h(
        'span',
        { class: `badge ${fallback ? 'pending' : 'done'}` },
        h('i', { class: `dot ${fallback ? 'pending' : 'done'}` }),
        t(fallback ? 'run.engine_sql' : 'run.engine_flink'),
      ),
    ),
    fallback
      ? h(
          'div',
          { class: 'notice warn', id: 'fallback-hint' },
          icon('warn'),
          h('div', { class: 'notice-text' }, h('strong', {}, t('run.fallback')), h('p', {}, summary.fallback_reason || t('run.no_reason'))),
        )
      : '',
    facts(summary),
    h(
      'div',
      { class: 'json' },
      h(
        'div',
        { class: 'json-head' },
        h('span', {}, t('run.json')),
        h('button', { class: 'button ghost', type: 'button', id: 'run-copy', onclick: () => copy(text) }, icon('copy'), t('run.copy')),
      ),
      h('pre', { 'id': 'run-json', 'tabindex': '0', 'aria-label': t('run.json') }, text),
    ),
  );
}

async function run() {
  const button = byId('run');
  button.disabled = true;
  button.classList.add('busy');
  try {
    summary = await follow();
    drawResult();
    // The live stream, where it runs, is newer and goes on.
    if (liveState.value !== 'live') figures.set({ ...summary, source: summary.engine });
  } catch (problem) {
    if (problem.aborted) {
      tell(t('run.given_up'));
      return;
    }
    summary = null;
    showBanner(byId('run-result'), problem);
  } finally {
    button.disabled = false;
    button.classList.remove('busy');
  }
}

export function startAnalytics() {
  const charts = [createRing(byId('ring')), createBars(byId('bars'))];
  byId('run').addEventListener('click', run);
  byId('live-toggle').addEventListener('click', toggleLive);
  figures.watch(() => drawFigures(charts));
  prefs.live.watch(drawToggle);
  prefs.language.watch(() => {
    drawFigures(charts);
    drawToggle();
    drawResult();
    drawRuns();
  });
  startRuns();
  loadRuns();
}
