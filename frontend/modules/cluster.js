// The view of the cluster: services from /health, nodes with role, lag and connections from /cluster, asked again every few seconds
// while it is looked at. Started by app.js.
import { byId, h, icon } from './dom.js';
import { bytes, duration, has, localTime, number, t } from './i18n.js';
import { prefs } from './prefs.js';
import { getCluster, getHealth } from './api.js';
import { route } from './route.js';
import { showBanner } from './messages.js';

const every = 5000;
let seen = null;
let timer = 0;
let asking = null;

/** Green, amber, red or grey for any word that a status can be. */
const tone = (status) =>
  ({ ok: 'good', primary: 'main', standby: 'good', degraded: 'warn', disabled: 'quiet', unknown: 'warn', down: 'bad', unreachable: 'bad' })[
    status
  ] ?? 'warn';

const stateName = (status) => (has(`state.${status}`) ? t(`state.${status}`) : String(status ?? t('state.unknown')));

const state = (status) => h('span', { class: `state ${tone(status)}` }, h('i', { class: 'dot' }), stateName(status));

function service(name, { status, detail } = {}) {
  return h(
    'div',
    { class: 'card service' },
    h('p', { class: 'service-name' }, has(`service.${name}`) ? t(`service.${name}`) : name),
    state(status),
    detail && h('p', { class: 'service-detail' }, detail),
  );
}

function drawServices({ status, services = {}, flink, version }) {
  byId('services').replaceChildren(
    service('gateway', { status, detail: version && t('cluster.version', { version }) }),
    ...Object.entries(services).map(([name, each]) => service(name, each)),
    ...(flink ? [service('flink', flink)] : []),
  );
}

function pool({ size = 0, idle = 0, in_use: used = 0, waiting = 0, max = 0 }) {
  const most = Math.max(max, size, 1);
  const part = (look, amount) => {
    const bar = h('i', { class: look });
    bar.style.flexGrow = amount;
    return bar;
  };
  return h(
    'div',
    { class: 'pool' },
    h(
      'p',
      { class: 'pool-head' },
      h('span', {}, t('pool')),
      h('span', { class: 'num' }, t('pool.use', { used: number(used), max: number(max) })),
    ),
    h(
      'div',
      { 'class': 'pool-bar', 'aria-hidden': 'true' },
      part(used >= max && max ? 'full' : 'used', used),
      part('idle', idle),
      part('free', Math.max(0, most - used - idle)),
    ),
    h(
      'p',
      { class: 'pool-foot num' },
      t('pool.detail', { size: number(size), idle: number(idle) }),
      waiting > 0 && h('strong', {}, t('pool.waiting', { waiting: number(waiting) })),
    ),
  );
}

function node(each) {
  const role = each.reachable === false ? 'unreachable' : (each.role ?? 'unknown');
  const behind = each.replay_lag_ms > 0 || each.replay_lag_bytes > 0;
  const lag =
    role !== 'standby'
      ? '–'
      : behind
        ? t('node.behind', { time: duration(each.replay_lag_ms ?? 0), size: bytes(each.replay_lag_bytes ?? 0) })
        : t('node.no_lag');
  const rows =
    role === 'unreachable'
      ? []
      : [
          ['node.lag', lag],
          ['node.lsn', each.lsn],
          ['node.round_trip', typeof each.round_trip_us === 'number' && duration(each.round_trip_us / 1000)],
          ['node.timeline', each.timeline && number(each.timeline)],
        ];
  return h(
    'li',
    { 'class': `card node ${tone(role)}`, 'data-role': role },
    h('div', { class: 'node-head' }, h('h2', { class: 'num' }, each.name), state(role)),
    each.error && h('p', { class: 'node-error' }, each.error),
    rows.length > 0 &&
      h(
        'dl',
        { class: 'pairs' },
        rows.filter(([, value]) => value).map(([key, value]) => h('div', {}, h('dt', {}, t(key)), h('dd', { class: 'num' }, value))),
      ),
    each.pool && pool(each.pool),
  );
}

function draw() {
  if (!seen) return;
  const { health, cluster } = seen;
  const nodes = cluster?.nodes ?? health?.cluster?.nodes ?? [];
  drawServices(health ?? {});
  byId('nodes').replaceChildren(
    ...(nodes.length ? nodes.map(node) : [h('li', { class: 'card empty' }, icon('cluster'), h('p', {}, t('cluster.no_nodes')))]),
  );
  const checked = cluster?.checked_at ?? health?.cluster?.checked_at;
  byId('cluster-checked').textContent = checked ? t('cluster.checked', { time: localTime(checked, true) }) : '';
}

async function look() {
  clearTimeout(timer);
  asking?.abort();
  const own = new AbortController();
  asking = own;
  const [health, cluster] = await Promise.allSettled([getHealth({ signal: own.signal }), getCluster(own.signal)]);
  if (own !== asking) return;
  const problem = health.reason ?? cluster.reason;
  if (problem) showBanner(byId('cluster-problem'), problem, { retry: look });
  else byId('cluster-problem').replaceChildren();
  if (health.value || cluster.value) {
    seen = { health: health.value, cluster: cluster.value };
    draw();
  }
  timer = setTimeout(follow, every);
}

function follow() {
  clearTimeout(timer);
  if (route.value.view === 'cluster' && !document.hidden) look();
}

export function startCluster() {
  byId('cluster-refresh').addEventListener('click', look);
  document.addEventListener('visibilitychange', follow);
  prefs.language.watch(draw);
  route.watch(follow);
  prefs.api.watch(() => {
    seen = null;
    byId('services').replaceChildren();
    byId('nodes').replaceChildren();
  });
}
